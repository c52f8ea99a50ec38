"""What is wrong with a version of a table, each fault with its place. Pure.

Everything is decided before anybody approves it: cells outside the language, rows that overlap or are never
reached, inputs of which nothing is said, golden cases that come out otherwise. Why the engine's own validation is
not asked alone: it takes a cell that it cannot read for one that never matches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
import zen

from models.rules import cells
from models.rules.boxes import Box, TooComplex, meet, rest
from models.rules.cells import CellRefused
from models.rules.columns import Column, complete
from models.rules.content import Content, Row
from models.rules.definitions import DEFINITIONS
from models.rules.evaluation import Compiled
from models.rules.words import said

MOST_ROWS = 100
MOST_GOLDEN = 100
# 网络安全法 art. 21: logs for no less than six months. A nation's law, and no city's to choose.
LEAST_AUDIT_DAYS = 184
_ROW_ID = re.compile(r"[a-z0-9_]{1,40}")

Code = Literal[
    "unknown_table", "too_many_rows", "too_many_cases", "no_rows", "row_name", "row_twice", "unknown_column",
    "malformed", "too_long", "unknown_value", "out_of_range", "never", "required", "wrong_type",
    "one_of_two", "choices", "overlap", "unreachable", "uncovered", "too_complex", "no_golden", "case_unreadable",
    "case_fails",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """``row`` counts from 1, ``case`` too; ``column`` by its name. ``params`` fill the sentence's placeholders."""

    code: Code
    row: int | None = None
    column: str | None = None
    case: int | None = None
    params: Mapping[str, str | int] = field(default_factory=dict)


def find(content: Content) -> list[Fault]:
    """All faults, in the order of the rows; none for a version that may be put in force."""
    if content.table not in DEFINITIONS:
        return [Fault("unknown_table", params={"value": content.table})]
    found = [*_sizes(content), *_names(content.rows)]
    for number, row in enumerate(content.rows, start=1):
        found += _of_cells(content, row, number)
    if not found:
        # What rows mean together can be said only of rows that mean something.
        found += _of_rows(content)
    if not found:
        found += _of_golden(content)
    return found


def _sizes(content: Content) -> Iterator[Fault]:
    if not content.rows:
        yield Fault("no_rows")
    if len(content.rows) > MOST_ROWS:
        yield Fault("too_many_rows", params={"limit": MOST_ROWS})
    if len(content.golden) > MOST_GOLDEN:
        yield Fault("too_many_cases", params={"limit": MOST_GOLDEN})
    if not content.golden:
        yield Fault("no_golden")


def _names(rows: tuple[Row, ...]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for number, row in enumerate(rows, start=1):
        if not _ROW_ID.fullmatch(row.id):
            yield Fault("row_name", number, params={"value": row.id[:40]})
        elif row.id in first:
            yield Fault("row_twice", number, params={"value": row.id, "other": first[row.id]})
        first.setdefault(row.id, number)


def _of_cells(content: Content, row: Row, number: int) -> Iterator[Fault]:
    definition = content.definition
    for name in row.cells:
        if definition.column(name) is None:
            yield Fault("unknown_column", number, name[:40])
    for column in definition.inputs:
        yield from _of_cell(number, column, row, cells.admitted, zen.compile_unary_expression)
    for column in definition.outputs:
        yield from _of_cell(number, column, row, cells.output, zen.compile_expression)
    if content.table == "ladder":
        yield from _of_step(row, number)
    if content.table == "promises":
        yield from _of_choices(content, row, number)
    if content.table == "retention":
        yield from _of_days(content, row, number)


def _of_cell(
    number: int,
    column: Column,
    row: Row,
    read: Callable[[Column, str], Any],
    compile_cell: Callable[[str], Any],
) -> Iterator[Fault]:
    cell = row.cells.get(column.field, "")
    try:
        read(column, cell)
        if cell.strip():
            compile_cell(cell)
    except CellRefused as refused:
        yield Fault(refused.code, number, column.field, params={"value": refused.value})
    except RuntimeError:
        # What our own grammar takes the engine takes too, or the row would silently never match.
        yield Fault("malformed", number, column.field, params={"value": cell})


def _of_step(row: Row, number: int) -> Iterator[Fault]:
    given = [name for name in ("after_percent", "after_seconds") if row.cells.get(name, "").strip()]
    if len(given) != 1:
        yield Fault("one_of_two", number, "after_percent", params={"other": "after_seconds"})


def _of_days(content: Content, row: Row, number: int) -> Iterator[Fault]:
    """网络安全法 art. 21: who looked at what is kept for six months at least, whatever a city would like."""
    days = row.cells.get("days", "").strip()
    what = content.definition.inputs[0]
    try:
        names_audit = any(
            low <= what.choices.index("audit") <= high
            for low, high in cells.admitted(what, row.cells.get("what", ""))
        )
    except CellRefused:
        return
    if names_audit and days.isascii() and days.isdigit() and int(days) < LEAST_AUDIT_DAYS:
        yield Fault("out_of_range", number, "days", params={"value": days})


MOST_CHOICES = 4  # of an owner's promise


def _of_choices(content: Content, row: Row, number: int) -> Iterator[Fault]:
    """What an owner chooses from: a few, each once, the shortest first."""
    (column,) = content.definition.outputs
    cell = row.cells.get(column.field, "")
    try:
        choices = cells.output(column, cell)
    except CellRefused:
        return  # said already
    if not 1 <= len(choices) <= MOST_CHOICES or list(choices) != sorted(set(choices)):
        yield Fault("choices", number, column.field, params={"limit": MOST_CHOICES, "value": cell})


def _of_rows(content: Content) -> list[Fault]:
    try:
        return list(_meetings(content))
    except TooComplex:
        return [Fault("too_complex")]


def _meetings(content: Content) -> Iterator[Fault]:
    policy = content.definition.policy
    boxes = [_box(content, row) for row in content.rows]
    for number, box in enumerate(boxes, start=1):
        before = boxes[: number - 1]
        if policy == "first":
            if not rest(box, before):
                yield Fault("unreachable", number, params={"other": _blamed(box, before)})
        else:
            yield from _overlaps(content, boxes, number)
    if policy != "collect":
        left = rest(_whole(content), boxes)
        if left:
            yield Fault("uncovered", params={"example": _example(content, left[0])})


def _overlaps(content: Content, boxes: list[Box], number: int) -> Iterator[Fault]:
    key = content.definition.key
    for other in range(1, number):
        rows = content.rows[number - 1], content.rows[other - 1]
        same = all(rows[0].cells.get(name, "").strip() == rows[1].cells.get(name, "").strip() for name in key)
        if same and meet(boxes[number - 1], boxes[other - 1]):
            yield Fault("overlap", number, params={"other": other})


def _blamed(box: Box, before: list[Box]) -> str:
    """The earlier rows that leave nothing of this one."""
    alone = [number for number, one in enumerate(before, start=1) if not rest(box, [one])]
    touching = [number for number, one in enumerate(before, start=1) if meet(box, one)]
    return ", ".join(str(number) for number in (alone[:1] or touching))


def _box(content: Content, row: Row) -> Box:
    inputs = content.definition.inputs
    return tuple(cells.admitted(column, row.cells.get(column.field, "")) for column in inputs)


def _whole(content: Content) -> Box:
    return tuple(cells.everything(column) for column in content.definition.inputs)


def _example(content: Content, box: Box) -> str:
    """One set of inputs of a box, without those of which everything is missing."""
    named = []
    for column, span in zip(content.definition.inputs, box, strict=True):
        if span != cells.everything(column):
            named.append(f"{column.field} = {cells.written(column.value(span[0][0]))}")
    return ", ".join(named) or "*"


def _of_golden(content: Content) -> Iterator[Fault]:
    compiled = Compiled(content)
    for number, case in enumerate(content.golden, start=1):
        collects = content.definition.policy == "collect"
        if collects != isinstance(case.then, list):
            yield Fault("case_unreadable", case=number, column="then")
            continue
        try:
            matched = compiled.ask(complete(content.definition.inputs, case.given))
        except (KeyError, ValueError) as error:
            yield Fault("case_unreadable", case=number, column=str(error.args[0])[:40])
            continue
        expected = case.then if isinstance(case.then, list) else [case.then]
        got = [msgspec.to_builtins(dict(result)) for result in matched.results]
        if not _as_expected(expected, got):
            yield Fault(
                "case_fails", case=number, params=_told(said(case.name, "zh"), expected, got, matched.rows)
            )


def _as_expected(expected: list[dict[str, Any]], got: list[dict[str, Any]]) -> bool:
    return len(expected) == len(got) and all(
        name in one and _same(one[name], value)
        for wanted, one in zip(expected, got, strict=True)
        for name, value in wanted.items()
    )


def _same(one: Any, other: Any) -> bool:
    return (
        list(one) == list(other)
        if isinstance(one, tuple | list) and isinstance(other, list)
        else one == other
    )


def _told(
    name: str, expected: list[dict[str, Any]], got: list[dict[str, Any]], rows: tuple[str, ...]
) -> dict[str, str | int]:
    named = [{key: one.get(key) for wanted in expected for key in wanted} for one in got]
    return {
        "name": name,
        "expected": msgspec.json.encode(expected).decode(),
        "got": msgspec.json.encode(named).decode(),
        "rows": ", ".join(rows),
    }
