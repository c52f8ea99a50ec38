"""Sending notices, as far as the database is concerned: claimed with a lease, then sent, failed or tried again.

A notice is written by the change that causes it (``notify``). A worker claims what is due; if it dies, the
lease runs out and another one claims. So a channel may be asked twice, and a person is told once: the
notice's id is the channel's idempotency key. How a channel sends is the workers' affair.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.incident_change import until_saved
from models.caller import Participant
from models.privacy import SealBroken
from models.store import Change, Store
from models.tables import cities, contacts, districts, incidents, notices, officers, participants

LEASE = timedelta(seconds=4)
MOST_CLAIMED = 200
TRIES = 6
FIRST_RETRY = timedelta(seconds=2)  # doubled each time

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notice to send now. ``phone`` is E.164, ``officer`` a service number: one of the two.

    ``platform`` is the name under which the city writes: the incident's, or the one that the notice names itself.
    ``city``, ``district`` (its names in Chinese and English) and ``respond_by`` are those of the incident, None
    without one.
    """

    id: str
    lease: str = field(repr=False)
    template: str
    channel: str
    attempts: int
    due_at: datetime
    params: dict[str, Any] = field(repr=False)
    secret: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    officer: str | None
    platform: str
    city: str | None
    district: tuple[str, str] | None
    respond_by: datetime | None


def _due(at: datetime) -> Any:
    free = or_(notices.c.lease_until.is_(None), notices.c.lease_until <= at)
    return and_(notices.c.status == "queued", notices.c.due_at <= at, free)


async def anything_due(store: Store) -> bool:
    """Whether a notice waits to be claimed now."""
    query = select(notices.c.id).where(_due(store.clock.now())).limit(1)
    async with store.database.read() as connection:
        return (await connection.execute(query)).first() is not None


async def claim(store: Store, most: int = MOST_CLAIMED) -> list[Claimed]:
    """Takes what is due, the longest due first, for the length of a lease. What cannot be read fails for good."""
    lease = store.ids.secret()

    async def work(change: Change) -> list[Claimed]:
        query = (
            select(notices.c.id)
            .where(_due(change.at))
            .order_by(notices.c.due_at)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        ids = list((await change.connection.execute(query)).scalars())
        if not ids:
            return []
        await change.connection.execute(
            update(notices)
            .where(notices.c.id.in_(ids))
            .values(lease=lease, lease_until=change.at + LEASE, attempts=notices.c.attempts + 1)
        )
        return await _claimed(store, change.connection, lease)

    return await until_saved(lambda: store.run(work))


async def _claimed(store: Store, connection: AsyncConnection, lease: str) -> list[Claimed]:
    some_platform = select(cities.c.platform).order_by(cities.c.code).limit(1).scalar_subquery()
    query = (
        select(
            notices,
            contacts.c.phone_sealed.label("contact_phone"),
            officers.c.service_number,
            incidents.c.respond_by,
            districts.c.name,
            districts.c.name_en,
            districts.c.city_code,
            func.coalesce(cities.c.platform, some_platform, "").label("platform"),
        )
        .outerjoin(contacts, contacts.c.id == notices.c.contact_id)
        .outerjoin(officers, officers.c.id == notices.c.officer_id)
        .outerjoin(incidents, incidents.c.id == notices.c.incident_id)
        .outerjoin(districts, districts.c.code == incidents.c.district)
        .outerjoin(cities, cities.c.code == districts.c.city_code)
        .where(notices.c.lease == lease)
        .order_by(notices.c.due_at)
    )
    claimed, unreadable = [], []
    for row in (await connection.execute(query)).mappings():
        try:
            claimed.append(_opened(store, row))
        except (SealBroken, ValueError):
            # One row that nobody can read must not hold up all the others.
            unreadable.append(row["id"])
    if unreadable:
        await connection.execute(
            update(notices)
            .where(notices.c.id.in_(unreadable))
            .values(status="failed", failure="unreadable", lease=None, lease_until=None)
        )
        log.error("notices_unreadable", notices=unreadable)
    return claimed


def _opened(store: Store, row: Any) -> Claimed:
    vault, phone, secret = store.vault, None, None
    if row["contact_id"] is not None:
        phone = vault.open("contacts.phone_sealed", row["contact_id"], row["contact_phone"])
    elif row["phone_sealed"] is not None:
        phone = vault.open("notices.phone_sealed", row["id"], row["phone_sealed"])
    if row["secret_sealed"] is not None:
        secret = vault.open("notices.secret_sealed", row["id"], row["secret_sealed"])
    params = json.loads(row["params"])
    return Claimed(
        id=row["id"],
        lease=row["lease"],
        template=row["template"],
        channel=row["channel"],
        attempts=row["attempts"],
        due_at=row["due_at"],
        params=params,
        secret=secret,
        phone=phone,
        officer=row["service_number"],
        platform=params.get("platform", row["platform"]),
        city=row["city_code"],
        district=None if row["name"] is None else (row["name"], row["name_en"]),
        respond_by=row["respond_by"],
    )


async def renew(store: Store, lease: str) -> None:
    """The worker is still at it."""
    async with store.database.write() as connection:
        at = store.clock.now()
        await connection.execute(
            update(notices)
            .where(notices.c.lease == lease, notices.c.status == "queued")
            .values(lease_until=at + LEASE)
        )


async def sent(store: Store, ids: list[str], lease: str) -> int:
    """The channel took them. Returns for how many that is news: one whose lease ran out may be sent twice."""

    async def work(change: Change) -> int:
        done = await change.connection.execute(
            update(notices)
            .where(notices.c.id.in_(ids), notices.c.lease == lease, notices.c.status == "queued")
            .values(status="sent", sent_at=change.at, lease=None, lease_until=None, failure=None)
        )
        return done.rowcount

    return await until_saved(lambda: store.run(work))


async def failed(store: Store, notice: Claimed, failure: str, *, final: bool) -> None:
    """The channel refused. Tried again later, each time after twice as long, at most six times."""
    over = final or notice.attempts >= TRIES
    async with store.database.write() as connection:
        at = store.clock.now()
        await connection.execute(
            update(notices)
            .where(notices.c.id == notice.id, notices.c.lease == notice.lease)
            .values(
                status="failed" if over else "queued",
                failure=failure[:200],
                due_at=at + FIRST_RETRY * 2 ** (notice.attempts - 1),
                lease=None,
                lease_until=None,
            )
        )


async def seen(store: Store, owner: Participant) -> None:
    """The owner opened the link of his notice."""
    mine = select(participants.c.contact_id).where(participants.c.id == owner.id).scalar_subquery()
    async with store.database.write() as connection:
        await connection.execute(
            update(notices)
            .where(
                notices.c.incident_id == owner.incident_id,
                notices.c.contact_id == mine,
                notices.c.status.in_(("sent", "queued")),
            )
            .values(status="seen", seen_at=store.clock.now())
        )


async def waiting(store: Store) -> int:
    """How many notices are queued, due or not; for the metrics."""
    query = select(func.count()).select_from(notices).where(notices.c.status == "queued")
    async with store.database.read() as connection:
        return int((await connection.execute(query)).scalar_one())
