"""A requester calls the owner by a number that stands for both, while the request lasts, and not a minute longer.

The provider is told two numbers and gives a third. The requester's own is typed for this call and kept only as a blind
index, by which he gets the same number again; the owner's is read for the call and never leaves in an answer. A binding
has an end of its own, so that nothing leads to anybody even if everything of ours is down.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import and_, insert, or_, select, update

from models.actions import audit
from models.aliyun.numbers import Bound, bind, unbind
from models.aliyun.setup import numbers_account
from models.caller import Participant
from models.channels.setups import Setup
from models.errors import InvalidField, NotFound, TooManyRequests, Unavailable
from models.privacy import PhoneRefused, normalise_phone
from models.providers.calls import opened
from models.providers.failures import ProviderFailure
from models.store import Change, Store
from models.tables import (
    contact_channels,
    contacts,
    districts,
    incidents,
    ownerships,
    private_numbers,
)

CHANNEL = "call"
# After the time in which an officer has it; whoever still waits then asks for another.
AFTERWARDS = timedelta(minutes=30)
SHORTEST = timedelta(minutes=5)
MOST = 3  # numbers of one incident
AGAIN, TRIES = timedelta(seconds=30), 20
MOST_UNBOUND = 20  # at a time
SEALED, INDEXED = "private_numbers.number_sealed", "private_numbers.caller"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Number:
    """``number`` is X as one dials it."""

    number: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class _Wanted:
    id: str
    owner_phone: str = field(repr=False)
    until: datetime
    setup: Setup


async def begin(store: Store, requester: Participant, phone: str) -> Number:
    """The number by which the requester reaches the owner from ``phone``; the same again while it lasts.

    Raises InvalidField, NotFound where nobody can be called, TooManyRequests, Unavailable when the provider gives none.
    """
    try:
        own = normalise_phone(phone)
    except PhoneRefused as refused:
        raise InvalidField(field="phone", why=refused.why) from None
    found = await store.run(lambda change: _find_or_keep(change, requester, own))
    if isinstance(found, Number):
        return found
    try:
        async with opened() as http:
            account = numbers_account(found.setup, http, store.clock.now, store.ids.secret)
            pool = found.setup.values["pool_key"]
            bound = await bind(account, pool, own, found.owner_phone, found.until, found.id)
    except (ProviderFailure, KeyError) as failure:
        log.warning(
            "number_not_bound",
            reason=getattr(failure, "reason", "set_up_wrongly"),
            code=getattr(failure, "code", None),
        )
        await _put(store, found.id, ended_at=store.clock.now())
        raise Unavailable(why="number") from None
    sealed = store.vault.seal(SEALED, found.id, bound.number)
    await _put(store, found.id, subscription=bound.subscription, number_sealed=sealed)
    return Number(bound.number, found.until)


async def _find_or_keep(change: Change, requester: Participant, own: str) -> Number | _Wanted:
    store = change.store
    incident = await _incident(change, requester.incident_id)
    setup = store.channels.of(incident.city_code, CHANNEL)
    if incident.status == "closed" or setup is None or not setup.values.get("pool_key"):
        raise NotFound(why="no_private_call")
    contact = await _contact(change, incident.vehicle_id)
    owner_phone = store.vault.open("contacts.phone_sealed", contact.id, contact.phone_sealed)
    if owner_phone == own:
        raise InvalidField(field="phone", why="same")
    indexes = store.vault.indexes(INDEXED, own)
    query = select(private_numbers).where(private_numbers.c.incident_id == requester.incident_id)
    there = (await change.connection.execute(query)).all()
    for one in there:
        if one.caller_index in indexes and one.number_sealed and _lasts(one, change.at):
            return Number(store.vault.open(SEALED, one.id, one.number_sealed), one.expires_at)
    if len(there) >= MOST and store.settings.limits:
        raise TooManyRequests(why="private_calls", retry_at=change.at + AFTERWARDS)
    until = max(incident.respond_by or change.at, change.at + SHORTEST) + AFTERWARDS
    row_id = store.ids.new()
    await change.connection.execute(
        insert(private_numbers).values(
            id=row_id,
            incident_id=requester.incident_id,
            participant_id=requester.id,
            contact_id=contact.id,
            caller_index=indexes[0],
            city_code=incident.city_code,
            at=change.at,
            expires_at=until,
        )
    )
    await audit.record(change, requester, "call_owner", f"contact:{contact.id}")
    return _Wanted(row_id, owner_phone, until, setup)


def _lasts(row: Any, at: datetime) -> bool:
    return row.ended_at is None and row.expires_at > at + timedelta(minutes=1)


async def _incident(change: Change, incident_id: str) -> Any:
    query = (
        select(incidents, districts.c.city_code)
        .join(districts, districts.c.code == incidents.c.district)
        .where(incidents.c.id == incident_id)
        .with_for_update(of=incidents)
    )
    return (await change.connection.execute(query)).one()


async def _contact(change: Change, vehicle_id: str | None) -> Any:
    """The first confirmed contact of the vehicle's owner who has not said that he does not want to be called."""
    refused = select(contact_channels.c.contact_id).where(
        contact_channels.c.channel == CHANNEL, contact_channels.c.allowed.is_(False)
    )
    query = (
        select(contacts.c.id, contacts.c.phone_sealed)
        .join(ownerships, ownerships.c.owner_id == contacts.c.owner_id)
        .where(
            ownerships.c.vehicle_id == vehicle_id,
            ownerships.c.ended_at.is_(None),
            contacts.c.verified_at.is_not(None),
            contacts.c.id.not_in(refused),
        )
        .order_by(contacts.c.position)
        .limit(1)
    )
    found = (await change.connection.execute(query)).first()
    if found is None:
        raise NotFound(why="no_private_call")
    return found


async def _put(store: Store, row_id: str, **values: Any) -> None:
    async with store.database.write() as connection:
        await connection.execute(
            update(private_numbers).where(private_numbers.c.id == row_id).values(**values)
        )


async def end_due(store: Store) -> int:
    """Unbinds the numbers whose incident is over, and notes those that have ended by themselves; how many that were."""
    at = store.clock.now()
    async with store.database.write() as connection:
        done = await connection.execute(
            update(private_numbers)
            .where(private_numbers.c.ended_at.is_(None), private_numbers.c.expires_at <= at)
            .values(ended_at=private_numbers.c.expires_at, number_sealed=None)
        )
    ended = [await _end(store, row) for row in await _over(store)]
    return done.rowcount + sum(ended)


async def _over(store: Store) -> list[Any]:
    """Claimed by putting off the next try, so that of several workers one does it."""

    async def work(change: Change) -> list[Any]:
        due = or_(private_numbers.c.unbind_at.is_(None), private_numbers.c.unbind_at <= change.at)
        over = select(incidents.c.id).where(incidents.c.status == "closed")
        query = (
            select(private_numbers)
            .where(
                private_numbers.c.ended_at.is_(None),
                private_numbers.c.subscription.is_not(None),
                private_numbers.c.tries < TRIES,
                private_numbers.c.incident_id.in_(over),
                due,
            )
            .limit(MOST_UNBOUND)
            .with_for_update(skip_locked=True)
        )
        rows = list((await change.connection.execute(query)).all())
        await change.connection.execute(
            update(private_numbers)
            .where(and_(private_numbers.c.id.in_([row.id for row in rows])))
            .values(unbind_at=change.at + AGAIN, tries=private_numbers.c.tries + 1)
        )
        return rows

    return await store.run(work)


async def _end(store: Store, row: Any) -> bool:
    setup = store.channels.of(row.city_code, CHANNEL)
    try:
        if setup is None:
            raise KeyError("pool_key")
        bound = Bound(row.subscription, store.vault.open(SEALED, row.id, row.number_sealed))
        async with opened() as http:
            account = numbers_account(setup, http, store.clock.now, store.ids.secret)
            await unbind(account, setup.values["pool_key"], bound)
    except (ProviderFailure, KeyError, ValueError) as failure:
        reason = getattr(failure, "reason", "set_up_wrongly")
        log.warning("number_not_unbound", number=row.id, reason=reason, code=getattr(failure, "code", None))
        return False
    await _put(store, row.id, ended_at=store.clock.now(), number_sealed=None)
    return True
