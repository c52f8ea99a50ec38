"""Which services of Open311 there are: one for each category of hazard, plate-free obstructions among them, and what

each asks beyond the place. Pure.

Names are the catalogue's (``open311.…``). Specification: GeoReport v2, "GET Service List" and "GET Service Definition".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from models.clock import parse_iso
from models.incident.kinds import REASONS

Datatype = Literal["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]
LONGEST_VALUE, LONGEST_TEXT = 120, 1_000  # characters of an attribute
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,4})?")
# What has no plate: reports of it are plate-free, and it is cleared away like any hazard.
PLATE_FREE = frozenset({"obstructing", "fire_lane"})


class AttributeFaulty(ValueError):
    """``code`` of the attribute, and ``why``: missing, unknown, value, number, datetime, too_many, too_long."""

    def __init__(self, code: str, why: str) -> None:
        self.code = code
        self.why = why
        super().__init__(f"{code}: {why}")


@dataclass(frozen=True, slots=True)
class Attribute:
    """``values``: the keys of a list."""

    code: str
    datatype: Datatype
    required: bool = False
    values: tuple[str, ...] = ()


_THINGS = ("bicycles", "goods", "stall", "building", "other")
ATTRIBUTES: Mapping[str, tuple[Attribute, ...]] = MappingProxyType(
    {
        "signal_out": (Attribute("state", "singlevaluelist", values=("dark", "flashing", "stuck")),),
        "lamp_out": (Attribute("post", "string"),),
        "pothole": (Attribute("size", "singlevaluelist", values=("hand", "wheel", "larger")),),
        "spill": (Attribute("material", "multivaluelist", values=("oil", "gravel", "mud", "ice", "other")),),
        "obstructing": (
            Attribute(
                "thing",
                "singlevaluelist",
                required=True,
                values=_THINGS,
            ),
            Attribute("metres_left", "number"),
            Attribute("since", "datetime"),
        ),
        "fire_lane": (
            Attribute(
                "thing", "singlevaluelist", required=True, values=("no_plate", "goods", "barrier", "other")
            ),
            Attribute("more", "text"),
        ),
        "other": (Attribute("what", "string", required=True),),
    }
)
SERVICES: tuple[str, ...] = REASONS["hazard"]


def read(service: str, given: Mapping[str, Sequence[str]]) -> list[tuple[Attribute, list[str]]]:
    """The attributes of a request, checked; empty ones count as not given. Raises AttributeFaulty."""
    asked = {one.code: one for one in ATTRIBUTES.get(service, ())}
    filled = {code: [value.strip() for value in values if value.strip()] for code, values in given.items()}
    for code in filled:
        if code not in asked:
            raise AttributeFaulty(code, "unknown")
    found = []
    for code, attribute in asked.items():
        values = filled.get(code, [])
        if not values:
            if attribute.required:
                raise AttributeFaulty(code, "missing")
            continue
        _check(attribute, values)
        found.append((attribute, values))
    return found


def _check(attribute: Attribute, values: list[str]) -> None:
    if len(values) > 1 and attribute.datatype != "multivaluelist":
        raise AttributeFaulty(attribute.code, "too_many")
    if attribute.values and not set(values) <= set(attribute.values):
        raise AttributeFaulty(attribute.code, "value")
    if attribute.datatype == "number" and not all(_NUMBER.fullmatch(value) for value in values):
        raise AttributeFaulty(attribute.code, "number")
    if attribute.datatype == "datetime" and not all(map(_is_instant, values)):
        raise AttributeFaulty(attribute.code, "datetime")
    most = LONGEST_TEXT if attribute.datatype == "text" else LONGEST_VALUE
    if any(len(value) > most for value in values):
        raise AttributeFaulty(attribute.code, "too_long")


def _is_instant(value: str) -> bool:
    try:
        parse_iso(value.replace(" ", "+"))
    except ValueError:
        return False
    return True
