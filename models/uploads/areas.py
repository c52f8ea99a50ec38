"""Areas of a picture that are to be covered: what was found, and how sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

AreaKind = Literal["face", "plate", "whole"]


@dataclass(frozen=True, slots=True)
class Found:
    """A rectangle in pixels from the upper left corner; ``confidence`` 0 to 1, None where nothing was judged."""

    left: int
    top: int
    width: int
    height: int
    kind: AreaKind
    confidence: float | None = None
