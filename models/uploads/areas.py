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

    def is_inside(self, other: Found) -> bool:
        """Whether most of it lies in the other one."""
        wide = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        tall = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        return max(0, wide) * max(0, tall) > 0.7 * self.width * self.height
