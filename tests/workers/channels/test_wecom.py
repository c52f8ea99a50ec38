"""Commanders are told in WeCom: in their group by its robot, or each by the application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import update

from models.store import Store
from models.tables import notices
from models.wecom.client import cut
from tests.support.channels import set_up
from tests.support.city import CHEN
from tests.support.clock import FakeClock
from tests.support.officer_notices import due, row
from tests.support.wecom_server import CORP, ROBOT, SECRET, Company, running_company
from tests.workers import test_notify
from workers.notify import send_due

store = test_notify.store


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a channel does is the same on both databases; keeping it is tested on both elsewhere."""
    return sqlite_url


@pytest.fixture
async def there(store: Store, clock: FakeClock) -> AsyncIterator[Company]:
    async with running_company(clock) as company:
        yield company


async def by_robot(store: Store, there: Company, key: str = ROBOT) -> None:
    await set_up(store, "wecom", {"endpoint": there.url}, {"robot_key": key})


async def by_application(store: Store, there: Company, secret: str = SECRET) -> None:
    there.members.add(CHEN.service_number)
    given = {"endpoint": there.url, "corp_id": CORP, "agent_id": "1000002"}
    await set_up(store, "wecom", given, {"secret": secret})


async def test_the_group_is_told_by_its_robot(store: Store, there: Company) -> None:
    await by_robot(store, there)
    await due(store, "wecom")
    assert await send_due(store) == 1
    ((_, text),) = there.said
    assert text.startswith("【城市交管】")
    assert text.endswith("http://localhost:8000/officer")
    assert (await row(store)).status == "sent"


async def test_the_robots_limit_is_kept_until_the_next_minute(
    store: Store, there: Company, clock: FakeClock
) -> None:
    await by_robot(store, there)
    there.said = [(clock.now(), "x")] * 20
    await due(store, "wecom")
    await send_due(store)
    assert ((await row(store)).status, (await row(store)).code) == ("queued", "45009")
    clock.advance(60)
    assert await send_due(store) == 1


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"errcode": 93000, "errmsg": "invalid webhook url"}, ("failed", "account_wrong", "93000")),
        (
            {"errcode": 60020, "errmsg": "not allow to access from your ip"},
            ("failed", "address_not_listed", "60020"),
        ),
        ({"errcode": -1, "errmsg": "system busy"}, ("queued", "busy", "-1")),
        ({"errcode": 40058, "errmsg": "invalid"}, ("failed", "refused", "40058")),
        (502, ("unknown", "provider_failed", "502")),
        (503, ("queued", "busy", "503")),
    ],
)
async def test_each_way_not_to_arrive_says_why(
    store: Store, there: Company, answer: Any, expected: Any
) -> None:
    await by_robot(store, there)
    await due(store, "wecom")
    there.answers = [answer]
    await send_due(store)
    found = await row(store)
    assert (found.status, found.failure, found.code) == expected


async def test_an_officer_is_told_by_the_application_whose_token_ends_in_the_middle(
    store: Store, there: Company
) -> None:
    await by_application(store, there)
    await due(store, "wecom")
    assert await send_due(store) == 1
    assert (there.told[0]["touser"], there.told[0]["agentid"]) == (CHEN.service_number, 1000002)
    assert (await row(store)).provider_id == "m-1"
    there.take_back()
    await due(store, "wecom", 2)
    async with store.database.write() as connection:
        await connection.execute(
            update(notices).where(notices.c.id == "n-2").values(template="nobody_accepted")
        )
    assert await send_due(store) == 1
    assert there.calls == ["token", "message", "message", "token", "message"]


async def test_nobody_who_is_no_member_and_no_account_that_is_wrong(store: Store, there: Company) -> None:
    await by_application(store, there)
    there.members.clear()
    await due(store, "wecom")
    await send_due(store)
    assert ((await row(store)).failure, (await row(store)).code) == ("address_unknown", "81013")
    async with store.database.write() as connection:
        await connection.exec_driver_sql("DELETE FROM provider_tokens")
    await by_application(store, there, secret="another")
    await due(store, "wecom", 2)
    await send_due(store)
    assert ((await row(store, 2)).failure, (await row(store, 2)).code) == ("secret_wrong", "40001")
    await set_up(store, "wecom", {"endpoint": there.url}, {})
    await due(store, "wecom", 3)
    await send_due(store)
    assert ((await row(store, 3)).status, (await row(store, 3)).failure) == ("failed", "set_up_wrongly")


def test_a_long_text_is_cut_between_two_characters() -> None:
    assert len(cut("车" * 700).encode()) == 2046
    assert cut("短") == "短"
