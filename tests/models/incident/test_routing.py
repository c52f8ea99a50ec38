"""Who is asked first, and how far the search goes at once."""

from __future__ import annotations

from datetime import timedelta

from models.geography import Location
from models.incident.routing import Candidate, Ranked, nearest, rank
from tests.support.clock import START

BOTH = ("police", "auxiliary")


def candidate(name: str, *, role: str = "police", busy: bool = False, age: float = 0) -> Candidate:
    place = Location(lat=29.98, lng=103.01, accuracy_m=5)
    return Candidate(name, name, role, busy, place, START - timedelta(seconds=age))


def at(name: str, metres: float | None, **about: object) -> Ranked:
    one = candidate(name, **about)  # type: ignore[arg-type]
    return Ranked(one, metres, fresh=one.position_at == START)


def names(chosen: list[Ranked]) -> list[str]:
    return [one.candidate.officer_id for one in chosen]


def test_the_search_stops_at_the_first_ring_with_anybody_in_it() -> None:
    there = [at("near", 250), at("close", 290), at("middle", 450), at("far", 2_000)]
    assert names(nearest(there, BOTH, (300, 500, 1000), 3)) == ["near", "close"]
    assert names(nearest(there[2:], BOTH, (300, 500, 1000), 3)) == ["middle"]


def test_when_nobody_is_in_any_ring_everybody_counts() -> None:
    there = [at("far", 2_000), at("farther", 3_000), at("somewhere", None)]
    assert names(nearest(there, BOTH, (300, 500, 1000), 2)) == ["far", "farther"]


def test_without_rings_as_many_as_are_to_be_asked_are_asked() -> None:
    there = [at("near", 250), at("middle", 450), at("far", 2_000), at("last", 9_000)]
    assert names(nearest(there, BOTH, (), 3)) == ["near", "middle", "far"]


def test_who_is_busy_or_was_there_long_ago_is_in_no_ring() -> None:
    there = [at("free", 900), at("busy", 100, busy=True), at("stale", 100, age=600)]
    assert names(nearest(there, BOTH, (300, 1000), 3)) == ["free"]
    assert names(nearest(there[1:], BOTH, (300, 1000), 3)) == ["busy", "stale"]


def test_only_the_roles_that_the_rules_name_are_asked() -> None:
    there = [at("auxiliary", 100, role="auxiliary"), at("police", 200)]
    assert names(nearest(there, ("police",), (300,), 3)) == ["police"]
    assert names(nearest(there, ("police",), (), 3)) == ["police"]


def test_how_old_a_fresh_position_may_be_is_said_from_outside() -> None:
    there = [candidate("old", age=100), candidate("new", age=20)]
    for seconds, fresh in ((120, [True, True]), (60, [True, False]), (10, [False, False])):
        ranked = rank(there, None, START, fresh_for=timedelta(seconds=seconds))
        assert [one.fresh for one in ranked] == fresh
