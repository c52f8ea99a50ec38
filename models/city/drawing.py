"""The wall's drawing of a city as data: no map, a sketch that people of the place recognise. Pure."""

from __future__ import annotations

import msgspec

Place = tuple[float, float]
Line = tuple[Place, ...]


class Water(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A river: its width in units of the drawing, and the points that it passes."""

    width: float
    line: Line


class Drawing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``cards``: the middle of each district's card; with ``rivers`` and ``roads`` in units of a canvas of 1000 × 640.

    ``courses`` are the rivers as they run, (longitude, latitude) in WGS-84 degrees, for the view of one district.
    """

    cards: dict[str, Place]
    rivers: tuple[Water, ...]
    roads: tuple[Line, ...]
    courses: tuple[Water, ...]
