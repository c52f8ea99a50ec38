"""A signature drawn on a screen: strokes of points, bounded, and never a picture that somebody else's code decodes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from models.errors import InvalidField

WIDTH, HEIGHT = 1000, 400  # what the points are measured in
MOST_STROKES = 60
MOST_POINTS = 4_000
LEAST_POINTS = 12  # a dot is no name

Stroke = tuple[tuple[int, int], ...]


def strokes(given: Sequence[Sequence[Sequence[int]]]) -> tuple[Stroke, ...]:
    """Checked. Raises InvalidField for what is no signature, or too much of one."""
    if not 1 <= len(given) <= MOST_STROKES or sum(map(len, given)) > MOST_POINTS:
        raise InvalidField(field="signature", why="out_of_range")
    found = tuple(tuple(_point(one) for one in stroke) for stroke in given)
    points = {point for stroke in found for point in stroke}
    across = max((x for x, _ in points), default=0) - min((x for x, _ in points), default=0)
    if len(points) < LEAST_POINTS or across < WIDTH // 20:
        raise InvalidField(field="signature", why="too_short")
    return found


def _point(given: Sequence[int]) -> tuple[int, int]:
    if len(given) != 2 or not (0 <= given[0] <= WIDTH and 0 <= given[1] <= HEIGHT):
        raise InvalidField(field="signature", why="out_of_range")
    return given[0], given[1]


def written(drawn: tuple[Stroke, ...]) -> bytes:
    """As it is sealed."""
    return msgspec.json.encode(drawn)


def read(content: bytes) -> tuple[Stroke, ...]:
    return msgspec.json.decode(content, type=tuple[Stroke, ...])


def sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
