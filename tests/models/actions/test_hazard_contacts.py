"""Followers of a hazard who left a phone are told of what changes: rarely, with their own link, until one tap."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.actions import hazard_contacts
from models.actions.clearing_kinds import KINDS
from models.actions.commands import act
from models.actions.hazards import join
from models.caller import Participant
from models.errors import Conflict, InvalidField
from models.incident.commands import Cancel, Resolve
from models.incident.hazards import Mend, StillThere, TakeNote
from models.store import Store
from models.tables import hazard_contacts as rows
from models.tables import notices, simulator_messages
from tests.support.city import CHEN
from tests.support.clock import FakeClock
from tests.support.hazards import reported, switch_on
from workers.notify import send_due

PHONE, OTHER = "138 0000 1234", "13900005678"


@pytest.fixture(autouse=True)
async def _on(store: Store) -> None:
    await switch_on(store)


async def follows(store: Store, incident: str, device: bytes) -> tuple[Participant, str]:
    found = await join(store, incident, device=device * 16, address=None)
    return Participant(found.participant, incident, "requester"), found.token


async def queued(store: Store) -> list[tuple[str, str]]:
    """What waits to be sent to followers: template and phone."""
    query = (
        select(notices)
        .where(notices.c.key.startswith("follower:"), notices.c.status == "queued")
        .order_by(notices.c.created_at, notices.c.id)
    )
    async with store.database.read() as connection:
        found = (await connection.execute(query)).all()
    return [
        (one.template, store.vault.open("notices.phone_sealed", one.id, one.phone_sealed)) for one in found
    ]


async def kept(store: Store) -> list[Any]:
    async with store.database.read() as connection:
        return list((await connection.execute(select(rows).order_by(rows.c.left_at))).all())


async def test_who_left_a_phone_is_told_that_it_is_taken_up_mended_and_open_again(
    store: Store, clock: FakeClock
) -> None:
    found, first = await reported(store)
    incident = str(found.view["id"])
    second, token = await follows(store, incident, b"e")
    assert await hazard_contacts.leave(store, first, found.token, PHONE) == "138****1234"
    await hazard_contacts.leave(store, second, token, OTHER)
    await act(store, incident, TakeNote(), CHEN)
    assert sorted(await queued(store)) == [
        ("hazard_taken", "+8613800001234"),
        ("hazard_taken", "+8613900005678"),
    ]
    await send_due(store)
    async with store.database.read() as connection:
        messages = (await connection.execute(select(simulator_messages))).all()
    assert {one.link.rpartition("/")[2] for one in messages} == {found.token, token}, "each his own link"
    assert all("/h/" in one.link for one in messages)
    assert "路面坑洼" in messages[0].text_zh
    assert "门前" not in messages[0].text_zh, "what a stranger wrote is in no message of the police"
    clock.advance(7_200)
    await act(store, incident, Mend(), CHEN)
    assert {template for template, _ in await queued(store)} == {"hazard_mended"}
    await send_due(store)
    clock.advance(7_200)
    await act(store, incident, StillThere(), second)
    assert await queued(store) == [("hazard_reopened", "+8613800001234")], "not he who said so himself"


async def test_what_is_overtaken_is_not_sent_and_what_is_under_way_is_told_an_hour_apart(
    store: Store, clock: FakeClock
) -> None:
    found, first = await reported(store)
    incident = str(found.view["id"])
    await hazard_contacts.leave(store, first, found.token, PHONE)
    await act(store, incident, TakeNote(), CHEN)
    await send_due(store)
    for minutes in range(1, 6):
        await act(store, incident, TakeNote(by=clock.now() + timedelta(days=minutes)), CHEN)
    assert len(await queued(store)) == 1, "the newest only"
    assert await send_due(store) == 0, "an hour has not passed"
    clock.advance(3_600)
    assert await send_due(store) == 1
    await act(store, incident, TakeNote(by=clock.now() + timedelta(days=1)), CHEN)
    await act(store, incident, Mend(), CHEN)
    assert await queued(store) == [], "six a day for one phone"
    clock.advance(86_400)
    follower, token = await follows(store, str((await reported(store))[0].view["id"]), b"f")
    await hazard_contacts.leave(store, follower, token, PHONE)
    await act(store, follower.incident_id, Mend(), CHEN)
    assert len(await queued(store)) == 1, "another day"


async def test_one_tap_stops_it_for_good_and_forgets_the_phone(store: Store) -> None:
    found, first = await reported(store)
    incident = str(found.view["id"])
    await hazard_contacts.leave(store, first, found.token, PHONE)
    await act(store, incident, TakeNote(), CHEN)
    await hazard_contacts.stop(store, first)
    assert await queued(store) == [], "what waited is not sent any more"
    (row,) = await kept(store)
    assert (row.phone_sealed, row.token_sealed) == (None, None)
    # Whoever typed in somebody else's phone cannot do it again, nor anybody else.
    second, token = await follows(store, incident, b"e")
    for who, secret in ((first, found.token), (second, token)):
        with pytest.raises(Conflict) as refused:
            await hazard_contacts.leave(store, who, secret, "13800001234")
        assert refused.value.params["why"] == "stopped"
    await hazard_contacts.leave(store, second, token, OTHER)
    await act(store, incident, Mend(), CHEN)
    assert await queued(store) == [("hazard_mended", "+8613900005678")]


async def test_a_phone_that_several_left_is_told_once_and_one_that_was_replaced_not_at_all(
    store: Store,
) -> None:
    found, first = await reported(store)
    incident = str(found.view["id"])
    second, token = await follows(store, incident, b"e")
    await hazard_contacts.leave(store, first, found.token, OTHER)
    await hazard_contacts.leave(store, first, found.token, PHONE)
    await hazard_contacts.leave(store, second, token, PHONE)
    await act(store, incident, Mend(), CHEN)
    assert await queued(store) == [("hazard_mended", "+8613800001234")]


async def test_a_link_that_was_renewed_is_the_one_that_messages_carry(store: Store) -> None:
    found, first = await reported(store)
    await hazard_contacts.leave(store, first, found.token, PHONE)
    again = await join(store, first.incident_id, device=b"d" * 16, address=None)
    assert again.participant == first.id
    await act(store, first.incident_id, Mend(), CHEN)
    await send_due(store)
    async with store.database.read() as connection:
        (message,) = (await connection.execute(select(simulator_messages))).all()
    assert message.link.endswith(f"/h/{again.token}")


async def test_what_is_no_phone_what_is_over_and_too_many_are_refused(store: Store) -> None:
    found, first = await reported(store)
    with pytest.raises(InvalidField):
        await hazard_contacts.leave(store, first, found.token, "12")
    for number in range(20):
        other, who = await reported(store, device=bytes([number]) * 16)
        await hazard_contacts.leave(store, who, other.token, PHONE)
    with pytest.raises(Conflict) as refused:
        await hazard_contacts.leave(store, first, found.token, PHONE)
    assert (refused.value.params["why"], refused.value.params["limit"]) == ("follows_many", 20)
    await act(store, first.incident_id, Resolve(outcome="rejected"), CHEN)
    with pytest.raises(Conflict) as refused:
        await hazard_contacts.leave(store, first, found.token, OTHER)
    assert refused.value.params["why"] == "over"


async def test_who_follows_no_more_takes_his_phone_along_and_what_is_over_is_cleared_away(
    store: Store, clock: FakeClock
) -> None:
    found, first = await reported(store)
    incident = str(found.view["id"])
    second, token = await follows(store, incident, b"e")
    await hazard_contacts.leave(store, first, found.token, PHONE)
    await hazard_contacts.leave(store, second, token, OTHER)
    await act(store, incident, Cancel(), second)
    assert [row.phone_sealed is None for row in await kept(store)] == [False, True]
    await act(store, incident, Mend(), CHEN)
    clock.advance(30 * 86_400 - 1)
    assert await KINDS["hazard_contacts"](store) == 0
    clock.advance(2)
    assert await KINDS["hazard_contacts"](store) == 2
    assert await kept(store) == []


async def test_no_phone_stands_anywhere_in_the_clear(store: Store) -> None:
    found, first = await reported(store)
    await hazard_contacts.leave(store, first, found.token, PHONE)
    await act(store, first.incident_id, Mend(), CHEN)
    async with store.database.read() as connection:
        held = [*(await connection.execute(select(rows))).all()]
        held += (await connection.execute(select(notices))).all()
    assert "00001234" not in json.dumps([[repr(cell) for cell in row] for row in held])
    assert found.token not in repr(held)
