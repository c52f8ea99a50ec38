"""A person has a copy of what is kept of him, and is gone when he wants it; facts, statistics and evidence stay."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, update

from models.actions import own_data, ownership
from models.actions.clearing_reports import clear_reports
from models.actions.clearing_uploads import clear_uploads
from models.actions.commands import act
from models.actions.report_ends import object_to
from models.actions.reviewing import Said, review
from models.errors import Conflict, InvalidField, NotFound
from models.incident.commands import Settle
from models.store import Store
from models.tables import audit, contacts, incidents, notices, owners, ownerships, reports, stickers, uploads
from tests.models.actions.test_reports import reporter_of, told
from tests.support.city import LI, ZHANG, ask
from tests.support.clock import FakeClock

PHONE = "+8613812340001"


@pytest.fixture
async def known(store: Store) -> Store:
    """The first car's owner has a name and two phones that can be opened."""
    async with store.database.write() as connection:
        name = store.vault.seal("owners.name_sealed", "owner-one", "张三")
        await connection.execute(update(owners).where(owners.c.id == "owner-one").values(name_sealed=name))
        for number in (1, 2):
            contact, phone = f"contact-one-{number}", f"+861381234000{number}"
            await connection.execute(
                update(contacts)
                .where(contacts.c.id == contact)
                .values(
                    phone_sealed=store.vault.seal("contacts.phone_sealed", contact, phone),
                    phone_index=store.vault.index("phone", phone),
                )
            )
    return store


async def rows_of(store: Store, query: Any) -> list[Any]:
    async with store.database.read() as connection:
        return list((await connection.execute(query)).all())


async def test_the_copy_holds_what_is_kept_of_him_and_nobody_else(known: Store) -> None:
    mine, others = await ask(known, "one"), await ask(known, "two")
    copy = await own_data.copy_of(known, "138 1234 0001", reason="at the counter, with his card")
    (person,) = copy["persons"]
    assert person["name"] == "张三"
    assert [one["phone"] for one in person["phones"]] == [PHONE, "+8613812340002"]
    assert [one["plate"] for one in person["cars"]] == ["川TA1235"]
    assert [one["id"] for one in person["incidents"]] == [mine.id]
    assert others.id not in str(copy)
    assert {one["what"] for one in person["notices"]} == {"move_request"}
    (noted,) = await rows_of(known, select(audit).where(audit.c.action == "copy_person"))
    assert (noted.actor, noted.subject, noted.reason) == (
        "operator", "owner:owner-one", "at the counter, with his card",
    )  # fmt: skip


async def test_deleted_nobody_finds_or_reaches_him_and_the_facts_stay(known: Store) -> None:
    asked = await ask(known, "one")
    with pytest.raises(Conflict, match="conflict"):
        await own_data.erase(known, PHONE, reason="he wants it")
    await act(known, asked.id, Settle(), asked.requester)
    counted = (await rows_of(known, select(func.count()).select_from(incidents)))[0][0]
    done = await own_data.erase(known, PHONE, reason="he wants it")
    assert (done.contacts, done.cars, done.kept_incidents) == (2, 1, 1)
    for phone in (PHONE, "+8613812340002"):
        with pytest.raises(NotFound):
            await own_data.copy_of(known, phone, reason="again")
    assert await rows_of(known, select(owners.c.name_sealed).where(owners.c.id == "owner-one")) == [(None,)]
    (held,) = await rows_of(known, select(ownerships).where(ownerships.c.owner_id == "owner-one"))
    assert held.ended_at == known.clock.now()
    (sticker,) = await rows_of(known, select(stickers).where(stickers.c.id == "sticker-one"))
    assert (sticker.status, sticker.vehicle_id) == ("fresh", None)
    assert not await rows_of(
        known,
        select(notices.c.id).where(notices.c.contact_id.like("contact-one%"), notices.c.status == "queued"),
    )
    # What is counted is as it was, and that he was deleted is on record, without him.
    assert (await rows_of(known, select(func.count()).select_from(incidents)))[0][0] == counted
    (noted,) = await rows_of(known, select(audit).where(audit.c.action == "erase_person"))
    assert "138" not in str(noted)

    # He may come again, as somebody new.
    async def come(change: Any) -> str:
        return await ownership.owner(change, PHONE, "张三")

    assert await known.run(come) != "owner-one"


async def test_what_is_no_phone_and_nobodys_phone_are_refused(known: Store) -> None:
    with pytest.raises(InvalidField):
        await own_data.copy_of(known, "12", reason="a mistake")
    with pytest.raises(NotFound):
        await own_data.erase(known, "13900000000", reason="a mistake")


async def test_evidence_under_objection_is_kept_beyond_its_days(store: Store, clock: FakeClock) -> None:
    reported = await told(store)
    await review(store, ZHANG, str(reported.id), Said("reject", reason="no_offence"))
    await object_to(store, await reporter_of(store, reported), "标线就在照片里")
    clock.advance(4_000 * 86_400)
    await clear_reports(store)
    await clear_uploads(store, store.media.remove)
    assert len(await rows_of(store, select(reports.c.id))) == 1
    assert len(await rows_of(store, select(uploads.c.id))) == 2
    await review(store, LI, str(reported.id), Said("uphold", reason="no_offence"))
    clock.advance(4_000 * 86_400)
    await clear_reports(store)
    await clear_uploads(store, store.media.remove)
    assert await rows_of(store, select(reports.c.id)) == []
    assert await rows_of(store, select(uploads.c.id)) == []
