"""Who is asked first, and how far the search goes at once."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from models.geography import Location
from models.incident.routing import Candidate, Ranked, nearest, rank, ring_of, why
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


def test_he_reads_why_he_is_asked() -> None:
    one = Ranked(candidate("near", age=12), 239.7, fresh=True)
    assert why(one, START, stage="next", rings_m=(500, 300), nth=2) == {
        "stage": "next",
        "nth": 2,
        "metres": 240,
        "position_age_seconds": 12,
        "fresh": True,
        "busy": False,
        "ring_m": 300,
    }


def test_who_has_no_position_reads_that_none_is_known() -> None:
    unknown = Ranked(Candidate("x", "x", "police", False, None, None), None, fresh=False)
    said = why(unknown, START, stage="handed_over", rings_m=(), nth=1)
    assert (said["metres"], said["position_age_seconds"], said["ring_m"]) == (None, None, None)


PLACES = st.none() | st.builds(
    Location, lat=st.floats(29.8, 30.1), lng=st.floats(102.8, 103.2), accuracy_m=st.just(5.0)
)


@st.composite
def crews(draw: st.DrawFn) -> list[Candidate]:
    """Any officers: here and there, free and busy, seen just now, long ago or never."""
    count = draw(st.integers(0, 12))
    return [
        Candidate(
            f"id-{number}",
            f"05{number:04}",
            draw(st.sampled_from(BOTH)),
            draw(st.booleans()),
            place := draw(PLACES),
            None if place is None else START - timedelta(seconds=draw(st.integers(0, 600))),
        )
        for number in range(count)
    ]


FRESH = timedelta(seconds=120)


@given(crews(), PLACES, st.randoms())
def test_the_order_is_total_whoever_asks_and_in_whatever_order_they_stand(
    crew: list[Candidate], place: Location | None, random: Random
) -> None:
    ranked = rank(crew, place, START, fresh_for=FRESH)
    assert sorted(one.candidate.officer_id for one in ranked) == sorted(one.officer_id for one in crew)
    shuffled = list(crew)
    random.shuffle(shuffled)
    assert rank(shuffled, place, START, fresh_for=FRESH) == ranked


@given(crews(), PLACES)
def test_never_a_busy_one_before_a_free_one_nor_a_stale_before_a_fresh_nor_a_far_before_a_near(
    crew: list[Candidate], place: Location | None
) -> None:
    ranked = rank(crew, place, START, fresh_for=FRESH)
    for first, second in zip(ranked, ranked[1:], strict=False):
        assert not (first.candidate.busy and not second.candidate.busy)
        if first.candidate.busy == second.candidate.busy:
            assert not (second.fresh and not first.fresh)
        alike = (first.candidate.busy, first.fresh) == (second.candidate.busy, second.fresh)
        if alike and second.metres is not None:
            assert first.metres is not None
            assert first.metres <= second.metres


@given(crews(), PLACES, st.lists(st.integers(50, 5_000), max_size=4), st.integers(1, 5))
def test_whoever_is_asked_is_asked_once_is_of_an_asked_role_and_nobody_before_him_was_passed_over(
    crew: list[Candidate], place: Location | None, rings: list[int], most: int
) -> None:
    ranked = rank(crew, place, START, fresh_for=FRESH)
    police = [one for one in ranked if one.candidate.role == "police"]
    chosen = nearest(ranked, ("police",), rings, most)
    assert len(chosen) <= most
    assert len({one.candidate.officer_id for one in chosen}) == len(chosen)
    assert chosen == police[: len(chosen)]
    assert bool(chosen) == bool(police)
    inner = [ring_of(one, rings) for one in police]
    if any(inner):
        least = min(ring for ring in inner if ring is not None)
        assert all(ring_of(one, rings) == least for one in chosen)
