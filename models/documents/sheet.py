"""A document of the record as a value: a head, sections of labelled lines, and the code it is verified by. Pure.

What is on one is fixed when it is made: made again of the same facts it is the same document, with the same code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from models.clock import BEIJING

Kind = Literal["move_record", "shift_report"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# A sentence of the catalogue in Chinese, by its key.
Say = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Line:
    """``label`` may be empty: a line of its own."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """``platform``: what the city calls its service. ``note``: what the document is not."""

    kind: Kind
    platform: str
    district: str
    title: str
    sections: tuple[Section, ...]
    note: str

    @property
    def print(self) -> bytes:
        """Tells whether anything on it has changed."""
        return hashlib.sha256(repr(self).encode()).digest()


def wall(at: datetime | None) -> str:
    """Beijing's wall clock to the second; a dash for what never happened."""
    return "—" if at is None else f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"


def duration(seconds: float | None) -> str:
    """As a clock shows it, m:ss or h:mm:ss; a dash for what was not recorded."""
    if seconds is None:
        return "—"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
