"""What is shown beside a report's pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from models.incident.evidence import Wanted
from models.reports.checks import Check, Medium, checks

AT = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
WANTED = Wanted(2, 9, timedelta(seconds=10), timedelta(days=3))


def found(*media: Medium, **other: object) -> dict[str, Check]:
    given: dict[str, object] = {
        "happened_at": AT,
        "filed_at": AT + timedelta(hours=2),
        "accuracy_m": 12.0,
        "located": True,
        "live": True,
    }
    return {one.name: one for one in checks(WANTED, media, **(given | other))}  # type: ignore[arg-type]


def photo(seconds: float, metres: float | None = None) -> Medium:
    at = AT + timedelta(seconds=seconds)
    return Medium("photo", at, at + timedelta(seconds=5), metres)


def test_two_photos_far_enough_apart_are_what_is_wanted() -> None:
    told = found(photo(0, 8), photo(12, 20))
    assert {name: one.ok for name, one in told.items()} == {
        "count": True,
        "apart": True,
        "age": True,
        "place": True,
        "precise": True,
        "live": True,
        "times": True,
        "places": True,
    }
    assert (told["count"].n, told["apart"].n, told["age"].n, told["places"].n) == (2, 12, 2, 20)


def test_what_is_missing_is_named() -> None:
    told = found(photo(0), accuracy_m=None, located=False, live=False)
    assert [name for name, one in told.items() if one.ok is False] == ["count", "apart", "place", "live"]
    assert [name for name, one in told.items() if one.ok is None] == ["precise", "places"]


def test_a_video_is_enough_by_itself() -> None:
    told = found(Medium("video", AT, AT))
    assert told["count"].ok
    assert told["apart"].ok


def test_files_that_say_another_hour_or_another_street_are_noticed() -> None:
    told = found(photo(0, 900), photo(3 * 3600, 10))
    assert (told["times"].ok, told["times"].n) == (False, 180)
    assert (told["places"].ok, told["places"].n) == (False, 900)


def test_a_phone_that_knows_only_the_quarter_is_not_precise() -> None:
    assert found(photo(0), photo(12), accuracy_m=800.0)["precise"].ok is False


def test_a_file_that_says_nothing_of_its_time_says_nothing() -> None:
    told = found(Medium("photo", None, AT), Medium("photo", None, AT + timedelta(seconds=30)))
    assert told["times"].ok is None
    assert told["apart"].ok


def test_photos_of_two_people_say_nothing_of_how_far_apart_they_are() -> None:
    mine = (photo(0), photo(12))
    others = (replace(photo(1), by="another"), replace(photo(30), by="another"))
    assert found(*mine, *others)["apart"] == Check("apart", True, 29)
    assert found(photo(0), replace(photo(30), by="another"))["apart"] == Check("apart", False, None)
