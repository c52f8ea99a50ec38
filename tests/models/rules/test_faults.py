"""What is wrong with a table is found before anybody approves it, and told with its place."""

from __future__ import annotations

import pytest

from models.rules import faults
from models.rules.content import Content, Golden
from models.rules.faults import MOST_ROWS
from tests.models.rules.rows import content, row

DEFAULT = row("default", seconds="300")


def found(content: Content) -> list[tuple[str, int | None, str | None]]:
    return [(fault.code, fault.row, fault.column) for fault in faults.find(content)]


def response(*cells: str) -> Content:
    """A table ``response``: a row for each cell in the column ``hour``, and a default row."""
    rows = [row(f"row_{number}", hour=cell, seconds="60") for number, cell in enumerate(cells, start=1)]
    return content("response", *rows, DEFAULT)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("bad bad", "malformed"),
        ("[1..5", "malformed"),
        ("1..5", "malformed"),
        ("5 and 6", "malformed"),
        ("hour > 5", "malformed"),
        ("$ > 5", "malformed"),
        ("5; 6", "malformed"),
        ("'5'", "malformed"),
        ("24", "out_of_range"),
        ("[5..3]", "never"),
        ("(5..6)", "never"),
        ("> 23", "never"),
        ("1" * 201, "too_long"),
    ],
)
def test_a_cell_outside_the_language_is_refused_with_row_and_column(cell: str, code: str) -> None:
    assert found(response("0", cell)) == [(code, 2, "hour")]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("accident", "malformed"),
        ("'accident", "malformed"),
        ("'accident' or 'report'", "malformed"),
        ("['accident']", "malformed"),
        ("'nonsense'", "unknown_value"),
        ("not in ['move_car', 'accident', 'report', 'hazard']", "never"),
    ],
)
def test_so_is_a_word_that_is_none(cell: str, code: str) -> None:
    table = content("response", row("a", kind=cell, seconds="60"), DEFAULT)
    assert found(table) == [(code, 1, "kind")]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "required"),
        ("'60'", "wrong_type"),
        ("true", "wrong_type"),
        ("60.5", "wrong_type"),
        ("30 + 30", "wrong_type"),
        ("0", "out_of_range"),
        ("8035201", "out_of_range"),
    ],
)
def test_an_output_of_the_wrong_type_is_refused(cell: str, code: str) -> None:
    table = content("response", row("a", reason="'space'", seconds=cell), DEFAULT)
    assert found(table) == [(code, 1, "seconds")]


def test_lists_are_of_what_their_column_knows() -> None:
    cells = {"offers_at_once": "1", "acknowledge_seconds": "60", "fresh_seconds": "120"}
    table = content(
        "routing",
        row("a", **cells, stage="'offer'", rings_m="300", roles="['police', 'mayor']"),
        row("b", **cells, rings_m="[300, 500]", roles="['police']"),
    )
    assert found(table) == [("wrong_type", 1, "rings_m"), ("unknown_value", 1, "roles")]


def test_a_column_that_the_program_does_not_know_is_named() -> None:
    table = content("response", row("a", weather="'rain'", seconds="60"), DEFAULT)
    assert found(table) == [("unknown_column", 1, "weather")]


def test_rows_have_names_of_their_own() -> None:
    table = content(
        "response", row("a", hour="1", seconds="60"), row("a", hour="2", seconds="60"), row("Ä b")
    )
    assert found(table)[:2] == [("row_twice", 2, None), ("row_name", 3, None)]


def test_a_row_behind_one_that_takes_everything_is_never_reached() -> None:
    table = content("response", DEFAULT, row("night", hour="[22..23]", seconds="600"))
    (fault,) = faults.find(table)
    assert (fault.code, fault.row, fault.params) == ("unreachable", 2, {"other": "1"})


def test_a_row_is_never_reached_when_several_together_leave_nothing_of_it() -> None:
    table = response("[0..11]", "> 11", "[10..14]")
    (first, *_) = faults.find(table)
    assert (first.code, first.row, first.params) == ("unreachable", 3, {"other": "1, 2"})


def test_a_row_of_which_something_is_left_is_reached() -> None:
    assert found(response("[0..11]", "> 14", "[10..13]")) == []


def test_rows_of_which_only_one_may_match_must_not_overlap() -> None:
    table = content(
        "retention",
        row("short", what="'photos', 'messages'", days="30"),
        row("long", what="'audit', 'photos'", days="365"),
        row("other", what="not in ['photos', 'messages', 'audit']", days="7"),
    )
    (fault,) = faults.find(table)
    assert (fault.code, fault.row, fault.params) == ("overlap", 2, {"other": 1})


def test_who_looked_at_what_is_kept_for_six_months_at_least() -> None:
    def kept(days: str) -> list[str]:
        table = content(
            "retention",
            row("audit", what="'audit'", days=days),
            row("other", what="not in ['audit']", days="7"),
        )
        return [f"{fault.code} {fault.row} {fault.column}" for fault in faults.find(table)]

    assert kept("183") == ["out_of_range 1 days"]
    assert kept("184") == []


def test_of_a_ladder_two_rows_that_can_meet_are_two_different_steps() -> None:
    cells = {"after_percent": "20", "actions": "['offer']", "unless_answered": "true"}
    table = content(
        "ladder",
        row("night", hour=">= 22", step="1", **cells),
        row("late", hour="[20..22]", step="1", **cells),
        row("always", step="2", **cells),
        row("noon", hour="12", step="1", **cells),
    )
    assert [(fault.code, fault.row, fault.params) for fault in faults.find(table)] == [
        ("overlap", 2, {"other": 1})
    ]


def test_a_step_of_a_ladder_has_one_time() -> None:
    cells = {"step": "1", "actions": "['offer']", "unless_answered": "true"}
    table = content(
        "ladder", row("both", after_percent="20", after_seconds="60", **cells), row("none", **cells)
    )
    assert [code for code, *_ in found(table)] == ["one_of_two", "one_of_two"]


def test_a_table_says_something_of_everything_or_names_an_example_of_what_is_missing() -> None:
    table = content(
        "response",
        row("day", hour="[6..21]", seconds="300"),
        row("night", hour="> 21", kind="'move_car', 'accident'", seconds="600"),
        row("early", hour="< 6", seconds="600"),
    )
    (fault,) = faults.find(table)
    assert (fault.code, fault.params) == ("uncovered", {"example": "kind = 'report', hour = 22"})


def test_a_table_without_a_default_row_is_uncovered() -> None:
    table = content("response", row("only", reason="'space'", seconds="300"))
    assert [fault.code for fault in faults.find(table)] == ["uncovered"]


def test_a_golden_case_that_comes_out_otherwise_is_a_fault_with_both_outcomes() -> None:
    golden = (
        Golden({"en": "right"}, {"hour": 3}, {"seconds": 60}),
        Golden({"en": "wrong"}, {"hour": 4}, {"seconds": 60}),
    )
    table = content("response", row("three", hour="3", seconds="60"), DEFAULT, golden=golden)
    (fault,) = faults.find(table)
    assert (fault.code, fault.case) == ("case_fails", 2)
    assert fault.params == {
        "name": "wrong",
        "expected": '[{"seconds":60}]',
        "got": '[{"seconds":300}]',
        "rows": "default",
    }


@pytest.mark.parametrize("given", [{"hour": 24}, {"hour": "3"}, {"weather": "rain"}, {"reason": None}])
def test_a_golden_case_must_be_one(given: dict[str, object]) -> None:
    table = content("response", DEFAULT, golden=(Golden({"en": "odd"}, given, {"seconds": 300}),))
    assert [(fault.code, fault.case) for fault in faults.find(table)] == [("case_unreadable", 1)]


def test_a_table_has_rows_and_cases_and_not_too_many() -> None:
    many = [row(f"row_{number}", hour="1", seconds="60") for number in range(MOST_ROWS)]
    assert "too_many_rows" in [code for code, *_ in found(content("response", *many, DEFAULT))]
    assert [code for code, *_ in found(content("response"))] == ["no_rows"]
    assert [code for code, *_ in found(Content("response", {}, {}, (DEFAULT,), ()))] == ["no_golden"]
    assert [code for code, *_ in found(Content("nonsense", {}, {}, (DEFAULT,), ()))] == ["unknown_table"]
