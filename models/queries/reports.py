"""Reports as they are shown: to who told of one, and to the officer who reviews it with the rule's checks beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import audit, deciding, reporting
from models.actions import report_steps as report_steps_actions
from models.actions.plate_index import indexes_of
from models.actions.report_steps import NOTE
from models.actions.sight import place_said
from models.caller import Officer, Reporter
from models.clock import iso, iso_or_none
from models.errors import Forbidden, NotFound
from models.geography import Location, distance_m, place_of
from models.incident.evidence import Wanted
from models.queries.service_numbers import service_numbers
from models.reports.checks import Check, Medium, checks
from models.reports.states import OPEN, may_object
from models.reports.working_days import left
from models.store import Store
from models.tables import report_steps, reporters, reports, uploads

MOST_LISTED = 200
MOST_SIMILAR = 10
View = dict[str, Any]


async def own(store: Store, reporter: Reporter) -> View:
    """As whoever told of it sees it: each step and the outcome, and no officer's name. Raises NotFound."""
    async with store.database.read() as connection:
        row = await _row(connection, reporter.report_id)
        steps = await _steps(store, connection, row.id, notes=("ask_more",))
        query = select(reporters).where(reporters.c.report_id == row.id)
        people = (await connection.execute(query)).all()
        sent = await _uploads(connection, row.id)
        days_left = await _days_left(store, connection, row)
    me = next((one for one in people if one.id == reporter.id), None)
    if me is None:
        raise NotFound
    objected = any(one.objected_at is not None for one in people)
    return {
        **_common(row),
        "first": me.first,
        "days_left": days_left,
        "on_the_way": row.incident_id is not None,
        "steps": steps,
        "may_object": me.first and may_object(row.state, objected_before=objected),
        "may_withdraw": me.first and row.state in {"waiting", "more"},
        "more_by": iso_or_none(row.more_by),
        "uploads": [one.id for one in sent],
    }


async def waiting(store: Store, officer: Officer, state: str | None = None) -> View:
    """What waits for a review in the officer's districts, due first; with ``state`` those in it, the newest first."""
    query = select(reports).where(reports.c.district.in_(sorted(officer.districts)))
    if state is None:
        query = query.where(reports.c.state.in_(sorted(OPEN))).order_by(reports.c.due_by, reports.c.filed_at)
    else:
        query = query.where(reports.c.state == state).order_by(reports.c.filed_at.desc())
    async with store.database.read() as connection:
        rows = (await connection.execute(query.limit(MOST_LISTED))).all()
        counts = await _counts(connection, officer)
        numbers = await service_numbers(
            connection, (f"officer:{row.reviewer_id}" for row in rows if row.reviewer_id)
        )
    now = store.clock.now()
    return {
        "reports": [
            {
                **_common(row),
                "overdue": row.state in OPEN and row.due_by <= now,
                "mine": _has(row, officer.id, now),
                "taken_by": None
                if row.reviewer_id == officer.id or not _has(row, row.reviewer_id, now)
                else numbers.get(f"officer:{row.reviewer_id}"),
            }
            for row in rows
        ],
        "counts": counts,
    }


def _has(row: Any, officer_id: str | None, now: datetime) -> bool:
    """Whether this officer has it before him."""
    return officer_id is not None and row.reviewer_id == officer_id and row.reviewed_until > now


async def _counts(connection: AsyncConnection, officer: Officer) -> dict[str, int]:
    query = (
        select(reports.c.state, func.count().label("n"))
        .where(reports.c.district.in_(sorted(officer.districts)))
        .group_by(reports.c.state)
    )
    return {row.state: row.n for row in await connection.execute(query)}


async def one(store: Store, officer: Officer, report_id: str) -> View:
    """A report whole, for the officer who reviews it: a look at personal data, on the record.

    Raises NotFound, Forbidden for another district's.
    """
    async with store.database.read() as connection:
        row = await _row(connection, report_id)
    if row.district not in officer.districts:
        raise Forbidden
    await audit.look(store, officer, f"report:{row.id}")
    async with store.database.read() as connection:
        steps = await _steps(store, connection, row.id)
        sent = await _uploads(connection, row.id)
        similar = await _similar(store, connection, row)
        objection = await _objection(store, connection, row.id)
        days_left = await _days_left(store, connection, row)
    rule = reporting.rule_of(store, row.district, row.offence, row.filed_at).result
    now = store.clock.now()
    return {
        **_common(row),
        "plate_full": store.vault.open(reporting.PLATE, row.id, bytes(row.plate_sealed)),
        "words": _opened(store, reporting.WORDS, row.id, row.words_sealed),
        "objection": objection,
        "days_left": days_left,
        "steps": steps,
        "uploads": [one.id for one in sent],
        "checks": [_check_view(one) for one in _checks(store, row, sent)],
        "similar": similar,
        "second_person": rule["second_person"],
        "goes_now": rule["goes_now"],
        "overdue": row.state in OPEN and row.due_by <= now,
        "mine": _has(row, officer.id, now),
        "reviewed_until": iso_or_none(row.reviewed_until),
    }


async def _days_left(store: Store, connection: AsyncConnection, row: Any) -> int | None:
    """Working days until somebody of the police has to have looked; None where nobody has to, or it is past."""
    if row.state not in OPEN:
        return None
    return left(
        store.clock.now(), row.due_by, await report_steps_actions.exceptions(connection, row.district)
    )


async def _row(connection: AsyncConnection, report_id: str) -> Any:
    row = (await connection.execute(select(reports).where(reports.c.id == report_id))).first()
    if row is None:
        raise NotFound
    return row


def _common(row: Any) -> View:
    place = None
    if row.lat is not None:
        place = {"lat": row.lat, "lng": row.lng, "accuracy_m": row.accuracy_m, "crs": "wgs84"}
    return {
        "id": row.id,
        "state": row.state,
        "version": row.version,
        "district": row.district,
        "zone": row.zone,
        "offence": row.offence,
        "plate": row.plate_masked,
        "plate_class": row.plate_class,
        "place": row.place,
        "location": place,
        "happened_at": iso(row.happened_at),
        "filed_at": iso(row.filed_at),
        "due_by": iso(row.due_by),
        "decided_at": iso_or_none(row.decided_at),
        "reason": row.reason,
        "media": row.media,
        "live": row.live,
        "people": row.people,
        "duplicate_of": row.duplicate_of,
        "incident": row.incident_id,
    }


async def _steps(
    store: Store, connection: AsyncConnection, report_id: str, notes: tuple[str, ...] | None = None
) -> list[View]:
    """``notes``: after which commands what an officer wrote is shown; None: all of them."""
    query = select(report_steps).where(report_steps.c.report_id == report_id).order_by(report_steps.c.number)
    return [
        {
            "command": row.command,
            "state": row.state,
            "at": iso(row.at),
            "by": row.by.partition(":")[0],
            "officer": row.officer_number,
            "reason": row.reason,
            "note": _opened(store, NOTE, row.id, row.note_sealed)
            if notes is None or row.command in notes
            else None,
        }
        for row in await connection.execute(query)
    ]


async def _uploads(connection: AsyncConnection, report_id: str) -> list[Any]:
    query = select(uploads).where(uploads.c.about == report_id).order_by(uploads.c.created_at, uploads.c.id)
    return list((await connection.execute(query)).all())


def _checks(store: Store, row: Any, sent: list[Any]) -> list[Check]:
    given = {"by": "citizen", "purpose": "illegal_parking"}
    wanted = Wanted.of(deciding.ask(store, "evidence", row.district, row.filed_at, given).result)
    here = place_of(row)
    media = [
        Medium(
            one.kind, one.taken_at, one.received_at or one.created_at, _metres(store, one, here), one.holder
        )
        for one in sent
    ]
    return checks(
        wanted,
        media,
        happened_at=row.happened_at,
        filed_at=row.filed_at,
        accuracy_m=row.accuracy_m,
        located=here is not None,
        live=row.live,
    )


def _metres(store: Store, upload: Any, here: Location | None) -> float | None:
    there = place_said(store, upload)
    return None if here is None or there is None else distance_m(here, there)


def _check_view(check: Check) -> View:
    return {"name": check.name, "ok": check.ok, "n": check.n}


async def _similar(store: Store, connection: AsyncConnection, row: Any) -> list[View]:
    """Other reports of the same plate in the district, the newest first: by what they are, never by who told."""
    number = store.vault.open(reporting.PLATE, row.id, bytes(row.plate_sealed))
    indexes = indexes_of(store, number, row.plate_class)
    query = (
        select(reports)
        .where(reports.c.plate_index.in_(indexes), reports.c.district == row.district)
        .where(reports.c.id != row.id, reports.c.state != "withdrawn")
        .order_by(reports.c.happened_at.desc())
        .limit(MOST_SIMILAR)
    )
    return [
        {
            "id": one.id,
            "state": one.state,
            "offence": one.offence,
            "place": one.place,
            "happened_at": iso(one.happened_at),
        }
        for one in await connection.execute(query)
    ]


async def _objection(store: Store, connection: AsyncConnection, report_id: str) -> str | None:
    query = select(reporters.c.id, reporters.c.objection_sealed).where(
        reporters.c.report_id == report_id, reporters.c.objection_sealed.is_not(None)
    )
    found = (await connection.execute(query)).first()
    if found is None:
        return None
    return _opened(store, "reporters.objection_sealed", found.id, found.objection_sealed)


def _opened(store: Store, column: str, row_id: str, sealed: bytes | None) -> str | None:
    return None if sealed is None else store.vault.open(column, row_id, bytes(sealed))
