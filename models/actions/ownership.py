"""Vehicles, their owners and the owners' phones: found or made in the transaction of a binding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.rows import insert_if_absent
from models.store import Change
from models.tables import contacts, owners, ownerships, vehicles


@dataclass(frozen=True, slots=True)
class Held:
    """An ownership that has not ended."""

    id: str
    vehicle_id: str
    owner_id: str
    began_at: datetime


async def vehicle(change: Change, plate: str, plate_class: str) -> str:
    """The id of the vehicle with this number and class, which is made when it is new."""
    values = {"id": change.store.ids.new(), "plate": plate, "plate_class": plate_class}
    await insert_if_absent(change.connection, vehicles, {**values, "created_at": change.at})
    query = select(vehicles.c.id).where(vehicles.c.plate == plate, vehicles.c.plate_class == plate_class)
    # Locked, so that of two who bind the same new car at once the second finds it owned.
    vehicle_id: str = (await change.connection.execute(query.with_for_update())).scalar_one()
    return vehicle_id


async def vehicle_by_id(connection: AsyncConnection, vehicle_id: str | None) -> Row[Any] | None:
    return (await connection.execute(select(vehicles).where(vehicles.c.id == vehicle_id))).first()


async def open_ownership(connection: AsyncConnection, vehicle_id: str) -> Held | None:
    """Who owns the vehicle now."""
    query = select(ownerships).where(ownerships.c.vehicle_id == vehicle_id, ownerships.c.ended_at.is_(None))
    return _held((await connection.execute(query)).first())


async def held_by_id(connection: AsyncConnection, ownership_id: str) -> Held | None:
    """The ownership, unless it has ended."""
    query = select(ownerships).where(ownerships.c.id == ownership_id, ownerships.c.ended_at.is_(None))
    return _held((await connection.execute(query)).first())


def _held(row: Row[Any] | None) -> Held | None:
    return None if row is None else Held(row.id, row.vehicle_id, row.owner_id, row.began_at)


async def is_phone_of(connection: AsyncConnection, owner_id: str, phone_indexes: Sequence[bytes]) -> bool:
    """Whether one of the owner's confirmed phones has one of these blind indexes: a phone's under every key."""
    query = select(contacts.c.id).where(
        contacts.c.owner_id == owner_id,
        contacts.c.verified_at.is_not(None),
        contacts.c.phone_index.in_(phone_indexes),
    )
    return (await connection.execute(query.limit(1))).first() is not None


async def owner(change: Change, phone: str, name: str | None) -> str:
    """The id of the owner with this confirmed phone, who is made when he is new."""
    phone_indexes = change.store.vault.indexes("phone", phone)
    query = (
        select(contacts.c.owner_id)
        .where(contacts.c.phone_index.in_(phone_indexes), contacts.c.verified_at.is_not(None))
        .order_by(contacts.c.position, contacts.c.owner_id)
        .limit(1)
    )
    known: str | None = (await change.connection.execute(query)).scalar_one_or_none()
    if known is not None:
        return known
    vault, ids = change.store.vault, change.store.ids
    owner_id, contact_id = ids.new(), ids.new()
    sealed = None if name is None else vault.seal("owners.name_sealed", owner_id, name)
    await change.connection.execute(
        insert(owners).values(id=owner_id, name_sealed=sealed, created_at=change.at)
    )
    await change.connection.execute(
        insert(contacts).values(
            id=contact_id,
            owner_id=owner_id,
            position=1,
            phone_sealed=vault.seal("contacts.phone_sealed", contact_id, phone),
            phone_index=phone_indexes[0],
            verified_at=change.at,
        )
    )
    return owner_id


async def begin(change: Change, vehicle_id: str, owner_id: str) -> Held:
    """The owner has the vehicle from now on."""
    held = Held(change.store.ids.new(), vehicle_id, owner_id, change.at)
    await change.connection.execute(
        insert(ownerships).values(
            id=held.id, vehicle_id=vehicle_id, owner_id=owner_id, began_at=held.began_at
        )
    )
    return held


async def end(change: Change, held: Held) -> None:
    """The owner has it no longer: sold, or the phone changed."""
    await change.connection.execute(
        update(ownerships).where(ownerships.c.id == held.id).values(ended_at=change.at)
    )
