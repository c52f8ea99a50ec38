"""What a channel says becomes what happens next: again later, another way, or nobody knows and nothing is repeated."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from models.actions import notices, settling
from models.actions.settling import Ended
from models.channels.setups import sealed
from models.store import Store
from models.tables import channel_setups, configuration
from models.tables import notices as notices_table
from tests.support.city import ask
from tests.support.clock import FakeClock
from tests.workers import test_notify
from workers import delivering
from workers.channels import CHANNELS, Accepted, Message, Refused, Unanswered
from workers.delivering import Lines
from workers.notify import send_due

store = test_notify.store
YAAN = "511800"


async def set_up(store: Store, channel: str, **more: Any) -> None:
    """The city has an account there."""
    row_id = f"setup-{channel}"
    async with store.database.write() as connection:
        await connection.execute(
            insert(channel_setups).values(
                id=row_id,
                city_code=YAAN,
                channel=channel,
                active=True,
                given='{"sign_name": "城市交管"}',
                secrets_sealed=sealed(store.vault, row_id, {"access_key_secret": "hidden"}),
                changed_at=store.clock.now(),
                changed_by="test",
                **more,
            )
        )
        await connection.execute(
            update(configuration).where(configuration.c.topic == "channels").values(revision=f"r-{channel}")
        )
    await store.configuration.refresh()


async def make_codes(store: Store) -> None:
    """A code to type goes by SMS, and by nothing else."""
    code = {"channel": "sms", "template": "binding_code", "params": '{"minutes": 10}'}
    async with store.database.write() as connection:
        await connection.execute(update(notices_table).values(code))


class Provider:
    """Counts how often it is asked, and says what it was told to, the first first; then that it takes it."""

    def __init__(self, *says: Exception | Accepted) -> None:
        self.says = list(says)
        self.asked: list[str] = []
        self.messages: list[Message] = []
        self.name = "id"

    async def deliver(self, store: Store, notice: notices.Claimed, message: Message, setup: Any) -> Accepted:
        self.asked.append(notice.key)
        self.messages.append(message)
        said = self.says.pop(0) if self.says else Accepted(provider_id=f"{self.name}-{len(self.asked)}")
        if isinstance(said, Exception):
            raise said
        return said


class Street:
    """One notice on its way by SMS, and the city's provider."""

    def __init__(self, store: Store, provider: Provider, clock: FakeClock) -> None:
        self.store, self.provider, self.clock = store, provider, clock

    async def row(self) -> Any:
        query = select(notices_table).where(notices_table.c.template == "binding_code")
        async with self.store.database.read() as connection:
            return (await connection.execute(query)).one()

    async def said(self) -> tuple[str, str | None, str | None]:
        row = await self.row()
        return row.status, row.failure, row.code


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> Lines:
    """Breakers and paces that go by the test's clock."""
    lines = Lines(now=lambda: clock.now().timestamp())
    monkeypatch.setattr(delivering.deliver, "__defaults__", (lines,))
    return lines


@pytest.fixture
async def street(store: Store, monkeypatch: pytest.MonkeyPatch, clock: FakeClock, lines: Lines) -> Street:
    provider = Provider()
    monkeypatch.setitem(CHANNELS, "sms", provider.deliver)
    await set_up(store, "sms")
    await ask(store)
    await make_codes(store)
    return Street(store, provider, clock)


async def test_what_a_provider_took_is_sent_and_known_by_its_id(street: Street) -> None:
    assert await send_due(street.store) == 1
    row = await street.row()
    assert (row.status, row.provider_id, row.attempts) == ("sent", "id-1", 1)
    assert street.provider.asked == [row.key]


@pytest.mark.parametrize(
    ("refused", "seconds"),
    [
        (Refused("transient", "provider_away", code="ConnectError"), 2),
        (Refused("limited", "provider_limit", code="45009", retry_after=timedelta(seconds=50)), 50),
        (Refused("limited", "provider_limit", code="isv.BUSINESS_LIMIT_CONTROL"), 30),
    ],
    ids=["transient", "limited, and says how long", "limited"],
)
async def test_what_may_go_better_waits_so_long_and_goes(
    street: Street, refused: Refused, seconds: int
) -> None:
    street.provider.says = [refused]
    assert await send_due(street.store) == 0
    assert await street.said() == ("queued", refused.reason, refused.code)
    street.clock.advance(seconds - 1)
    assert await send_due(street.store) == 0
    street.clock.advance(1)
    assert await send_due(street.store) == 1
    assert await street.said() == ("sent", None, None)


@pytest.mark.parametrize("why", ["permanent", "unreachable", "setup"])
async def test_what_no_try_would_help_is_asked_once(street: Street, why: Any) -> None:
    street.provider.says = [Refused(why, "number_invalid", code="isv.MOBILE_NUMBER_ILLEGAL")]
    await send_due(street.store)
    street.clock.advance(3_600)
    await send_due(street.store)
    assert await street.said() == ("failed", "number_invalid", "isv.MOBILE_NUMBER_ILLEGAL")
    assert street.provider.asked.count((await street.row()).key) == 1


async def test_waiting_for_a_limit_is_no_try_and_ends_after_an_hour(street: Street) -> None:
    street.provider.says = [
        Refused("limited", "provider_limit", retry_after=timedelta(minutes=10)) for _ in range(20)
    ]
    while (await street.row()).status == "queued":
        await send_due(street.store)
        assert (await street.row()).attempts <= 1
        street.clock.advance(600)
    assert await street.said() == ("failed", "provider_limit", None)
    assert len(street.provider.asked) == 8


async def test_without_an_answer_nobody_knows_and_nothing_is_repeated(street: Street) -> None:
    street.provider.says = [Unanswered("no_answer", code="ReadTimeout")]
    await send_due(street.store)
    street.clock.advance(3_600)
    await send_due(street.store)
    assert await street.said() == ("unknown", "no_answer", "ReadTimeout")
    assert len(street.provider.asked) == 1


async def test_a_provider_that_recognises_a_repetition_is_asked_again(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CHANNELS, "webhook", street.provider.deliver)
    await set_up(street.store, "webhook")
    async with street.store.database.write() as connection:
        await connection.execute(update(notices_table).values(channel="webhook"))
    street.provider.says = [Unanswered("no_answer")]
    await send_due(street.store)
    street.clock.advance(2)
    assert await send_due(street.store) == 1
    assert len(set(street.provider.asked)) == 1
    assert len(street.provider.asked) == 2


async def test_a_provider_that_is_slow_has_as_long_as_the_city_says(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with street.store.database.write() as connection:
        await connection.execute(update(channel_setups).values(timeout_seconds=0.01))
        await connection.execute(update(configuration).values(revision="another"))
    await street.store.configuration.refresh()

    async def hang(*_: Any) -> Accepted:
        await asyncio.Event().wait()
        return Accepted()

    monkeypatch.setitem(CHANNELS, "sms", hang)
    await send_due(street.store)
    assert await street.said() == ("unknown", "timed_out", None)


async def test_what_a_dead_worker_had_asked_is_unknown_and_not_asked_again(street: Street) -> None:
    (claimed,) = await notices.claim(street.store)
    assert await notices.asked(street.store, claimed)
    street.clock.advance(4)
    assert await send_due(street.store) == 0
    assert await street.said() == ("unknown", "worker_died", None)
    assert street.provider.asked == []


async def test_what_a_dead_worker_had_claimed_and_not_asked_is_sent(street: Street) -> None:
    await notices.claim(street.store)
    street.clock.advance(4)
    assert await send_due(street.store) == 1


async def test_a_worker_that_was_only_slow_still_says_what_it_knows(street: Street) -> None:
    (claimed,) = await notices.claim(street.store)
    await notices.asked(street.store, claimed)
    street.clock.advance(4)
    await send_due(street.store)
    await settling.settle(street.store, [Ended(claimed, "sent", provider_id="id-9")])
    row = await street.row()
    assert (row.status, row.provider_id, row.failure) == ("sent", "id-9", None)


async def test_whoever_lost_his_lease_asks_nobody(street: Street) -> None:
    (slow,) = await notices.claim(street.store)
    street.clock.advance(4)
    await notices.claim(street.store)
    assert not await notices.asked(street.store, slow)


async def test_a_report_settles_what_nobody_knew(street: Street) -> None:
    street.provider.says = [Unanswered("no_answer")]
    await send_due(street.store)
    key, at = street.provider.asked[0], street.clock.now()
    assert await settling.reported(street.store, "sms", "delivered", at=at, key=key, provider_id="biz-1")
    row = await street.row()
    assert (row.status, row.failure, row.provider_id, row.delivered_at) == ("delivered", None, "biz-1", at)


async def test_reports_come_twice_and_in_any_order_and_only_ever_say_more(street: Street) -> None:
    await send_due(street.store)
    store, at = street.store, street.clock.now()
    assert await settling.reported(store, "sms", "delivered", at=at, provider_id="id-1")
    assert not await settling.reported(store, "sms", "delivered", at=at, provider_id="id-1")
    assert not await settling.reported(store, "sms", "failed", at=at, provider_id="id-1", failure="lost")
    assert not await settling.reported(store, "wechat", "seen", at=at, provider_id="id-1")
    assert not await settling.reported(store, "sms", "seen", at=at, provider_id="somebody's")
    assert await street.said() == ("delivered", None, None)


async def test_a_report_that_it_failed_says_why_in_the_providers_words(street: Street) -> None:
    await send_due(street.store)
    await settling.reported(
        street.store,
        "sms",
        "failed",
        at=street.clock.now(),
        provider_id="id-1",
        failure="switched_off",
        code="MK:0001",
    )
    assert await street.said() == ("failed", "switched_off", "MK:0001")


async def test_a_report_from_the_future_is_one_of_now(street: Street) -> None:
    await send_due(street.store)
    later = street.clock.now() + timedelta(hours=9)
    await settling.reported(street.store, "sms", "delivered", at=later, provider_id="id-1")
    assert (await street.row()).delivered_at == street.clock.now()


async def test_a_provider_that_is_down_is_left_alone_and_then_tried_by_one(
    store: Store, monkeypatch: pytest.MonkeyPatch, clock: FakeClock, lines: Lines
) -> None:
    provider = Provider(*[Refused("transient", "provider_away") for _ in range(5)])
    monkeypatch.setitem(CHANNELS, "sms", provider.deliver)
    monkeypatch.setattr("workers.notify.AT_ONCE", 1)
    await set_up(store, "sms")
    for car in ("one", "two", "three"):
        await ask(store, car)
    await make_codes(store)
    await send_due(store)
    clock.advance(2)
    await send_due(store)
    assert len(provider.asked) == 5
    assert lines.breaker(YAAN, "sms").stand(clock.now().timestamp()) == "open"
    clock.advance(10)
    await send_due(store)
    assert len(provider.asked) == 5
    clock.advance(5)
    await send_due(store)
    assert len(provider.asked) == 6 + 2
    assert sorted(await test_notify.statuses(store)) == ["sent", "sent", "sent"]


async def test_a_city_without_an_account_tells_on_the_simulated_phone(store: Store, lines: Lines) -> None:
    await ask(store)
    await make_codes(store)
    assert await send_due(store) == 1
    assert [message.phone_masked for message in await test_notify.shown(store)] == ["139****0000"]


async def test_a_secret_is_in_no_representation(street: Street) -> None:
    setup = street.store.channels.of(YAAN, "sms")
    assert setup is not None
    assert setup.secrets == {"access_key_secret": "hidden"}
    assert "hidden" not in repr(setup)
