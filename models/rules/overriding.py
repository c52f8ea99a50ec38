"""What of a decision a person may decide otherwise, and why not of the others. Pure.

Only what is still to come can be decided otherwise: an override that could change nothing would be a note that looks
like a decision. ``respond_by`` never moves, so nothing of the response time can.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.errors import InvalidField
from models.rules.columns import Column
from models.rules.definitions import DEFINITIONS

MOST_VALUES = 20  # of a list
# The outputs that may be decided otherwise. A ladder's steps are counted from the request and in seconds here.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "ladder": ("after_seconds", "actions", "channel", "unless_answered"),
    "routing": ("offers_at_once", "acknowledge_seconds", "rings_m", "roles", "fresh_seconds"),
    "evidence": ("photos_least", "photos_most", "seconds_apart", "oldest_seconds"),
    "disposition": ("disposition", "second_person"),
}
# Of a limit that refused: in which direction each may go. The requester is let through, and never kept out longer.
_WIDER: Mapping[str, int] = {"most": 1, "block_seconds": -1}
# Of the tables that are not named here everything has happened by the time somebody reads of it.
_NEVER: Mapping[str, str] = {"response": "respond_by_stays"}


def columns(table: str) -> tuple[Column, ...]:
    """The outputs of ``table`` that a person may decide otherwise; none of a table whose word has had its effect."""
    names = _COLUMNS.get(table, ())
    return tuple(column for column in DEFINITIONS[table].outputs if column.field in names) if names else ()


def why_never(table: str) -> str | None:
    """Why nothing that ``table`` says can be decided otherwise: a stable key; None if something can."""
    return None if table in _COLUMNS else _NEVER.get(table, "has_happened")


def part_of(table: str, inputs: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """Which part of a decision ``result`` is about: the step of a ladder, whose evidence; empty for the whole."""
    if table == "ladder":
        return str(result.get("step", ""))
    return str(inputs["by"]) if table == "evidence" else ""


def instead_of(table: str, decided: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
    """What holds with ``result`` in the place of what was ``decided``. Raises InvalidField naming the output."""
    if not result:
        raise InvalidField(field="result", why="required")
    known = {column.field: column for column in columns(table)}
    for name, value in result.items():
        column = known.get(name)
        if column is None:
            raise InvalidField(field=f"result.{name[:40]}", why="unknown")
        _check(column, value)
    instead = {**decided, **result}
    if table == "ladder" and "after_seconds" in result:
        # One of the two: a share of the response time, or seconds.
        instead["after_percent"] = None
    return instead


def refusal_columns() -> tuple[Column, ...]:
    """What of the limit that refused a request may be decided otherwise for whom it refused."""
    return tuple(column for column in DEFINITIONS["limits"].outputs if column.field in _WIDER)


def instead_of_refusal(decided: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
    """What holds in place of the limit: more requests, or a shorter block. Raises InvalidField for anything else."""
    if not result:
        raise InvalidField(field="result", why="required")
    known = {column.field: column for column in refusal_columns()}
    for name, value in result.items():
        column = known.get(name)
        if column is None:
            raise InvalidField(field=f"result.{name[:40]}", why="unknown")
        _check(column, value)
        if (value - decided[name]) * _WIDER[name] < 0:
            raise InvalidField(field=f"result.{name}", why="narrower", limit=decided[name])
    if all(decided[name] == value for name, value in result.items()):
        raise InvalidField(field="result", why="required")
    return {**decided, **result}


def _check(column: Column, value: Any) -> None:
    where = f"result.{column.field}"
    if value is None and column.optional and column.field != "after_seconds":
        return
    if column.many != isinstance(value, list):
        raise InvalidField(field=where, why="wrong_type")
    values = value if column.many else [value]
    if len(values) > MOST_VALUES:
        raise InvalidField(field=where, why="too_long", limit=MOST_VALUES)
    if any(column.number(one) is None for one in values):
        raise InvalidField(field=where, why="out_of_range")
