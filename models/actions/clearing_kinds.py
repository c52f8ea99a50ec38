"""How each kind of thing is cleared away once it is kept no longer: rows go, sealed fields are emptied, pictures leave

the media folder. Facts about incidents stay (when, how long, how it ended), without anybody in them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from models.actions import accident_papers, retention
from models.actions.clearing_audit import clear_audit
from models.actions.clearing_batches import in_batches, keys_of, older
from models.actions.clearing_documents import clear_documents
from models.actions.clearing_hazards import clear_hazard_contacts
from models.actions.clearing_reports import clear_reports
from models.actions.clearing_uploads import clear_uploads
from models.actions.media_files import still_shown
from models.store import Change, Store
from models.tables import (
    accident_documents,
    accident_parties,
    accident_receipts,
    accident_reviews,
    accident_shots,
    accidents,
    bindings,
    captures,
    first_answers,
    incidents,
    lockouts,
    notices,
    parking_notices,
    parking_records,
    participants,
    photos,
    refused_requests,
    registrations,
    rule_decisions,
    rule_overrides,
    sessions,
    shifts,
    simulator_messages,
    watch_flags,
)

# What is emptied: of a shift, where the officer was; of an incident, who took part and what he wrote.
_POSITION = ("lat", "lng", "accuracy_m", "position_at", "signed_lat", "signed_lng", "signed_accuracy_m")
_WORDS = ("message_sealed", "comment_sealed")
_PERSON = ("device", "address", "vehicle_id", "sticker_id", "contact_id", *_WORDS)
_PARTY = ("details_sealed", "plate_masked", "token_sealed", "signature_sealed")
_RECEIPT = ("signature_sealed",)
_REVIEW = ("words_sealed", "conclusion_sealed")
_CAR = ("vehicle_id", "sticker_id")
_PLATE = ("plate_sealed", "plate_index", "vehicle_id")
# When a parking record was over; of a draft that nobody ended, when its car was last seen. One whose clock runs is not.
_RECORD_OVER = case(
    (parking_records.c.state == "noticed", parking_records.c.ended_at),
    else_=func.coalesce(parking_records.c.ended_at, parking_records.c.last_seen_at),
)

Clear = Callable[[Store], Awaitable[int]]


async def _delete_rows(
    store: Store,
    what: str,
    table: Table,
    instant: ColumnElement[Any],
    district: Column[Any] | None = None,
) -> int:
    """Rows that stand for themselves, the oldest first."""
    old = await older(store, what, district, instant)
    (key,) = table.primary_key.columns

    async def batch(change: Change, most: int) -> int:
        keys = await keys_of(change, select(key).where(old).order_by(instant).limit(most))
        if keys:
            await change.connection.execute(delete(table).where(key.in_(keys)))
        return len(keys)

    return await in_batches(store, batch)


async def _decisions(store: Store) -> int:
    """With what people decided instead; of an incident all or none, so that nobody reads half of why."""
    old = await older(store, "decisions", incidents.c.district, incidents.c.requested_at)
    kept = exists().where(rule_decisions.c.incident_id == incidents.c.id)
    query = (
        select(incidents.c.id)
        .where(old, incidents.c.status == "closed", kept)
        .order_by(incidents.c.requested_at)
    )

    async def batch(change: Change, most: int) -> int:
        ids = await keys_of(change, query.limit(most))
        if ids:
            for table in (rule_overrides, rule_decisions):
                await change.connection.execute(delete(table).where(table.c.incident_id.in_(ids)))
        return len(ids)

    return await in_batches(store, batch)


async def _positions(store: Store) -> int:
    """Where an officer was last, and where he signed on, once his shift is over so long; the shift stays."""
    old = await older(store, "positions", shifts.c.district, shifts.c.ended_at)
    return await _empty(store, shifts, old, _POSITION)


async def _messages(store: Store) -> int:
    """What strangers wrote, in a request or a rating; the stars stay."""
    old = await older(store, "messages", incidents.c.district, incidents.c.closed_at)
    of_old = participants.c.incident_id.in_(select(incidents.c.id).where(old, incidents.c.status == "closed"))
    return await _empty(store, participants, of_old, _WORDS)


async def _people(store: Store) -> int:
    """Who took part in an incident and about which car, and the plate of a parking record: the facts stay without."""
    old = await older(store, "incidents", incidents.c.district, incidents.c.closed_at)
    closed = and_(old, incidents.c.status == "closed")
    of_old = participants.c.incident_id.in_(select(incidents.c.id).where(closed))
    done = await _empty(store, participants, of_old, _PERSON)
    done += await _empty(store, incidents, closed, _CAR)
    over = await older(store, "incidents", parking_records.c.district, _RECORD_OVER)
    done += await _empty(store, parking_records, over, _PLATE)
    return done + await clear_documents(store, store.media.remove)


async def _empty(store: Store, table: Table, old: ColumnElement[bool], fields: Sequence[str]) -> int:
    """Empties fields of old rows in which anything still stands. Such rows are over: nobody saves them any more."""
    anything = or_(*(table.c[name].is_not(None) for name in fields))

    async def batch(change: Change, most: int) -> int:
        ids = await keys_of(change, select(table.c.id).where(old, anything).limit(most))
        if ids:
            await change.connection.execute(
                update(table).where(table.c.id.in_(ids)).values(dict.fromkeys(fields))
            )
        return len(ids)

    return await in_batches(store, batch)


async def _notices(store: Store) -> int:
    """Notices that went or failed, with their sealed numbers and links, and what simulated phones show of them."""
    of_incident = await older(store, "notices", incidents.c.district, notices.c.created_at)
    of_none = and_(notices.c.incident_id.is_(None), await older(store, "notices", None, notices.c.created_at))
    query = (
        select(notices.c.id)
        .outerjoin(incidents, incidents.c.id == notices.c.incident_id)
        .where(or_(of_incident, of_none), notices.c.status != "queued")
        .order_by(notices.c.created_at)
    )

    async def batch(change: Change, most: int) -> int:
        ids = await keys_of(change, query.limit(most))
        if ids:
            shown = simulator_messages.c.notice_id.in_(ids)
            await change.connection.execute(delete(simulator_messages).where(shown))
            await change.connection.execute(delete(notices).where(notices.c.id.in_(ids)))
        return len(ids)

    return await in_batches(store, batch)


async def _watch_flags(store: Store) -> int:
    """Vehicles that are no longer looked out for: cleared, or past their end."""
    before = store.clock.now() - retention.of(store, "watch_flags")
    old = or_(watch_flags.c.cleared_at <= before, watch_flags.c.ends_at <= before)

    async def batch(change: Change, most: int) -> int:
        ids = await keys_of(change, select(watch_flags.c.id).where(old).limit(most))
        if ids:
            await change.connection.execute(delete(watch_flags).where(watch_flags.c.id.in_(ids)))
        return len(ids)

    return await in_batches(store, batch)


async def clear_photos(store: Store, remove: Callable[[str], None]) -> int:
    """Pictures and their rows. ``remove`` takes a file out of the media folder, and finds nothing the second time.

    The file goes first, in the row's transaction: whoever dies in between leaves a row, which the next turn finds, and
    never a picture of which nobody knows. A picture that another incident shows too stays for it.
    """
    old = await older(store, "photos", incidents.c.district, incidents.c.closed_at)
    query = (
        select(photos.c.id, photos.c.file)
        .join(incidents, incidents.c.id == photos.c.incident_id)
        .where(old, incidents.c.status == "closed")
        .order_by(photos.c.uploaded_at)
    )

    async def batch(change: Change, most: int) -> int:
        found = {row.id: row.file for row in await change.connection.execute(query.limit(most))}
        if found:
            named = accident_shots.c.photo_id.in_(found)
            await change.connection.execute(delete(accident_shots).where(named))
            await change.connection.execute(delete(photos).where(photos.c.id.in_(found)))
            names = set(found.values())
            for name in sorted(names - await still_shown(change.connection, names)):
                await asyncio.to_thread(remove, name)
        return len(found)

    return await in_batches(store, batch)


async def clear_captures(store: Store, remove: Callable[[str], None]) -> int:
    """Officers' photos of parked cars, originals included: as long after the record's end, or after a photo came of

    which nobody made a record. The record stays without them.
    """
    of_record = await older(store, "photos", parking_records.c.district, _RECORD_OVER)
    of_none = and_(parking_records.c.id.is_(None), await older(store, "photos", None, captures.c.received_at))
    query = (
        select(captures)
        .outerjoin(parking_notices, parking_notices.c.capture_id == captures.c.id)
        .outerjoin(parking_records, parking_records.c.id == parking_notices.c.record_id)
        .where(or_(of_record, of_none))
        .order_by(captures.c.received_at)
    )

    async def batch(change: Change, most: int) -> int:
        found = (await change.connection.execute(query.limit(most))).all()
        ids = [row.id for row in found]
        if ids:
            await change.connection.execute(
                delete(parking_notices).where(parking_notices.c.capture_id.in_(ids))
            )
            await change.connection.execute(delete(captures).where(captures.c.id.in_(ids)))
            names = {part for row in found for part in (row.file, row.original, row.thumb)}
            for name in sorted(names - await still_shown(change.connection, names)):
                await asyncio.to_thread(remove, name)
        return len(ids)

    return await in_batches(store, batch)


async def _photos(store: Store) -> int:
    remove = store.media.remove
    done = await clear_photos(store, remove) + await clear_captures(store, remove)
    return done + await clear_uploads(store, remove)


async def clear_accidents(store: Store, remove: Callable[[str], None]) -> int:
    """The parties of an accident, what they entered and signed, and its documents; when and how it ended stays."""
    old = await older(store, "accidents", incidents.c.district, incidents.c.closed_at)
    of_old = select(incidents.c.id).where(old, incidents.c.status == "closed", incidents.c.kind == "accident")
    query = select(accident_documents.c.id, accident_documents.c.file).where(
        accident_documents.c.accident_id.in_(of_old), accident_documents.c.file.is_not(None)
    )

    async def batch(change: Change, most: int) -> int:
        found = {row.id: row.file for row in await change.connection.execute(query.limit(most))}
        if found:
            of = accident_documents.c.id.in_(found)
            await change.connection.execute(update(accident_documents).where(of).values(file=None))
            for name in found.values():
                await asyncio.to_thread(remove, name)
        return len(found)

    done = await in_batches(store, batch)
    done += await _empty(store, accident_parties, accident_parties.c.accident_id.in_(of_old), _PARTY)
    documents = select(accident_documents.c.id).where(accident_documents.c.accident_id.in_(of_old))
    done += await _empty(store, accident_receipts, accident_receipts.c.document_id.in_(documents), _RECEIPT)
    done += await _empty(store, accident_reviews, accident_reviews.c.accident_id.in_(of_old), _REVIEW)
    done += await accident_papers.sweep(store)
    return done + await _empty(store, accidents, accidents.c.id.in_(of_old), ("call_sealed",))


async def _accidents(store: Store) -> int:
    return await clear_accidents(store, store.media.remove)


# By the words of the table ``retention``. Links (``tokens``, ``accident_links``) end by themselves.
KINDS: Mapping[str, Clear] = {
    "first_answers": partial(
        _delete_rows, what="first_answers", table=first_answers, instant=first_answers.c.at
    ),
    "lockouts": partial(_delete_rows, what="lockouts", table=lockouts, instant=lockouts.c.last_at),
    "sessions": partial(_delete_rows, what="sessions", table=sessions, instant=sessions.c.expires_at),
    "bindings": partial(_delete_rows, what="bindings", table=bindings, instant=bindings.c.expires_at),
    "refusals": partial(
        _delete_rows,
        what="refusals",
        table=refused_requests,
        instant=refused_requests.c.last_at,
        district=refused_requests.c.district,
    ),
    # Whoever was approved is an officer with rows of his own; one that nobody decides does not wait for ever.
    "registrations": partial(
        _delete_rows,
        what="registrations",
        table=registrations,
        instant=func.coalesce(registrations.c.decided_at, registrations.c.at),
        district=registrations.c.district,
    ),
    "decisions": _decisions,
    "positions": _positions,
    "messages": _messages,
    "notices": _notices,
    "photos": _photos,
    "watch_flags": _watch_flags,
    "accidents": _accidents,
    "reports": clear_reports,
    "hazard_contacts": clear_hazard_contacts,
    "incidents": _people,
    "audit": clear_audit,
}
