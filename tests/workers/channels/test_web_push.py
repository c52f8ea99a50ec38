"""An officer's browser is told while its page is closed: encrypted, signed, and only where he is signed in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update
from starlette.responses import Response

from models.store import Store
from models.tables import push_subscriptions, sessions
from models.webpush.client import Sender, SubscriptionRefused, subscription
from tests.support.channels import set_up
from tests.support.city import CHEN
from tests.support.clock import FakeClock
from tests.support.officer_notices import due, row
from tests.support.push_server import PushService, running_push_service
from tests.web.client import Client, bearer, error_of
from tests.web.conftest import app_of
from tests.workers import test_notify
from workers.notify import send_due

store = test_notify.store
VAPID = bytes(range(1, 33))
SUBSCRIPTION = "/api/v1/push/subscription"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a channel does is the same on both databases; keeping it is tested on both elsewhere."""
    return sqlite_url


@pytest.fixture
async def there(store: Store, clock: FakeClock) -> AsyncIterator[PushService]:
    store.settings = replace(store.settings, vapid_key=VAPID, webhook_private=True)
    await set_up(store, "web_push", {"subject": "mailto:duty@car.example"}, {})
    async with running_push_service(clock) as service:
        yield service


@pytest.fixture
async def web(store: Store, there: PushService) -> AsyncIterator[Client]:
    async with Client(app_of(store), store) as client:
        yield client


async def subscribes(web: Client, there: PushService) -> dict[str, str]:
    """The commander signs in and lets this browser be told; his headers."""
    headers = bearer(await web.token_of(CHEN))
    there.key = (await web.get("/api/v1/push/key", headers=headers)).json()["key"]
    kept = await web.put(SUBSCRIPTION, json=there.subscription, headers=headers)
    assert kept.status_code == 200, kept.text
    return headers


async def browsers(store: Store) -> int:
    async with store.database.read() as connection:
        return len((await connection.execute(select(push_subscriptions))).all())


async def test_a_commander_is_told_and_nobody_on_the_way_can_read_it(
    store: Store, web: Client, there: PushService
) -> None:
    await subscribes(web, there)
    await due(store, "web_push")
    assert await send_due(store) == 1
    (shown,) = there.shown
    assert set(shown) == {"zh", "en", "tag"}
    assert shown["zh"].startswith("【城市交管】")
    assert shown["tag"] == "n-1"
    assert "城市交管".encode() not in there.raw[0]
    assert (await row(store)).status == "sent"
    async with store.database.read() as connection:
        kept = (await connection.execute(select(push_subscriptions))).one()
    assert there.url not in str(kept._mapping)


async def test_where_he_is_not_signed_in_any_more_he_is_not_told(
    store: Store, web: Client, there: PushService
) -> None:
    await subscribes(web, there)
    async with store.database.write() as connection:
        await connection.execute(update(sessions).values(revoked_at=store.clock.now()))
    await due(store, "web_push")
    await send_due(store)
    assert ((await row(store)).status, (await row(store)).failure) == ("failed", "no_address")
    assert there.shown == []


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_is_gone_is_forgotten(
    store: Store, web: Client, there: PushService, status: int
) -> None:
    await subscribes(web, there)
    there.answers = [status]
    await due(store, "web_push")
    await send_due(store)
    found = await row(store)
    assert (found.status, found.failure, found.code) == ("failed", "unsubscribed", str(status))
    assert await browsers(store) == 0


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (500, ("queued", "provider_failed", "500")),
        (503, ("queued", "busy", "503")),
        (Response(status_code=429, headers={"Retry-After": "60"}), ("queued", "provider_limit", "429")),
        (403, ("failed", "secret_wrong", "403")),
        (413, ("failed", "too_long", "413")),
        (400, ("failed", "refused", "400")),
    ],
)
async def test_each_way_not_to_arrive_says_why(
    store: Store, web: Client, there: PushService, answer: Any, expected: Any
) -> None:
    await subscribes(web, there)
    there.answers = [answer]
    await due(store, "web_push")
    await send_due(store)
    found = await row(store)
    assert (found.status, found.failure, found.code) == expected
    assert await browsers(store) == 1


async def test_told_again_it_takes_its_own_place(
    store: Store, web: Client, there: PushService, clock: FakeClock
) -> None:
    await subscribes(web, there)
    there.answers = [500]
    await due(store, "web_push")
    await send_due(store)
    clock.advance(2)
    assert await send_due(store) == 1
    await due(store, "web_push", 2)
    await send_due(store)
    assert len(set(there.topics)) == 2
    assert [one["tag"] for one in there.shown] == ["n-1", "n-2"]
    assert all(len(topic) == 32 for topic in there.topics)


async def test_he_takes_it_back_and_one_browser_is_one_subscription(
    store: Store, web: Client, there: PushService
) -> None:
    headers = await subscribes(web, there)
    await web.put(SUBSCRIPTION, json=there.subscription, headers=headers)
    assert await browsers(store) == 1
    again = bearer(await web.token_of(CHEN))
    await web.put(SUBSCRIPTION, json=there.subscription, headers=again)
    assert await browsers(store) == 1, "whoever signs in there next has it"
    await web.delete(SUBSCRIPTION, headers=again)
    assert await browsers(store) == 0


async def test_a_subscription_that_no_browser_gives_is_refused(web: Client, there: PushService) -> None:
    headers = bearer(await web.token_of(CHEN))
    good = there.subscription
    for wrong in (
        {**good, "endpoint": "http://10.0.0.1/push"},
        {**good, "endpoint": "javascript:alert(1)"},
        {**good, "keys": {**good["keys"], "p256dh": "A" * 87}},
        {**good, "keys": {**good["keys"], "auth": "A" * 24}},
    ):
        answer = await web.put(SUBSCRIPTION, json=wrong, headers=headers)
        assert error_of(answer) == (422, "invalid_field", "endpoint"), wrong
    with pytest.raises(SubscriptionRefused):
        subscription("https://push.example/x", "é", "")


async def test_addresses_of_our_own_network_are_not_called_unless_the_operator_says_so(
    store: Store, web: Client, there: PushService
) -> None:
    await subscribes(web, there)
    store.settings = replace(store.settings, webhook_private=False)
    await due(store, "web_push")
    await send_due(store)
    assert (await row(store)).failure == "address_refused"
    assert there.shown == []


async def test_without_a_key_nobody_is_asked(store: Store, web: Client, there: PushService) -> None:
    headers = bearer(await web.token_of(CHEN))
    store.settings = replace(store.settings, vapid_key=b"")
    async with Client(app_of(store), store) as without:
        assert error_of(await without.get("/api/v1/push/key", headers=headers))[0] == 404
        assert error_of(await without.put(SUBSCRIPTION, json=there.subscription, headers=headers))[0] == 404


def test_the_public_key_is_the_point_of_the_private_one() -> None:
    """The key of RFC 8291, appendix A: its private number and its public point, as printed there."""
    import base64

    private = base64.urlsafe_b64decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw=")
    expected = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
    assert Sender(private, "mailto:x").public == expected
