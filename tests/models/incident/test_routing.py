"""Who is asked first, and how far the search goes at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from models.geography import Location
from models.incident.routing import Candidate, Preference, Ranked, nearest, rank, ring_of, why
from tests.support.clock import START

FRESH = timedelta(seconds=120)
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
    one = Ranked(replace(candidate("near", age=12), load=2), 239.7, fresh=True, in_zone=True)
    assert why(one, START, stage="next", rings_m=(500, 300), nth=2) == {
        "stage": "next",
        "nth": 2,
        "metres": 240,
        "position_age_seconds": 12,
        "fresh": True,
        "busy": False,
        "ring_m": 300,
        "in_zone": True,
        "load": 2,
    }


def test_who_has_no_position_reads_that_none_is_known() -> None:
    unknown = Ranked(Candidate("x", "x", "police", False, None, None), None, fresh=False)
    said = why(unknown, START, stage="handed_over", rings_m=(), nth=1)
    assert (said["metres"], said["position_age_seconds"], said["ring_m"]) == (None, None, None)


HERE = Location(lat=29.98, lng=103.01)
RINGS = (300, 500, 1000)


def away(name: str, metres: float, **about: object) -> Candidate:
    """Seen just now, so many metres to the north of what he is asked about."""
    place = Location(lat=29.98 + metres / 111_195, lng=103.01)
    return Candidate(name, name, "police", False, place, START, **about)  # type: ignore[arg-type]


def order_of(crew: list[Candidate], preference: Preference, place: Location | None = HERE) -> list[str]:
    ranked = rank(crew, place, START, fresh_for=FRESH, preference=preference)
    return [one.candidate.officer_id for one in ranked]


def test_in_the_same_ring_who_covers_the_zone_comes_first_then_the_whole_district_then_another_zone() -> None:
    crew = [
        away("other", 50, zone="west"),
        away("whole", 100),
        away("ours", 250, zone="east"),
        away("ours, one ring on", 400, zone="east"),
    ]
    by_zone = Preference(RINGS, ("zone",), zone="east")
    assert order_of(crew, by_zone) == ["ours", "whole", "other", "ours, one ring on"]
    assert order_of(crew, Preference(RINGS, (), zone="east"))[0] == "other"
    assert order_of(crew, Preference(RINGS, ("zone",), zone=None))[0] == "other"


def test_beyond_the_rings_the_way_counts_and_the_zone_only_where_no_way_is_known() -> None:
    crew = [away("other", 1_200, zone="west"), away("ours", 4_000, zone="east")]
    by_zone = Preference(RINGS, ("zone", "turns"), zone="east")
    assert order_of(crew, by_zone) == ["other", "ours"]
    assert order_of(crew, by_zone, place=None) == ["ours", "other"]


def test_who_has_less_in_hand_comes_first_in_a_ring_and_beyond_it() -> None:
    crew = [away("asked elsewhere", 50, load=1), away("free", 200)]
    assert order_of(crew, Preference(RINGS, ("load",))) == ["free", "asked elsewhere"]
    far = [away("asked elsewhere", 1_100, load=1), away("free", 1_900)]
    assert order_of(far, Preference(RINGS, ("load",))) == ["free", "asked elsewhere"]


def test_in_a_ring_the_last_offer_went_to_somebody_else() -> None:
    crew = [
        away("just now", 20, asked_at=START - timedelta(minutes=1)),
        away("an hour ago", 150, asked_at=START - timedelta(hours=1)),
        away("never", 280),
    ]
    assert order_of(crew, Preference(RINGS, ("turns",))) == ["never", "an hour ago", "just now"]


def test_the_right_vehicle_comes_first_and_who_did_not_say_counts_as_any_other() -> None:
    crew = [away("unsaid", 20), away("on foot", 40, vehicle="foot"), away("car", 290, vehicle="car")]
    assert order_of(crew, Preference(RINGS, ("vehicle",), vehicles=("car",))) == ["car", "unsaid", "on foot"]
    assert order_of(crew, Preference(RINGS, ("vehicle",)))[0] == "unsaid"


def test_the_table_says_in_which_order_its_words_count() -> None:
    crew = [away("ours and busy", 20, zone="east", load=1), away("theirs and free", 40, zone="west")]
    first_zone = Preference(RINGS, ("zone", "load"), zone="east")
    assert order_of(crew, first_zone) == ["ours and busy", "theirs and free"]
    first_load = Preference(RINGS, ("load", "zone"), zone="east")
    assert order_of(crew, first_load) == ["theirs and free", "ours and busy"]


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
    ranked = rank(crew, place, START, fresh_for=FRESH, preference=Preference(rings, ("load", "turns")))
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
