"""A chain that somebody laid hands on: what was done to which row is told, and nothing of the rows beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from models.chain.encoding import ZERO, link
from models.chain.walk import Row, Walk

KIND = "test 1"


def chain(count: int) -> list[Row]:
    rows, before = [], ZERO
    for place in range(1, count + 1):
        values = (place, f"what happened {place}")
        before = link(KIND, before, values)
        rows.append(Row(place, values, before))
    return rows


def told(
    rows: list[Row],
    *,
    head: int | None = None,
    page: int = 50,
    marks: dict[int, list[tuple[bytes, str]]] | None = None,
) -> list[str]:
    walk = Walk("c", KIND, 0, marks or {})
    for at in range(0, len(rows), page):
        walk.take(rows[at : at + page])
    walk.end(len(rows) if head is None else head, None)
    return [str(finding) for finding in walk.findings]


def at(place: int, row: Row, hash_: bytes | None = None) -> Row:
    """The row in another place, all of it."""
    return Row(place, (place, *row.values[1:]), hash_ or row.hash)


def foreign(place: int) -> Row:
    return Row(place, (place, "never happened"), b"f" * 32)


def changed(rows: list[Row]) -> list[Row]:
    rows[6] = Row(7, (7, "something else"), rows[6].hash)
    return rows


def changed_with_its_hash(rows: list[Row]) -> list[Row]:
    values = (7, "something else")
    rows[6] = Row(7, values, link(KIND, rows[5].hash or ZERO, values))
    return rows


def hash_changed(rows: list[Row]) -> list[Row]:
    rows[6] = Row(7, rows[6].values, b"x" * 32)
    return rows


def taken_out(rows: list[Row]) -> list[Row]:
    del rows[6]
    return rows


def taken_out_and_numbered_anew(rows: list[Row]) -> list[Row]:
    return rows[:6] + [at(place, row) for place, row in enumerate(rows[7:], start=7)]


def put_in(rows: list[Row]) -> list[Row]:
    return rows[:6] + [foreign(7)] + [at(place, row) for place, row in enumerate(rows[6:], start=8)]


def exchanged(rows: list[Row]) -> list[Row]:
    rows[6], rows[11] = at(7, rows[11]), at(12, rows[6])
    return rows


def neighbours_exchanged(rows: list[Row]) -> list[Row]:
    rows[6], rows[7] = at(7, rows[7]), at(8, rows[6])
    return rows


def exchanged_but_for_the_hashes(rows: list[Row]) -> list[Row]:
    rows[6], rows[11] = at(7, rows[11], rows[6].hash), at(12, rows[6], rows[11].hash)
    return rows


def cut_off(rows: list[Row]) -> list[Row]:
    return rows[:-3]


def put_behind(rows: list[Row]) -> list[Row]:
    return [*rows, foreign(len(rows) + 1)]


def emptied_and_changed(rows: list[Row]) -> list[Row]:
    rows[6] = Row(7, (7, "something else"), None)
    return rows


CHANGED_7 = "c: row 7 was changed, or what stands before together with its hash"
CASES: list[tuple[Callable[[list[Row]], list[Row]], int, list[str]]] = [
    (changed, 0, [CHANGED_7]),
    (changed_with_its_hash, 0, [CHANGED_7.replace("7", "8")]),
    (hash_changed, 0, ["c: row 7 was not changed, but the hash kept with it was"]),
    (taken_out, 0, ["c: row 7 is missing"]),
    (taken_out_and_numbered_anew, -1, ["c: row 7 is missing"]),
    (put_in, 1, ["c: row 7 was put in between, and what follows numbered anew"]),
    (exchanged, 0, ["c: row 7 stood at 12", "c: row 12 stood at 7"]),
    (neighbours_exchanged, 0, ["c: row 7 stood at 8", "c: row 8 stood at 7"]),
    (exchanged_but_for_the_hashes, 0, ["c: row 7 stood at 12", "c: row 12 stood at 7"]),
    (cut_off, 0, ["c: rows 198 to 200 are cut off the end"]),
    (emptied_and_changed, 0, [CHANGED_7.replace("7", "8")]),
]


@pytest.mark.parametrize(("tamper", "more", "expected"), CASES, ids=[case[0].__name__ for case in CASES])
@pytest.mark.parametrize("page", [200, 50, 15])
def test_what_was_done_is_told_and_where(
    tamper: Callable[[list[Row]], list[Row]], more: int, expected: list[str], page: int
) -> None:
    assert told(tamper(chain(200)), head=200 + more, page=page) == expected


@pytest.mark.parametrize("page", [1, 2, 3, 7])
@pytest.mark.parametrize("tamper", [case[0] for case in CASES], ids=[case[0].__name__ for case in CASES])
def test_something_is_told_however_the_pages_fall(tamper: Any, page: int) -> None:
    assert told(tamper(chain(200)), head=200, page=page)


def test_nothing_is_told_of_a_chain_that_is_whole() -> None:
    assert told(chain(200)) == []
    assert told([]) == []


def test_what_stands_behind_the_head_is_told() -> None:
    found = told(put_behind(chain(9)), head=9)
    assert found == [
        "c: row 10 was changed, or what stands before together with its hash",
        "c: row 10 comes after the head",
    ]


def test_a_row_of_an_older_release_is_proven_by_the_next_one() -> None:
    rows = chain(9)
    rows[4] = Row(5, rows[4].values, None)
    assert told(rows) == []
    rows[8] = Row(9, rows[8].values, None)
    assert told(rows) == ["c: row 9 has no hash, and nothing with one follows"]


def test_a_chain_that_was_made_anew_is_not_what_was_signed() -> None:
    signed = {
        place: [(chain(200)[place - 1].hash or ZERO, f"anchor {place // 50}")] for place in (50, 100, 150)
    }
    rows, before = chain(80), chain(80)[-1].hash or ZERO
    for place in range(81, 201):
        values = (place, "another story" if place == 81 else f"what happened {place}")
        before = link(KIND, before, values)
        rows.append(Row(place, values, before))
    assert told(rows, marks=signed) == [
        "c: something of rows 51 to 100 was rewritten together with all hashes after it: anchor 2 says otherwise"
    ]


def test_a_tail_that_was_cut_off_with_its_head_is_missed_by_the_anchor() -> None:
    rows = chain(200)
    signed = {199: [(rows[198].hash or ZERO, "anchor 3")]}
    assert told(rows[:190], head=190, marks=signed) == ["c: rows 191 to 199 are cut off the end"]


def test_a_head_that_keeps_another_hash_is_told() -> None:
    walk = Walk("c", KIND, 0)
    walk.take(chain(3))
    walk.end(3, (3, b"x" * 32))
    assert [str(finding) for finding in walk.findings] == ["c: the head keeps another hash than row 3 has"]


def test_after_a_hundred_findings_nothing_more_is_told() -> None:
    rows = [Row(row.place, (row.place, "lies"), row.hash) for row in chain(200)]
    assert len(told(rows)) == 100
