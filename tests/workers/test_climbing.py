"""Somebody is told by one channel after the other until he has done what is asked of him; then by none any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from models.actions import commands, notices, reach, settling
from models.caller import Participant
from models.incident.commands import Answer
from models.store import Store
from models.tables import contact_channels, incidents, offers, participants
from models.tables import notices as notices_table
from tests.support.city import ZHANG, Asked, ask, on_duty
from tests.support.clock import FakeClock
from tests.workers import test_notify
from tests.workers.test_delivering import YAAN, Provider, set_up
from workers import delivering
from workers.channels import CHANNELS, Accepted, Refused, Unanswered
from workers.delivering import Lines
from workers.notify import send_due

store = test_notify.store


class Phones:
    """A city with an account at three providers, and what each was asked."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        self.store, self.clock = store, clock
        self.wechat, self.sms, self.call = Provider(), Provider(), Provider()

    async def later(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await send_due(self.store)

    def asked(self) -> tuple[int, int, int]:
        """How often WeChat, SMS and calls were asked."""
        return len(self.wechat.asked), len(self.sms.asked), len(self.call.asked)

    async def rows(self) -> list[tuple[int, str, str]]:
        query = select(notices_table.c.step, notices_table.c.channel, notices_table.c.status)
        query = query.where(notices_table.c.template == "move_request").order_by(notices_table.c.step)
        async with self.store.database.read() as connection:
            return [tuple(row) for row in await connection.execute(query)]


@pytest.fixture
async def phones(store: Store, monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> Phones:
    lines = Lines(now=lambda: clock.now().timestamp())
    monkeypatch.setattr(delivering.deliver, "__defaults__", (lines,))
    phones = Phones(store, clock)
    for channel in ("wechat", "sms", "call"):
        provider = getattr(phones, channel)
        provider.name = channel
        monkeypatch.setitem(CHANNELS, channel, provider.deliver)
        await set_up(store, channel)
    return phones


async def owner_of(store: Store, asked: Asked) -> Participant:
    query = select(participants).where(participants.c.incident_id == asked.id, participants.c.role == "owner")
    async with store.database.read() as connection:
        row = (await connection.execute(query.order_by(participants.c.joined_at))).first()
    assert row is not None
    return Participant(row.id, asked.id, "owner")


async def test_an_owner_who_does_not_answer_is_told_by_wechat_then_sms_then_a_call(phones: Phones) -> None:
    await ask(phones.store)
    await phones.later(0)
    assert phones.asked() == (1, 0, 0)
    await phones.later(19)
    assert phones.asked() == (1, 0, 0)
    await phones.later(1)
    assert phones.asked() == (1, 1, 0)
    await phones.later(20)
    assert phones.asked() == (1, 1, 1)
    await phones.later(3_600)
    assert phones.asked() == (1, 1, 1)
    assert await phones.rows() == [(1, "wechat", "sent"), (2, "sms", "sent"), (3, "call", "sent")]


async def test_delivered_and_seen_are_no_answer_and_an_answer_ends_it(phones: Phones) -> None:
    asked = await ask(phones.store)
    await phones.later(0)
    await settling.reported(
        phones.store, "wechat", "delivered", at=phones.clock.now(), provider_id="wechat-1"
    )
    owner = await owner_of(phones.store, asked)
    await settling.seen(phones.store, owner)
    await phones.later(20)
    assert phones.asked() == (1, 1, 0)
    await commands.act(phones.store, asked.id, Answer(reply="coming", minutes=3), owner)
    await phones.later(60)
    assert phones.asked() == (1, 1, 0)
    assert await phones.rows() == [
        (1, "wechat", "answered"),
        (2, "sms", "sent"),
        (3, "call", "cancelled"),
    ]


async def test_every_step_carries_the_same_link(phones: Phones) -> None:
    asked = await ask(phones.store)
    await phones.later(0)
    await phones.later(20)
    links = {message.link for message in [*phones.wechat.messages, *phones.sms.messages]}
    assert len(links) == 1
    assert len(phones.sms.messages) == 1
    owner = await owner_of(phones.store, asked)
    assert owner.incident_id == asked.id


async def test_who_cannot_be_reached_on_a_channel_is_told_on_the_next_at_once(phones: Phones) -> None:
    phones.wechat.says = [Refused("unreachable", "not_following", code="43101")]
    await ask(phones.store)
    await phones.later(0)
    assert phones.asked() == (1, 1, 0)
    await phones.later(20)
    assert phones.asked() == (1, 1, 1)


async def test_a_report_that_it_failed_brings_the_next_step_forward(phones: Phones) -> None:
    await ask(phones.store)
    await phones.later(0)
    await settling.reported(
        phones.store, "wechat", "failed", at=phones.clock.now(), provider_id="wechat-1", failure="blocked"
    )
    await phones.later(0)
    assert phones.asked() == (1, 1, 0)


async def test_of_what_nobody_knows_the_next_step_comes_in_its_time(phones: Phones) -> None:
    phones.wechat.says = [Unanswered("no_answer")]
    await ask(phones.store)
    await phones.later(0)
    assert phones.asked() == (1, 0, 0)
    await phones.later(20)
    assert phones.asked() == (1, 1, 0)


async def test_where_a_worker_died_before_it_knew_the_next_step_comes_all_the_same(phones: Phones) -> None:
    await ask(phones.store)
    (claimed,) = await notices.claim(phones.store)
    await notices.asked(phones.store, claimed)
    await phones.later(4)
    assert await phones.rows() == [(1, "wechat", "unknown"), (2, "sms", "queued")]
    await phones.later(16)
    assert phones.asked() == (0, 1, 0)


async def test_while_a_provider_is_tried_again_no_other_channel_is_used(phones: Phones) -> None:
    phones.wechat.says = [Refused("transient", "provider_away")]
    await ask(phones.store)
    await phones.later(0)
    await phones.later(2)
    assert phones.asked() == (2, 0, 0)


def nobody(*channels: Provider) -> None:
    for one in channels:
        one.says = [Refused("unreachable", "no_address") for _ in range(9)]


async def test_where_no_channel_reaches_the_first_contact_the_second_is_told_at_once(phones: Phones) -> None:
    phones.wechat.says = [Refused("unreachable", "not_following")]
    phones.sms.says = [Refused("unreachable", "number_invalid")]
    phones.call.says = [Refused("unreachable", "number_invalid")]
    await ask(phones.store)
    await phones.later(0)
    assert phones.asked() == (2, 1, 1)
    assert [message.zh for message in phones.wechat.messages][1].startswith("【城市交管】")
    assert await escalation(phones.store) == 1


async def test_where_nobody_can_be_reached_officers_are_asked_at_once(phones: Phones) -> None:
    nobody(phones.wechat, phones.sms, phones.call)
    await on_duty(phones.store, ZHANG)
    await ask(phones.store)
    await phones.later(0)
    assert phones.asked() == (2, 2, 2)
    async with phones.store.database.read() as connection:
        asked = (await connection.execute(select(offers.c.officer_id))).scalars().all()
    assert len(asked) == 1


async def escalation(store: Store) -> int:
    async with store.database.read() as connection:
        return int((await connection.execute(select(incidents.c.escalation))).scalar_one())


async def refuse_channel(store: Store, channel: str, **values: Any) -> None:
    async with store.database.write() as connection:
        await connection.execute(
            insert(contact_channels).values(
                id=f"own-{channel}",
                contact_id="contact-one-1",
                channel=channel,
                changed_at=store.clock.now(),
                **values,
            )
        )


async def test_what_a_person_has_switched_off_is_not_used(phones: Phones) -> None:
    await refuse_channel(phones.store, "wechat", allowed=False)
    await ask(phones.store)
    await phones.later(0)
    assert phones.asked() == (0, 1, 0)


async def test_a_car_in_the_way_waits_for_no_morning_but_a_call_is_left_out(phones: Phones) -> None:
    # The clock of the tests begins at 16:00 in Beijing.
    await refuse_channel(phones.store, "call", allowed=True, quiet_from=15, quiet_to=18)
    await ask(phones.store)
    await phones.later(0)
    await phones.later(20)
    await phones.later(20)
    assert phones.asked()[2] == 0
    assert (await phones.rows())[2] == (3, "call", "failed")


async def test_news_waits_for_the_morning_and_goes_no_more_often_than_the_rule_has_it(
    phones: Phones,
) -> None:
    store = phones.store
    phones.clock.advance(7 * 3_600)  # 23:00
    await write_news(store, 23)
    await phones.later(0)
    assert phones.asked() == (0, 0, 0)
    await phones.later(8 * 3_600 - 1)
    assert phones.asked() == (0, 0, 0)
    await phones.later(1)
    assert phones.asked() == (20, 3, 0)


async def write_news(store: Store, count: int) -> None:
    at = store.clock.now()
    rows = [
        {
            "id": f"news-{number:02d}",
            "key": f"news-{number}",
            "template": "report_verified",
            "params": '{"kind": "report", "reason": "illegal_parking", "plate": "川TA***5", "platform": "城市交管"}',
            "contact_id": "contact-one-1",
            "city_code": YAAN,
            "channel": "wechat",
            "status": "queued",
            "created_at": at,
            "due_at": at,
        }
        for number in range(count)
    ]
    async with store.database.write() as connection:
        await connection.execute(insert(notices_table), rows)


async def test_a_thread_follows_the_table_that_was_in_force_when_it_began(phones: Phones) -> None:
    await ask(phones.store)
    (claimed,) = await notices.claim(phones.store)
    assert claimed.rung == reach.Rung(1, "wechat", timedelta(), "answered", None, None)
    assert claimed.key.endswith(":move_request:contact:1:wechat")


async def test_when_the_incident_is_over_what_was_still_to_come_is_not_sent(phones: Phones) -> None:
    asked = await ask(phones.store)
    await phones.later(0)
    async with phones.store.database.write() as connection:
        await connection.execute(
            update(incidents).where(incidents.c.id == asked.id).values(status="on_scene")
        )
    await phones.later(20)
    assert phones.asked() == (1, 0, 0)
    assert (await phones.rows())[1] == (2, "sms", "cancelled")


async def test_a_provider_that_says_it_arrived_needs_no_report(phones: Phones) -> None:
    phones.wechat.says = [Accepted(delivered=True)]
    await ask(phones.store)
    await phones.later(0)
    assert (await phones.rows())[0] == (1, "wechat", "delivered")


@pytest.mark.parametrize(
    ("quiet", "hour", "wakes"),
    [
        ((22, 7), 22, "2026-03-03 07:00"),
        ((22, 7), 6, "2026-03-02 07:00"),
        ((22, 7), 7, None),
        ((22, 7), 21, None),
        ((12, 14), 13, "2026-03-02 14:00"),
        ((0, 23), 23, None),
        ((0, 23), 0, "2026-03-02 23:00"),
    ],
)
def test_quiet_hours_are_beijings_and_end_on_the_hour(
    quiet: tuple[int, int], hour: int, wakes: str | None
) -> None:
    at = datetime(2026, 3, 2, hour, 30, tzinfo=UTC) - timedelta(hours=8)
    found = reach.until_morning(quiet, at)
    assert (found and f"{found:%Y-%m-%d %H:%M}") == wakes
