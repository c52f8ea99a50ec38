"""How a service number looks to a person: two that look alike are hardly an accident. Pure."""

from __future__ import annotations

# Letters that are taken for a figure, in print and in handwriting.
_TAKEN_FOR = str.maketrans("OQILSBZ", "0011582")


def look_of(number: str) -> str:
    """The same text for numbers that are easily taken for each other: ``O5-1827`` and ``051827``."""
    return number.upper().replace("-", "").translate(_TAKEN_FOR)
