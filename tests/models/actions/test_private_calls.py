"""A number for requester and owner: given once, ended with the request, and nobody's own number anywhere."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from models.actions import private_calls
from models.actions.commands import act
from models.errors import InvalidField, NotFound, TooManyRequests, Unavailable
from models.incident.commands import Cancel
from models.store import Store
from models.tables import audit, contact_channels, private_numbers
from tests.support.aliyun_server import KEY_ID, POOL, SECRET, Cloud, running_cloud
from tests.support.channels import set_up
from tests.support.city import Asked, ask
from tests.support.clock import FakeClock
from tests.workers.test_notify import give_phones

OWN, OWNER = "138 1111 2222", "13900000000"


@pytest.fixture
async def there(store: Store, clock: FakeClock) -> AsyncIterator[Cloud]:
    await give_phones(store)
    async with running_cloud(clock) as cloud:
        given = {"access_key_id": KEY_ID, "pool_key": POOL, "numbers_endpoint": cloud.url}
        await set_up(store, "call", given, {"access_key_secret": SECRET})
        yield cloud


@pytest.fixture
async def asked(store: Store, there: Cloud) -> Asked:
    return await ask(store)


async def rows(store: Store) -> list[Any]:
    async with store.database.read() as connection:
        return list((await connection.execute(select(private_numbers))).all())


async def test_the_requester_gets_a_number_that_is_neithers_and_the_same_again(
    store: Store, there: Cloud, asked: Asked, clock: FakeClock
) -> None:
    found = await private_calls.begin(store, asked.requester, OWN)
    assert (found.number, found.until) == ("17000000001", clock.now() + timedelta(minutes=35))
    assert "17000000001" not in repr(found)
    (bound,) = there.bound.values()
    assert (bound["A"], bound["B"], bound["ends"]) == ("13811112222", OWNER, found.until)
    assert await private_calls.begin(store, asked.requester, "+86 13811112222") == found
    assert there.calls == ["BindAxb"]

    (kept,) = await rows(store)
    for number in ("13811112222", OWNER, "17000000001"):
        assert number not in str(kept._mapping)
    async with store.database.read() as connection:
        deeds = (await connection.execute(select(audit.c.actor, audit.c.action, audit.c.subject))).all()
    assert (asked.requester.subject, "call_owner", "contact:contact-one-1") in [tuple(one) for one in deeds]


async def test_it_leads_nowhere_as_soon_as_the_request_is_over(
    store: Store, there: Cloud, asked: Asked
) -> None:
    await private_calls.begin(store, asked.requester, OWN)
    assert await private_calls.end_due(store) == 0
    await act(store, asked.id, Cancel(), asked.requester)
    assert await private_calls.end_due(store) == 1
    assert there.unbound == ["100001"]
    assert await private_calls.end_due(store) == 0
    (kept,) = await rows(store)
    assert kept.ended_at is not None
    assert kept.number_sealed is None
    with pytest.raises(NotFound):
        await private_calls.begin(store, asked.requester, OWN)


async def test_a_provider_that_is_away_at_the_end_is_asked_again_and_the_number_ends_by_itself(
    store: Store, there: Cloud, asked: Asked, clock: FakeClock
) -> None:
    await private_calls.begin(store, asked.requester, OWN)
    await act(store, asked.id, Cancel(), asked.requester)
    there.answers = [503, ("isp.SYSTEM_ERROR", "x")]
    assert await private_calls.end_due(store) == 0
    assert await private_calls.end_due(store) == 0, "not at once"
    clock.advance(30)
    assert await private_calls.end_due(store) == 0
    clock.advance(30)
    assert await private_calls.end_due(store) == 1
    assert there.unbound == ["100001"]


async def test_a_number_that_nobody_unbound_is_over_at_its_own_end(
    store: Store, there: Cloud, asked: Asked, clock: FakeClock
) -> None:
    first = await private_calls.begin(store, asked.requester, OWN)
    clock.advance(35 * 60 + 1)
    assert await private_calls.end_due(store) == 1
    (kept,) = await rows(store)
    assert (kept.ended_at, kept.number_sealed) == (first.until, None)
    await private_calls.begin(store, asked.requester, OWN)
    assert len(there.bound) == 2, "whoever still waits gets another"


async def test_a_provider_that_gives_none_leaves_nothing_behind(
    store: Store, there: Cloud, asked: Asked
) -> None:
    for answer in (("isv.NO_AVAILABLE_NUMBER", "x"), 502):
        there.answers = [answer]
        with pytest.raises(Unavailable):
            await private_calls.begin(store, asked.requester, OWN)
    assert all(row.ended_at is not None and row.number_sealed is None for row in await rows(store))
    await private_calls.begin(store, asked.requester, OWN)
    with pytest.raises(TooManyRequests):
        await private_calls.begin(store, asked.requester, "13811113333")


async def test_whom_nobody_may_call(store: Store, there: Cloud, asked: Asked) -> None:
    for phone, why in (("", "empty"), ("12345", "wrong_length"), (OWNER, "same")):
        with pytest.raises(InvalidField) as refused:
            await private_calls.begin(store, asked.requester, phone)
        assert (refused.value.field, refused.value.params["why"]) == ("phone", why)
    now = store.clock.now()
    async with store.database.write() as connection:
        for number in (1, 2):
            await connection.execute(
                insert(contact_channels).values(
                    id=f"no-{number}",
                    contact_id=f"contact-one-{number}",
                    channel="call",
                    allowed=False,
                    changed_at=now,
                )
            )
    with pytest.raises(NotFound):
        await private_calls.begin(store, asked.requester, OWN)
    async with store.database.write() as connection:
        await connection.execute(
            update(contact_channels).where(contact_channels.c.id == "no-2").values(allowed=True)
        )
    await private_calls.begin(store, asked.requester, OWN)
    assert there.bound["100001"]["B"] == "13900000001"


async def test_without_a_pool_nobody_is_called(store: Store, there: Cloud, asked: Asked) -> None:
    await set_up(store, "call", {"access_key_id": KEY_ID}, {"access_key_secret": SECRET})
    with pytest.raises(NotFound):
        await private_calls.begin(store, asked.requester, OWN)
    assert json.dumps(there.calls) == "[]"
