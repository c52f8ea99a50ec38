"""What a list would change, computed by hand: new, changed, the same, and what a whole list no longer has."""

from __future__ import annotations

from datetime import UTC, date, datetime

from models.plates import Plate
from models.watching.lines import Line
from models.watching.plan import ListPlan, Standing, Wanted, plan

NEW_YEAR = datetime(2026, 12, 31, 16, tzinfo=UTC)


def wanted(name: str, dated: date | None = None, ends_at: datetime | None = None) -> Wanted:
    line = Line(2, Plate(name, "ordinary"), "stolen", dated)
    return Wanted((name.encode(), "stolen"), line, None, ends_at)


def standing(name: str, dated: date | None = None, ends_at: datetime | None = None) -> Standing:
    return Standing(f"flag-{name}", (name.encode(), "stolen"), dated, ends_at)


HELD = {
    one.key: one
    for one in (
        standing("same"),
        standing("moved", date(2026, 1, 1)),
        standing("longer"),
        standing("gone"),
        standing("torn"),
    )
}
FILE = (wanted("new"), wanted("same"), wanted("moved", date(2026, 2, 1)), wanted("longer", ends_at=NEW_YEAR))


def names(found: ListPlan) -> tuple[list[str], list[str], int, list[str]]:
    return (
        [one.line.plate.number for one in found.new],
        [before.id for before, _ in found.changed],
        found.unchanged,
        [one.id for one in found.ended],
    )


def test_a_list_of_additions_ends_nothing() -> None:
    assert names(plan(FILE, HELD, whole=False, named=frozenset())) == (
        ["new"],
        ["flag-moved", "flag-longer"],
        1,
        [],
    )


def test_what_a_whole_list_no_longer_has_ends_but_never_for_a_refused_line() -> None:
    found = plan(FILE, HELD, whole=True, named=frozenset({b"torn"}))
    assert names(found) == (["new"], ["flag-moved", "flag-longer"], 1, ["flag-gone"])
