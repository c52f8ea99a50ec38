"""Our reading of cells and the engine's are one: what we compute of a row is what the engine will match."""

from __future__ import annotations

import pytest
import zen
from hypothesis import given
from hypothesis import strategies as st

from models.rules import cells
from models.rules.boxes import Box, meet, rest
from models.rules.cells import CellRefused
from models.rules.columns import Column, choice, flag, number
from models.rules.evaluation import Compiled
from tests.models.rules.rows import content, row

HOUR = number("hour", 0, 23)
PLACE = choice("place", "street", "school", "bus_stop", "fire_lane")
FLAG = flag("located")
CELLS = [
    (HOUR, "5"),
    (HOUR, "5, 7"),
    (HOUR, "> 5"),
    (HOUR, ">=5"),
    (HOUR, "< 5"),
    (HOUR, "<= 5"),
    (HOUR, "[5..7]"),
    (HOUR, "[5..7)"),
    (HOUR, "(5..7]"),
    (HOUR, "(5..8)"),
    (HOUR, "[22..23], [0..5]"),
    (HOUR, "[22..24), [0..6), 12"),
    (HOUR, "< 3, > 20"),
    (PLACE, "'school'"),
    (PLACE, '"school"'),
    (PLACE, "'school', 'bus_stop'"),
    (PLACE, "not in ['school', 'bus_stop']"),
    (FLAG, "true"),
    (FLAG, "false"),
]


@pytest.mark.parametrize(("column", "cell"), CELLS)
def test_a_cell_admits_what_the_engine_matches(column: Column, cell: str) -> None:
    low, high = column.bounds
    admitted = {place for first, last in cells.admitted(column, cell) for place in range(first, last + 1)}
    matched = {
        place
        for place in range(low, high + 1)
        if zen.evaluate_unary_expression(cell, {"$": column.value(place)})
    }
    assert admitted == matched


@pytest.mark.parametrize("cell", ["", "  "])
def test_an_empty_cell_admits_everything(cell: str) -> None:
    assert cells.admitted(HOUR, cell) == ((0, 23),)


@pytest.mark.parametrize(
    "cell", ["'a' or 'b'", "x", "null", "[1, 2]", "{a: 1}", "len('abc')", "$ == 5", "5..7"]
)
def test_what_the_engine_would_take_and_we_could_not_compute_is_refused(cell: str) -> None:
    with pytest.raises(CellRefused):
        cells.admitted(HOUR, cell)
    with pytest.raises(CellRefused):
        cells.admitted(PLACE, cell)


hours = st.one_of(
    st.just(""),
    st.integers(0, 23).map(str),
    st.tuples(st.sampled_from([">", ">=", "<", "<="]), st.integers(1, 22)).map(
        lambda two: f"{two[0]} {two[1]}"
    ),
    st.tuples(st.integers(0, 23), st.integers(0, 23)).map(lambda two: f"[{min(two)}..{max(two)}]"),
    st.tuples(st.integers(1, 10), st.integers(12, 20)).map(lambda two: f"< {two[0]}, (11..{two[1]}]"),
)
reasons = st.one_of(
    st.just(""),
    st.sampled_from(["blocking", "space", "fire_lane", "other"]).map(lambda word: f"'{word}'"),
    st.just("not in ['space', 'other']"),
    st.just("'space', 'fire_lane'"),
)
rows = st.lists(st.tuples(hours, reasons), max_size=6)


@given(
    rows=rows, hour=st.integers(0, 23), reason=st.sampled_from(["blocking", "space", "fire_lane", "other"])
)
def test_the_first_row_whose_box_holds_the_inputs_is_the_one_that_the_engine_matches(
    rows: list[tuple[str, str]], hour: int, reason: str
) -> None:
    table = content(
        "response",
        *(
            row(f"row_{number}", hour=hour_cell, reason=reason_cell, seconds="60")
            for number, (hour_cell, reason_cell) in enumerate(rows)
        ),
        row("default", seconds="300"),
    )
    compiled = Compiled(table)
    inputs = {"kind": "move_car", "reason": reason, "place": "unknown", "hour": hour}
    by_box = next(
        one.id
        for one in table.rows
        if all(
            any(first <= column.number(inputs[column.field]) <= last for first, last in span)  # type: ignore[operator]
            for column in compiled.definition.inputs
            for span in [cells.admitted(column, one.cells.get(column.field, ""))]
        )
    )
    assert compiled.ask(inputs).rows == (by_box,)


spans = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=3).map(
    lambda pairs: cells.joined([(min(pair), max(pair)) for pair in pairs])
)
boxes = st.tuples(spans, spans)


def points(box: Box) -> set[tuple[int, int]]:
    return {
        (x, y)
        for low, high in box[0]
        for x in range(low, high + 1)
        for other_low, other_high in box[1]
        for y in range(other_low, other_high + 1)
    }


@given(box=boxes, without=st.lists(boxes, max_size=4))
def test_what_is_left_of_a_box_is_what_is_in_no_other(box: Box, without: list[Box]) -> None:
    left = rest(box, without)
    expected = points(box).difference(*(points(other) for other in without))
    assert set().union(*(points(piece) for piece in left)) == expected
    assert sum(len(points(piece)) for piece in left) == len(expected), "pieces that overlap"


@given(one=boxes, other=boxes)
def test_boxes_meet_where_they_have_a_point_in_common(one: Box, other: Box) -> None:
    assert meet(one, other) == bool(points(one) & points(other))
