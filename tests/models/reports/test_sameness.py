"""Which reports tell of the same thing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models.geography import Location
from models.reports.sameness import Same, Told, same

AT = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
GATE = Location(lat=29.9876, lng=103.0133)
FIRST = Told("first", b"plate-a", "fire_lane", GATE, AT, (0x0F0F_0F0F_0F0F_0F0F,))
NEW = Told("new", b"plate-a", "fire_lane", GATE, AT + timedelta(minutes=5), (0x1234_5678_9ABC_DEF0,))


def found(new: Told, *known: Told) -> Same | None:
    return same(new, known, within_m=100, within_minutes=60)


def test_the_same_vehicle_near_and_soon_is_the_same_report() -> None:
    assert found(NEW, FIRST) == Same("first", "vehicle")


@pytest.mark.parametrize(
    "other",
    [
        replace(FIRST, plate_index=b"plate-b"),
        replace(FIRST, offence="bus_stop"),
        replace(FIRST, happened_at=AT - timedelta(minutes=56)),
        replace(FIRST, place=Location(lat=29.9886, lng=103.0133)),  # 111 m to the north
    ],
)
def test_another_vehicle_offence_hour_or_place_is_another_report(other: Told) -> None:
    assert found(NEW, other) is None


def test_who_does_not_say_where_may_mean_the_same_place() -> None:
    assert found(NEW, replace(FIRST, place=None)) == Same("first", "vehicle")


def test_the_same_picture_is_the_same_report_whatever_it_says() -> None:
    elsewhere = replace(FIRST, plate_index=b"plate-b", offence="bus_stop", pictures=(0x1234_5678_9ABC_DEF1,))
    assert found(NEW, elsewhere) == Same("first", "picture")


def test_two_pictures_that_differ_in_more_than_eight_bits_are_two() -> None:
    close = replace(FIRST, plate_index=None, pictures=(0x1234_5678_9ABC_DEF0 ^ 0xFF,))
    far = replace(FIRST, plate_index=None, pictures=(0x1234_5678_9ABC_DEF0 ^ 0x1FF,))
    assert found(NEW, close) == Same("first", "picture")
    assert found(NEW, far) is None


def test_a_report_without_a_plate_is_the_same_by_its_picture_only() -> None:
    assert found(replace(NEW, plate_index=None), replace(FIRST, plate_index=None)) is None


def test_of_several_the_earliest_is_joined() -> None:
    later = replace(FIRST, id="later", happened_at=AT + timedelta(minutes=1))
    assert found(NEW, later, FIRST) == Same("first", "vehicle")


def test_pictures_that_differ_in_every_bit_are_two_pictures() -> None:
    # Of 64 bits the first is a sign: as numbers these are neighbours.
    one = replace(FIRST, plate_index=b"plate-b", pictures=(-1,))
    assert found(replace(NEW, pictures=(0,)), one) is None
    assert found(replace(NEW, pictures=(-1 ^ 0b1111,)), one) == Same("first", "picture")
    assert found(replace(NEW, pictures=(0x7FFF_FFFF_FFFF_FFFF,)), one) == Same("first", "picture")
