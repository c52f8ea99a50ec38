"""The story, whole: real processes, a real browser, four people before four screens.

Once the owner comes in time; once nobody comes, and the officer does. And both again while, in the middle, one
process of the product dies: nothing in the end is different.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.backstage import Officer, close_what_is_open
from tests.browser.people import (
    NEWEST,
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


@pytest.fixture(scope="module")
def patient_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("patient")) as product:
        yield product


@pytest.fixture(scope="module")
def hasty_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("hasty"), respond_seconds=HASTY_SECONDS) as product:
        yield product


@pytest.fixture
def patient_city(patient_product: Product) -> Iterator[Product]:
    """A city with the usual five minutes, in which what died before lives again."""
    yield from _healed(patient_product)


@pytest.fixture
def hasty_city(hasty_product: Product) -> Iterator[Product]:
    """The same, where an owner has a few seconds."""
    yield from _healed(hasty_product)


def _healed(product: Product) -> Iterator[Product]:
    product.wait_until_whole(PROCESSES)
    yield product
    close_what_is_open(product)
    Officer(product, Sample.of(product).account("police")["username"]).goes_off_duty()


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
    ended = database_says(
        patient_city, f"SELECT status, outcome, breached_at FROM incidents WHERE id = {NEWEST}"
    )
    assert ended == [("closed", "settled", None)]
    messages = "simulator_messages m JOIN notices n ON n.id = m.notice_id"
    told = database_says(patient_city, f"SELECT count(*) FROM {messages} WHERE n.incident_id = {NEWEST}")
    assert told == [(1,)]


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
    ended = database_says(hasty_city, f"SELECT status, outcome FROM incidents WHERE id = {NEWEST}")
    assert ended == [("closed", "resolved")]

    # The record of it, on the requester's phone; whoever holds it asks whether it is genuine.
    page = requester.page
    with page.expect_download() as saved:
        page.get_by_role("button", name="保存处置记录（PDF）").click()
    content = Path(saved.value.path()).read_bytes()
    ((code,),) = database_says(hasty_city, f"SELECT code FROM documents WHERE subject = {NEWEST}")
    assert content.startswith(b"%PDF")
    page.goto(f"{hasty_city.web_url}/v/{code}")
    page.locator("#file").set_input_files(saved.value.path())
    expect(page.locator("#same")).to_be_visible()
