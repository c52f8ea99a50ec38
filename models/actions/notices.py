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

from models.actions import climbing
from models.actions.incident_change import until_saved
from models.actions.reach import Rung
from models.privacy import SealBroken
from models.store import Change, Store
from models.tables import cities, contact_channels, contacts, districts, incidents, notices, officers

LEASE = timedelta(seconds=4)
MOST_CLAIMED = 200

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notice to send now. ``phone`` is E.164, ``officer`` a service number: one of the two.

    ``key`` is one per notice, step and channel: by it a channel knows a repetition. ``contact_id`` and ``officer_id``
    say whose addresses on other channels these are. ``held_since``: since when its provider has not been asked.
    ``rung`` is its step of the table ``reach``, None where the table has none. ``over``: it matters no more.
    ``switched_off`` and ``own_quiet`` (hours of Beijing's day): what the person said of this channel.
    ``platform`` is the name under which the city writes: the incident's, or the one that the notice names itself.
    ``city`` is the incident's, else the one that the notice was written with; ``district`` (its names in Chinese and
    English) and ``respond_by`` are those of the incident. Each is None without one.
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
    key: str
    step: int
    contact_id: str | None
    officer_id: str | None
    incident_id: str | None
    held_since: datetime | None
    rung: Rung | None = None
    over: bool = False
    switched_off: bool = False
    own_quiet: tuple[int, int] | None = None


def _due(at: datetime) -> Any:
    free = or_(notices.c.lease_until.is_(None), notices.c.lease_until <= at)
    return and_(notices.c.status == "queued", notices.c.due_at <= at, free)


async def anything_due(store: Store) -> bool:
    """Whether a notice waits to be claimed now."""
    query = select(notices.c.id).where(_due(store.clock.now())).limit(1)
    async with store.database.read() as connection:
        return (await connection.execute(query)).first() is not None


async def claim(store: Store, most: int = MOST_CLAIMED) -> list[Claimed]:
    """Takes what is due, the longest due first, for the length of a lease. What cannot be read fails for good, and

    what a worker that died had given to a channel that does not recognise repetitions is ``unknown`` from now on.
    """
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
        await _left_behind(change, ids)
        await change.connection.execute(
            update(notices)
            .where(notices.c.id.in_(ids), notices.c.status == "queued")
            .values(lease=lease, lease_until=change.at + LEASE, attempts=notices.c.attempts + 1)
        )
        return await _claimed(store, change.connection, lease)

    return await until_saved(lambda: store.run(work))


async def _left_behind(change: Change, ids: list[str]) -> None:
    """Whether the provider took it, nobody can know: it is not repeated."""
    left = await change.connection.execute(
        update(notices)
        .where(notices.c.id.in_(ids), notices.c.asked_at.is_not(None))
        .values(status="unknown", failure="worker_died", lease=None, lease_until=None)
        .returning(notices.c.id)
    )
    if unknown := list(left.scalars()):
        log.warning("notices_unknown", notices=unknown)
        await climbing.onward(change, unknown)


async def _claimed(store: Store, connection: AsyncConnection, lease: str) -> list[Claimed]:
    some_platform = select(cities.c.platform).order_by(cities.c.code).limit(1).scalar_subquery()
    began = notices.alias("began")
    query = (
        select(
            notices,
            began.c.created_at.label("thread_began_at"),
            incidents.c.district,
            incidents.c.status.label("incident_status"),
            incidents.c.answered_at.label("owner_answered_at"),
            contact_channels.c.allowed,
            contact_channels.c.quiet_from,
            contact_channels.c.quiet_to,
            contacts.c.phone_sealed.label("contact_phone"),
            officers.c.service_number,
            incidents.c.respond_by,
            districts.c.name,
            districts.c.name_en,
            func.coalesce(districts.c.city_code, notices.c.city_code).label("city"),
            func.coalesce(cities.c.platform, some_platform, "").label("platform"),
        )
        .outerjoin(began, began.c.id == notices.c.thread)
        .outerjoin(contacts, contacts.c.id == notices.c.contact_id)
        .outerjoin(
            contact_channels,
            and_(
                contact_channels.c.contact_id == notices.c.contact_id,
                contact_channels.c.channel == notices.c.channel,
            ),
        )
        .outerjoin(officers, officers.c.id == notices.c.officer_id)
        .outerjoin(incidents, incidents.c.id == notices.c.incident_id)
        .outerjoin(districts, districts.c.code == incidents.c.district)
        .outerjoin(cities, cities.c.code == func.coalesce(districts.c.city_code, notices.c.city_code))
        .where(notices.c.lease == lease)
        .order_by(notices.c.due_at)
    )
    claimed, unreadable = [], []
    for one in (await connection.execute(query)).mappings():
        row = {**one, "began_at": one["thread_began_at"] or one["created_at"]}
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
        city=row["city"],
        district=None if row["name"] is None else (row["name"], row["name_en"]),
        respond_by=row["respond_by"],
        key=row["key"],
        step=row["step"],
        contact_id=row["contact_id"],
        officer_id=row["officer_id"],
        incident_id=row["incident_id"],
        held_since=row["held_since"],
        rung=climbing.rung_of(store, row),
        over=climbing.is_over(row),
        switched_off=row["allowed"] is False,
        own_quiet=None if row["quiet_from"] is None else (row["quiet_from"], row["quiet_to"]),
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


async def asked(store: Store, notice: Claimed) -> bool:
    """The notice is about to be given to a channel that does not recognise repetitions. From here on a worker that

    dies leaves something behind that nobody can know. False: somebody else has it, or it is not wanted any more.
    """
    async with store.database.write() as connection:
        marked = await connection.execute(
            update(notices)
            .where(notices.c.id == notice.id, notices.c.lease == notice.lease, notices.c.status == "queued")
            .values(asked_at=store.clock.now())
        )
    return marked.rowcount == 1


async def waiting(store: Store) -> int:
    """How many notices are queued, due or not; for the metrics."""
    query = select(func.count()).select_from(notices).where(notices.c.status == "queued")
    async with store.database.read() as connection:
        return int((await connection.execute(query)).scalar_one())
