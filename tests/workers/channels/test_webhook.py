"""Another system is told, signed, once; and is no way into the operator's own network."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import insert, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.providers.failures import Setup, Transient
from models.providers.guard import is_public, target_of
from models.store import Store
from models.tables import notices
from tests.support.channels import YAAN, set_up
from tests.support.city import CHEN
from tests.support.clock import FakeClock
from tests.support.serving import served
from tests.workers import test_notify
from workers.notify import send_due

store = test_notify.store
KEY = "the-key-that-both-have"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a channel does is the same on both databases; keeping it is tested on both elsewhere."""
    return sqlite_url


@dataclass
class Other:
    """The other system: keeps what came, and answers as it was told to, the first answer first."""

    url: str = ""
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        self.came.append((dict(request.headers.items()), await request.body()))
        return self.answers.pop(0) if self.answers else Response(status_code=204)


@pytest.fixture
async def other() -> AsyncIterator[Other]:
    there = Other()
    app = Starlette(routes=[Route("/hook", there.take, methods=["POST"])])
    async with served(app) as url:
        there.url = f"{url}/hook"
        yield there


@pytest.fixture
async def allowed(store: Store, other: Other) -> Store:
    """The operator has said that his own network is meant."""
    await set_up(store, "webhook", {"endpoint": other.url}, {"signing_key": KEY})
    store.settings = replace(store.settings, webhook_private=True)
    return store


async def due(store: Store) -> None:
    now = store.clock.now()
    async with store.database.write() as connection:
        await connection.execute(
            insert(notices).values(
                id="n",
                key="k",
                city_code=YAAN,
                template="nobody_on_duty",
                params='{"kind": "move_car", "reason": "blocking", "plate": "川TA***5", "district": "511802"}',
                officer_id=CHEN.id,
                channel="webhook",
                status="queued",
                created_at=now,
                due_at=now,
            )
        )


async def row(store: Store) -> Any:
    async with store.database.read() as connection:
        return (await connection.execute(select(notices).where(notices.c.id == "n"))).one()


async def test_the_other_system_gets_what_the_street_shows_signed_with_the_time(
    allowed: Store, other: Other, clock: FakeClock
) -> None:
    await due(allowed)
    assert await send_due(allowed) == 1
    ((headers, body),) = other.came
    assert json.loads(body) == {
        "id": "n",
        "event": "nobody_on_duty",
        "incident": None,
        "kind": "move_car",
        "reason": "blocking",
        "plate": "川TA***5",
        "district": "511802",
        "due_at": "2026-11-02T08:00:00.000Z",
        "respond_by": None,
    }
    stamp = headers["x-wufen-timestamp"]
    assert int(stamp) == int(clock.now().timestamp())
    expected = hmac.new(KEY.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["x-wufen-signature"] == f"v1={expected}"
    assert headers["host"] == other.url.removeprefix("http://").removesuffix("/hook")
    assert (await row(allowed)).status == "delivered"


async def test_a_system_that_is_ill_is_told_again_under_the_same_key(
    allowed: Store, other: Other, clock: FakeClock
) -> None:
    other.answers = [
        Response(status_code=500),
        Response(status_code=429, headers={"Retry-After": "7"}),
        Response(status_code=503),
    ]
    await due(allowed)
    await send_due(allowed)
    assert (await row(allowed)).status == "queued"
    for seconds in (2, 7, 4):
        clock.advance(seconds - 1)
        before = len(other.came)
        await send_due(allowed)
        assert len(other.came) == before, "not earlier"
        clock.advance(1)
        await send_due(allowed)
    assert (await row(allowed)).status == "delivered"
    assert len({headers["idempotency-key"] for headers, _ in other.came}) == 1
    assert len({headers["x-wufen-signature"] for headers, _ in other.came}) == 4


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (410, ("failed", "address_unknown", "410")),
        (401, ("failed", "refused", "401")),
        (302, ("failed", "refused", "302")),
    ],
)
async def test_what_it_does_not_want_is_not_repeated_and_nobody_is_followed_elsewhere(
    allowed: Store, other: Other, status: int, expected: Any
) -> None:
    other.answers = [Response(status_code=status, headers={"Location": "http://127.0.0.1:1/"})]
    await due(allowed)
    await send_due(allowed)
    found = await row(allowed)
    assert (found.status, found.failure, found.code) == expected
    assert len(other.came) == 1


async def test_nothing_of_our_own_network_is_called_unless_the_operator_says_so(
    store: Store, other: Other
) -> None:
    await set_up(store, "webhook", {"endpoint": other.url}, {"signing_key": KEY})
    await due(store)
    await send_due(store)
    found = await row(store)
    assert (found.status, found.failure) == ("failed", "address_refused")
    assert other.came == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2400:3200::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.100.100.200", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
    ],
)
def test_what_is_of_the_open_network(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://localhost/",
        "https://user:word@8.8.8.8/",
        "http://8.8.8.8/",
        "file:///etc/passwd",
        "https:///nothing",
    ],
)
async def test_addresses_that_nobody_calls(url: str) -> None:
    with pytest.raises((Setup, Transient)):
        await target_of(url)


async def test_a_name_is_looked_up_once_and_the_call_goes_to_what_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The attack: a name that is public when it is checked and points at us when it is called."""
    asked = 0

    def answers(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        nonlocal asked
        asked += 1
        address = "93.184.216.34" if asked == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    target = await target_of("https://hook.example:8443/a?b=1#c")
    assert target.url == "https://93.184.216.34:8443/a?b=1"
    assert target.sent == {
        "headers": {"host": "hook.example:8443"},
        "extensions": {"sni_hostname": "hook.example"},
    }
    with pytest.raises(Setup):
        await target_of("https://hook.example:8443/")
