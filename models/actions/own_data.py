"""What is kept of one person, found by his phone: a copy for him, and its deletion where no law keeps it (PIPL 45, 47).

Deleted is who he is: name, phones, words, the link between him, his cars and their stickers. What stays are facts
without him (incidents, times, outcomes, statistics), and evidence: parking records and photos have days of their own,
and what is under objection is kept (``clearing``). Leaves to others: who may ask (an operator, at the counter).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import audit, ownership
from models.clock import iso, iso_or_none
from models.errors import Conflict, InvalidField, NotFound
from models.privacy import PhoneRefused, normalise_phone
from models.store import Change, Store
from models.tables import (
    contact_channels,
    contacts,
    incidents,
    notices,
    owners,
    ownerships,
    parking_records,
    participants,
    stickers,
    vehicles,
)

PHONE, NAME = "contacts.phone_sealed", "owners.name_sealed"
WORDS = ("message_sealed", "comment_sealed")
MOST = 2_000  # rows of one kind in a copy: nobody has as many; said in it if he has


@dataclass(frozen=True, slots=True)
class Erased:
    """How many of what went, and of what is kept by law as long as the rules say."""

    contacts: int
    cars: int
    words: int
    kept_incidents: int
    kept_parking_records: int


async def copy_of(store: Store, phone: str, *, reason: str) -> dict[str, Any]:
    """Everything that is kept of him, in words of his own data. Raises InvalidField, NotFound."""
    async with store.change() as change:
        found = await _owners(change, phone)
        told = {"made_at": iso(change.at), "persons": [await _person(change, one) for one in found]}
        for owner in found:
            await _note(change, "copy_person", owner, reason)
    return told


async def erase(store: Store, phone: str, *, reason: str) -> Erased:
    """Raises InvalidField, NotFound, Conflict (``open_incident``: one about his car is not over)."""
    async with store.change() as change:
        found = await _owners(change, phone)
        cars = list((await change.connection.execute(_cars(found))).scalars())
        await _refuse_open(change.connection, cars)
        of_him = select(contacts.c.id).where(contacts.c.owner_id.in_(found))
        people = list((await change.connection.execute(of_him)).scalars())
        for owner in found:
            await _end_ownerships(change, owner)
        words = await _empty_words(change, people)
        await change.connection.execute(update(owners).where(owners.c.id.in_(found)).values(name_sealed=None))
        for contact in people:
            await _forget(change, contact)
        for owner in found:
            await _note(change, "erase_person", owner, reason)
        kept = [await _count(change.connection, table, cars) for table in (incidents, parking_records)]
    return Erased(len(people), len(cars), words, kept[0], kept[1])


async def _owners(change: Change, phone: str) -> list[str]:
    try:
        indexes = change.store.vault.indexes("phone", normalise_phone(phone))
    except PhoneRefused as refused:
        raise InvalidField(field="phone", why=refused.why) from None
    query = select(contacts.c.owner_id).where(contacts.c.phone_index.in_(indexes)).distinct()
    found = sorted((await change.connection.execute(query)).scalars())
    if not found:
        raise NotFound(field="phone")
    return found


def _cars(found: Sequence[str]) -> Any:
    return select(ownerships.c.vehicle_id).where(ownerships.c.owner_id.in_(found)).distinct()


async def _refuse_open(connection: AsyncConnection, cars: Sequence[str]) -> None:
    query = select(incidents.c.id).where(incidents.c.vehicle_id.in_(cars), incidents.c.status != "closed")
    if (await connection.execute(query.limit(1))).first() is not None:
        raise Conflict(why="open_incident")


async def _end_ownerships(change: Change, owner: str) -> None:
    query = select(ownerships.c.vehicle_id).where(
        ownerships.c.owner_id == owner, ownerships.c.ended_at.is_(None)
    )
    for vehicle in (await change.connection.execute(query)).scalars().all():
        held = await ownership.open_ownership(change.connection, vehicle)
        if held is not None:
            await ownership.end(change, held)
        # The next owner finds the sticker on the window and binds it anew.
        await change.connection.execute(
            update(stickers)
            .where(stickers.c.vehicle_id == vehicle, stickers.c.status.in_(("bound", "paused")))
            .values(status="fresh", vehicle_id=None, bound_at=None)
        )


async def _empty_words(change: Change, people: Sequence[str]) -> int:
    done = await change.connection.execute(
        update(participants)
        .where(participants.c.contact_id.in_(people))
        .values(dict.fromkeys((*WORDS, "device", "address")))
    )
    return done.rowcount


async def _forget(change: Change, contact: str) -> None:
    """The row stays, since notices and incidents name it; nobody is reached or found by it any more."""
    nobody = f"erased:{contact}"
    vault = change.store.vault
    await change.connection.execute(
        update(contacts)
        .where(contacts.c.id == contact)
        .values(
            phone_sealed=vault.seal(PHONE, contact, nobody),
            phone_index=vault.index("phone", nobody),
            verified_at=None,
        )
    )
    await change.connection.execute(
        update(contact_channels)
        .where(contact_channels.c.contact_id == contact)
        .values(address_sealed=None, address_index=None, allowed=False, changed_at=change.at)
    )
    await change.connection.execute(
        update(notices)
        .where(notices.c.contact_id == contact, notices.c.status == "queued")
        .values(status="cancelled")
    )
    await change.connection.execute(
        update(notices).where(notices.c.contact_id == contact).values(secret_sealed=None)
    )


async def _count(connection: AsyncConnection, table: Any, cars: Sequence[str]) -> int:
    rows = await connection.execute(select(table.c.id).where(table.c.vehicle_id.in_(cars)))
    return len(rows.all())


async def _person(change: Change, owner: str) -> dict[str, Any]:
    connection, vault = change.connection, change.store.vault
    row = (await connection.execute(select(owners).where(owners.c.id == owner))).one()
    people = (await connection.execute(select(contacts).where(contacts.c.owner_id == owner))).all()
    ids = [one.id for one in people]
    cars = list((await connection.execute(_cars([owner]))).scalars())
    return {
        "name": None if row.name_sealed is None else vault.open(NAME, owner, bytes(row.name_sealed)),
        "since": iso(row.created_at),
        "phones": [
            {
                "phone": vault.open(PHONE, one.id, bytes(one.phone_sealed)),
                "verified_at": iso_or_none(one.verified_at),
            }
            for one in people
        ],
        "cars": await _held(connection, owner),
        "incidents": await _incidents(connection, cars),
        "words": await _words(change, ids),
        "notices": await _notices(connection, ids),
        "parking_records": await _parking(connection, cars),
    }


async def _held(connection: AsyncConnection, owner: str) -> list[dict[str, Any]]:
    query = (
        select(vehicles.c.plate, vehicles.c.plate_class, ownerships.c.began_at, ownerships.c.ended_at)
        .join(ownerships, ownerships.c.vehicle_id == vehicles.c.id)
        .where(ownerships.c.owner_id == owner)
        .order_by(ownerships.c.began_at)
    )
    return [
        {
            "plate": row.plate,
            "plate_class": row.plate_class,
            "from": iso(row.began_at),
            "to": iso_or_none(row.ended_at),
        }
        for row in await connection.execute(query)
    ]


async def _incidents(connection: AsyncConnection, cars: Sequence[str]) -> list[dict[str, Any]]:
    query = (
        select(incidents)
        .where(incidents.c.vehicle_id.in_(cars))
        .order_by(incidents.c.requested_at.desc())
        .limit(MOST)
    )
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "status": row.status,
            "outcome": row.outcome,
            "requested_at": iso(row.requested_at),
            "closed_at": iso_or_none(row.closed_at),
        }
        for row in await connection.execute(query)
    ]


async def _words(change: Change, people: Sequence[str]) -> list[dict[str, Any]]:
    query = select(participants).where(participants.c.contact_id.in_(people)).limit(MOST)
    told = []
    for row in await change.connection.execute(query):
        for name in WORDS:
            sealed = getattr(row, name)
            if sealed is not None:
                text = change.store.vault.open(f"participants.{name}", row.id, bytes(sealed))
                told.append({"incident": row.incident_id, "text": text})
    return told


async def _notices(connection: AsyncConnection, people: Sequence[str]) -> list[dict[str, Any]]:
    query = (
        select(notices)
        .where(notices.c.contact_id.in_(people))
        .order_by(notices.c.created_at.desc())
        .limit(MOST)
    )
    return [
        {
            "incident": row.incident_id,
            "what": row.template,
            "channel": row.channel,
            "status": row.status,
            "at": iso(row.created_at),
        }
        for row in await connection.execute(query)
    ]


async def _parking(connection: AsyncConnection, cars: Sequence[str]) -> list[dict[str, Any]]:
    query = select(parking_records).where(parking_records.c.vehicle_id.in_(cars)).limit(MOST)
    return [
        {"code": row.code, "state": row.state, "place": row.place, "captured_at": iso(row.captured_at)}
        for row in await connection.execute(query)
    ]


async def _note(change: Change, action: Any, owner: str, reason: str) -> None:
    await audit.write(
        change.connection,
        change.store.ids,
        change.at,
        actor="operator",
        role="operator",
        action=action,
        subject=f"owner:{owner}",
        reason=reason,
    )
