"""`wufen city`: a city as a file, told from the database or brought into it; says first what would change."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from models.actions.cities import import_city
from models.city import bundle
from models.city.plan import Difference, Plan, plan
from models.clock import SystemClock
from models.database import Database
from models.ids import RandomIds

SHOWN = 40  # characters of a value


async def export(database: Database, city: str, out: Path) -> None:
    """Writes the bundle of a city, whole or not at all. Raises NotFound, OSError."""
    async with database.read() as connection:
        text = await bundle.told(connection, city)
    draft = out.with_name(f".{out.name}.new")
    try:
        draft.write_text(text, "utf-8")
        os.replace(draft, out)
    finally:
        draft.unlink(missing_ok=True)


async def would_change(database: Database, wanted: bundle.Bundle) -> Plan:
    """What an import would do. Raises ImportForbidden."""
    async with database.read() as connection:
        return await plan(connection, wanted)


async def bring_in(database: Database, wanted: bundle.Bundle) -> Plan:
    """Imports and returns what was done. Raises ImportForbidden, and has then changed nothing."""
    async with database.write() as connection:
        return await import_city(connection, RandomIds(), SystemClock().now(), wanted)


def table(found: Plan) -> Iterator[str]:
    """The plan for people: a line for each entry, and one below for each value that changes."""
    marks = {"added": "+", "changed": "~", "unchanged": "=", "left alone": "·"}
    names = [f"{step.label} {step.key}" for step in found.steps]
    widest = max(map(_width, names), default=0)
    for name, step in zip(names, found.steps, strict=True):
        said = step.values.get("name") or _short(step.values.get("zh") or step.values.get("en"))
        yield f"{marks[step.fate]} {_padded(name, widest)}  {step.fate:<10}  {said or ''}".rstrip()
        yield from (f"    {_told(difference)}" for difference in step.differences)
    fates = ("added", "changed", "unchanged", "left alone")
    yield ", ".join(f"{found.count(fate)} {fate}" for fate in fates) + "."  # type: ignore[arg-type]


def _told(difference: Difference) -> str:
    before, after = (_value(value) for value in (difference.before, difference.after))
    if difference.name in ("drawing", "version"):
        return f"{difference.name}: another one"
    return f"{difference.name}: {before} → {after}"


def _value(value: object) -> str:
    return "(not set)" if value is None else _short(value)


def _short(value: object) -> str:
    text = " ".join(str(value or "").split())
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def _width(text: str) -> int:
    # A Chinese character takes two columns of a terminal.
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
