"""The story, whole: real processes, a real browser, four people before four screens.

Once the owner comes in time; once nobody comes, and the officer does. And both again while, in the middle, one
process of the product dies: nothing in the end is different.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.people import (
    OfficerOnDuty,
    Owner,
    Requester,
    Sample,
    Wall,
    database_says,
    events_of,
    masked,
)
from tests.support.browser import Visitors
from tests.support.product import Product, running_product

HASTY_SECONDS = "8"
PROCESSES = ["web.1", "web.2", "hub.1", "hub.2", "worker.1", "redis"]


@pytest.fixture
def patient_city(tmp_path: Path) -> Iterator[Product]:
    """A city with the usual five minutes."""
    with running_product(tmp_path / "home") as product:
        yield product


@pytest.fixture
def hasty_city(tmp_path: Path) -> Iterator[Product]:
    """A city where an owner has a few seconds."""
    with running_product(tmp_path / "home", respond_seconds=HASTY_SECONDS) as product:
        yield product


@pytest.mark.timeout(180)
@pytest.mark.parametrize("dying", [None, *PROCESSES])
def test_the_owner_comes_in_time(patient_city: Product, visitors: Visitors, dying: str | None) -> None:
    sample = Sample.of(patient_city)
    sticker = sample.stickers[0]
    requester = Requester(patient_city, visitors, sticker)
    owner = Owner(patient_city, visitors)
    officer = OfficerOnDuty(patient_city, visitors, sample.account("police"))
    wall = Wall(patient_city, visitors)
    wall.is_watched()
    owner.watches_the_phone()
    officer.signs_in_and_goes_on_duty()

    requester.scans_and_asks("急用车，谢谢")
    officer.sees_one_open_request()
    wall.shows(masked(sticker["plate"]))
    owner.opens_the_message()
    owner.reads("急用车，谢谢")

    if dying:
        patient_city.kill(dying)

    owner.answers_coming_in(3)
    owner.reads("已告诉对方")
    requester.reads("车主正在赶来")
    requester.says_that_it_was_moved()
    requester.reads("谢谢您的耐心")
    owner.reads("车已挪走")
    officer.sees_none()
    wall.no_longer_shows(masked(sticker["plate"]))
    requester.rates(5)

    assert events_of(patient_city, 4) == ["requested", "answered", "settled", "rated"]
    assert database_says(patient_city, "SELECT status, outcome, breached_at FROM incidents") == [
        ("closed", "settled", None)
    ]
    assert database_says(patient_city, "SELECT count(*) FROM simulator_messages") == [(1,)]


@pytest.mark.timeout(180)
@pytest.mark.parametrize("dying", [None, *PROCESSES])
def test_nobody_comes_and_the_officer_does(
    hasty_city: Product, visitors: Visitors, dying: str | None
) -> None:
    sample = Sample.of(hasty_city)
    sticker = sample.stickers[1]
    requester = Requester(hasty_city, visitors, sticker)
    officer = OfficerOnDuty(hasty_city, visitors, sample.account("police"))
    wall = Wall(hasty_city, visitors)
    wall.is_watched()
    officer.signs_in_and_goes_on_duty()

    requester.scans_and_asks()
    officer.sees_one_open_request()

    if dying:
        hasty_city.kill(dying)

    requester.reads("已转交交警")
    wall.shows(masked(sticker["plate"]))
    officer.accepts()
    requester.reads("交警已接单")
    officer.arrives()
    requester.reads("交警已到现场")
    officer.resolves()
    requester.reads("交警已处理")
    wall.no_longer_shows(masked(sticker["plate"]))

    names = events_of(hasty_city, 7)
    told = [name for name in names if name not in {"offered", "escalated", "lapsed"}]
    assert told == ["requested", "breached", "handed_over", "accepted", "arrived", "resolved"]
    assert names.count("breached") == 1
    assert database_says(hasty_city, "SELECT status, outcome FROM incidents") == [("closed", "resolved")]
