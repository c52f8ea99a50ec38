"""What an upload may be for, and how much of it one holder may send. Bytes and lengths are settings; pure.

Leaves to others: who may see what came of it (``models.actions.sight``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from models.flags.definitions import Module
from models.settings import Settings

Kind = Literal["photo", "video"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Purpose:
    """``module``: what has to be on somewhere. ``videos``: how many one holder may send, beside the photos."""

    name: str
    module: Module
    videos: int


PURPOSES: Mapping[str, Purpose] = MappingProxyType(
    {
        "accident": Purpose("accident", "accidents", videos=1),
        "report": Purpose("report", "reports", videos=1),
        "hazard": Purpose("hazard", "hazards", videos=0),
    }
)


def most_of(purpose: Purpose, kind: Kind, settings: Settings) -> int:
    """How many of a kind one holder may send for it."""
    return settings.upload_photos if kind == "photo" else purpose.videos


def most_bytes(kind: Kind, settings: Settings) -> int:
    """How large one may be."""
    return settings.upload_photo_bytes if kind == "photo" else settings.upload_video_bytes
