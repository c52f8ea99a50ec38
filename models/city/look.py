"""The sections ``sticker`` and ``drawing``: how a city's stickers look, and the wall's drawing of the city."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.city.drawing import Drawing, Line, Place, Water
from models.city.reading import Fields
from models.city.sections import Entries, Value, Values, Writing
from models.tables import cities

COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
HEADLINE, HEADLINE_EN, NOTE = 8, 40, 14  # characters that a sticker has room for
# What prints well beside a QR code and is read on white: not lighter than this (relative luminance, WCAG 2).
LIGHTEST = 0.35
MOST_LINES, MOST_POINTS = 60, 200


class StickerSection:
    """What a city prints on its stickers beside the QR code: one entry, of columns of the city's row."""

    name = "sticker"
    label = "sticker design of"

    def read(self, fields: Fields, city: str) -> Entries:
        mine = fields.fields(self.name)
        if mine is None:
            return {}
        headline = mine.fields("headline")
        values: dict[str, Value] = {"sticker_headline": None, "sticker_headline_en": None}
        if headline is not None:
            values["sticker_headline"] = headline.optional_text("zh", longest=HEADLINE)
            values["sticker_headline_en"] = headline.optional_text("en", longest=HEADLINE_EN)
            headline.end()
        values["sticker_note"] = mine.optional_text("note", longest=NOTE)
        values["sticker_colour"] = colour = mine.optional_text("colour", longest=7, pattern=COLOUR)
        if colour is not None and _luminance(colour) > LIGHTEST:
            mine.wrong("colour", f"{colour} is too light to be read on a sticker")
        mine.end()
        return {city: values}

    async def held(self, connection: AsyncConnection, city: str, wanted: Entries | None = None) -> Entries:
        row = await _columns(connection, city, *_STICKER)
        return {city: row} if row is not None and any(row.values()) else {}

    def shown(self, entries: Entries) -> Any:
        (values,) = entries.values()
        headline = {"zh": values["sticker_headline"], "en": values["sticker_headline_en"]}
        shown: dict[str, Any] = {
            "headline": {name: text for name, text in headline.items() if text is not None},
            "note": values["sticker_note"],
            "colour": values["sticker_colour"],
        }
        return {name: value for name, value in shown.items() if value}

    async def conflicts(self, connection: AsyncConnection, city: str, wanted: Entries) -> list[str]:
        return []

    async def write(self, writing: Writing, key: str, values: Values, *, new: bool) -> None:
        await writing.connection.execute(update(cities).where(cities.c.code == key).values(**values))


_STICKER = ("sticker_headline", "sticker_headline_en", "sticker_note", "sticker_colour")


class DrawingSection:
    """The wall's drawing: cards, rivers and roads. One entry; without it the wall lays the districts out itself."""

    name = "drawing"
    label = "drawing of"

    def read(self, fields: Fields, city: str) -> Entries:
        mine = fields.fields(self.name)
        if mine is None:
            return {}
        drawing = Drawing(
            cards=_cards(mine.fields("cards")),
            rivers=tuple(Water(width=width, line=line) for width, line in _lines(mine, "rivers", _CANVAS)),
            roads=tuple(line for _, line in _lines(mine, "roads", _CANVAS)),
            courses=tuple(Water(width=width, line=line) for width, line in _lines(mine, "courses", _DEGREES)),
        )
        mine.end()
        return {city: {"drawing": msgspec.json.encode(drawing).decode()}}

    async def held(self, connection: AsyncConnection, city: str, wanted: Entries | None = None) -> Entries:
        row = await _columns(connection, city, "drawing")
        return {city: row} if row is not None and row["drawing"] is not None else {}

    def shown(self, entries: Entries) -> Any:
        (values,) = entries.values()
        drawing = msgspec.json.decode(str(values["drawing"]), type=Drawing)
        return {
            "cards": {code: list(spot) for code, spot in drawing.cards.items()},
            "rivers": [_shown(water.line, water.width) for water in drawing.rivers],
            "roads": [_shown(line) for line in drawing.roads],
            "courses": [_shown(water.line, water.width) for water in drawing.courses],
        }

    async def conflicts(self, connection: AsyncConnection, city: str, wanted: Entries) -> list[str]:
        return []

    async def write(self, writing: Writing, key: str, values: Values, *, new: bool) -> None:
        await writing.connection.execute(update(cities).where(cities.c.code == key).values(**values))


_CANVAS, _DEGREES = (-1_000.0, 2_000.0), (-180.0, 180.0)


def _cards(cards: Fields | None) -> dict[str, Place]:
    if cards is None:
        return {}
    found = {code: cards.pair(code, least=0, most=1_000) for code in cards.names()}
    cards.end()
    return {code: spot for code, spot in found.items() if spot is not None}


def _lines(mine: Fields, name: str, bounds: tuple[float, float]) -> list[tuple[float, Line]]:
    lines = []
    for one in mine.items(name):
        width = one.decimal("width", least=1, most=40)
        points = one.numbers("points", least=bounds[0], most=bounds[1])
        if not 2 <= len(points) <= MOST_POINTS or any(len(point) != 2 for point in points):
            one.wrong("points", f"a line has 2 to {MOST_POINTS} points of two numbers each")
        one.end()
        lines.append((width or 0.0, tuple((point[0], point[1]) for point in points if len(point) == 2)))
    if len(lines) > MOST_LINES:
        mine.wrong(name, f"a drawing has at most {MOST_LINES} of them")
    return lines


def _shown(line: Line, width: float | None = None) -> dict[str, Any]:
    points = [list(point) for point in line]
    return {"points": points} if width is None else {"width": width, "points": points}


async def _columns(connection: AsyncConnection, city: str, *names: str) -> dict[str, Any] | None:
    query = select(*(cities.c[name] for name in names)).where(cities.c.code == city)
    row = (await connection.execute(query)).mappings().first()
    return None if row is None else dict(row)


def _luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, from 0 to 1 (WCAG 2)."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
