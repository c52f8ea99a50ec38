"""The case file of an incident: everything that is known of it, in the order in which it happened.

Events, who was asked, what was told to whom and what became of it, what the rules decided by which version and what
people decided instead, the evidence with its hashes, and who looked. Leaves to others: who may read it, and that he
says why (``models.actions.case_files``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chain.encoding import EVENT_COLUMNS
from models.clock import iso, iso_or_none
from models.errors import NotFound
from models.incident.incident import Incident, from_row
from models.queries.case_evidence import Evidence, evidence_of, view_of
from models.queries.decisions import decisions_of
from models.queries.service_numbers import service_numbers
from models.store import Store
from models.tables import (
    audit,
    events,
    incidents,
    notices,
    offers,
    parking_records,
    participants,
    reports,
    vehicles,
)
from models.tables.base import instant_text

View = dict[str, Any]
MOST_LOOKS = 2_000  # of one incident in its file: the newest
_STATES = ("sent_at", "delivered_at", "seen_at", "answered_at")  # of a notice, in their order
_ANSWERS = ("received_at", "seen_at", "decided_at")  # of an offer


async def case_of(store: Store, incident_id: str) -> tuple[View, list[Evidence]]:
    """All of it, in one state of the database. Raises NotFound."""
    async with store.database.read() as connection:
        row = (
            (await connection.execute(select(incidents).where(incidents.c.id == incident_id)))
            .mappings()
            .first()
        )
        if row is None:
            raise NotFound
        incident = from_row(row)
        evidence = await evidence_of(connection, incident_id)
        entries = [
            *await _events(connection, incident_id),
            *await _offers(connection, incident_id),
            *await _notices(connection, incident_id),
            *await _decisions(connection, incident),
            *await _messages(store, connection, incident_id),
            *await _looks(connection, incident_id, evidence),
            *(_of_evidence(one) for one in evidence),
        ]
        named = await _named(connection, [entry["by"] for entry in entries])
        view = _facts(incident) | {"plate": await _plate(connection, incident), "now": iso(store.clock.now())}
    for entry in entries:
        entry["by"] = named.get(entry["by"], entry["by"])
    view["entries"] = [_told(entry) for entry in sorted(entries, key=lambda one: one["at"])]
    view["evidence"] = [view_of(one, named.get(one.by or "", one.by)) for one in evidence]
    return view, evidence


def _facts(incident: Incident) -> View:
    return {
        "id": incident.id,
        "kind": incident.kind,
        "district": incident.district,
        "status": incident.status,
        "outcome": incident.outcome,
        "reason": incident.reason,
        "place": incident.place,
        "requested_at": iso(incident.requested_at),
        "respond_by": iso(incident.respond_by),
        "closed_at": iso_or_none(incident.closed_at),
    }


def _entry(at: datetime, what: str, name: str, by: str | None, detail: View | None = None) -> View:
    kept = {key: value for key, value in (detail or {}).items() if value is not None}
    return {"at": at, "what": what, "name": name, "by": by, "detail": kept}


def _told(entry: View) -> View:
    return entry | {"at": iso(entry["at"])}


async def _plate(connection: AsyncConnection, incident: Incident) -> str | None:
    query = select(vehicles.c.plate).where(vehicles.c.id == incident.vehicle_id)
    plate: str | None = (await connection.execute(query)).scalar_one_or_none()
    return plate


async def _events(connection: AsyncConnection, incident_id: str) -> list[View]:
    query = select(events).where(events.c.incident_id == incident_id).order_by(events.c.incident_offset)
    return [
        _entry(
            row.at,
            "event",
            row.name,
            row.actor,
            json.loads(row.detail) | {"log": f"{row.district}/{row.offset}", "hash": _hex(row.hash)},
        )
        for row in await connection.execute(query)
    ]


async def _offers(connection: AsyncConnection, incident_id: str) -> list[View]:
    rows = (await connection.execute(select(offers).where(offers.c.incident_id == incident_id))).all()
    found = []
    for row in rows:
        by, about = f"officer:{row.officer_id}", {"offer": row.id, "kind": row.kind}
        found.append(_entry(row.offered_at, "offer", "offered", by, about | {"ack_by": iso(row.ack_by)}))
        for name in _ANSWERS:
            if (at := getattr(row, name)) is not None:
                said = row.status if name == "decided_at" else name.removesuffix("_at")
                found.append(_entry(at, "offer", said, by, about | {"reason": row.reason}))
    return found


async def _notices(connection: AsyncConnection, incident_id: str) -> list[View]:
    """Without a number or name: to whom is the officer, or the contact by its id."""
    rows = (await connection.execute(select(notices).where(notices.c.incident_id == incident_id))).all()
    found = []
    for row in rows:
        to = (
            f"officer:{row.officer_id}"
            if row.officer_id
            else f"contact:{row.contact_id}"
            if row.contact_id
            else None
        )
        about = {"notice": row.id, "template": row.template, "channel": row.channel, "step": row.step}
        state = {"state": row.status, "failure": row.failure, "code": row.code}
        found.append(_entry(row.created_at, "notice", "written", to, about | state))
        for name in _STATES:
            if (at := getattr(row, name)) is not None:
                found.append(_entry(at, "notice", name.removesuffix("_at"), to, about))
    return found


async def _decisions(connection: AsyncConnection, incident: Incident) -> list[View]:
    found = []
    for one in await decisions_of(connection, incident):
        about = {
            name: one[name] for name in ("version", "number", "scope", "rows", "inputs", "results", "instead")
        }
        found.append(
            _entry(_instant(one["at"]), "decision", one["table"], None, about | {"decision": one["id"]})
        )
        for other in one["overrides"]:
            of = {name: other[name] for name in ("part", "result", "reason")} | {"decision": one["id"]}
            found.append(_entry(_instant(other["at"]), "override", one["table"], other["by"], of))
            for end in ("confirmed", "refused"):
                if other[f"{end}_at"]:
                    about_end = {"decision": one["id"], "reason": other.get(f"{end}_reason")}
                    at, by = _instant(other[f"{end}_at"]), other[f"{end}_by"]
                    found.append(_entry(at, "override", end, by, about_end))
    return found


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def _messages(store: Store, connection: AsyncConnection, incident_id: str) -> list[View]:
    query = select(participants).where(
        participants.c.incident_id == incident_id, participants.c.message_sealed.is_not(None)
    )
    return [
        _entry(
            row.joined_at,
            "message",
            row.role,
            f"{row.role}:{row.id}",
            {"text": store.vault.open("participants.message_sealed", row.id, row.message_sealed)},
        )
        for row in await connection.execute(query)
    ]


async def _looks(connection: AsyncConnection, incident_id: str, evidence: Iterable[Evidence]) -> list[View]:
    """Everything in the audit that is about the incident, its evidence, its record or its report."""
    subjects = [f"{kind}:{incident_id}" for kind in ("incident", "accident", "accident_call")]
    for one in evidence:
        subjects.append(f"{'accident_document' if one.kind == 'document' else one.kind}:{one.id}")
    for table, kind in ((parking_records, "record"), (reports, "report")):
        ids = await connection.execute(select(table.c.id).where(table.c.incident_id == incident_id))
        subjects += [f"{kind}:{found}" for found in ids.scalars()]
    query = select(audit).where(audit.c.subject.in_(subjects)).order_by(audit.c.at.desc()).limit(MOST_LOOKS)
    return [
        _entry(
            row.at,
            "audit",
            row.action,
            row.actor,
            {
                "subject": row.subject, "reason": row.reason, "success": bool(row.success), "number": row.number,
                "hash": _hex(row.hash),
            },
        )
        for row in await connection.execute(query)
    ]  # fmt: skip


def _of_evidence(one: Evidence) -> View:
    sha256 = None if one.sha256 is None else one.sha256.hex()
    return _entry(one.at, "evidence", one.kind, one.by, {"name": one.name, "sha256": sha256})


def _hex(value: bytes | None) -> str | None:
    return None if value is None else bytes(value).hex()


async def _named(connection: AsyncConnection, people: Iterable[str | None]) -> dict[str | None, str]:
    """Officers by their service numbers, whatever role they had; who took part by role and id."""
    subjects = {one: f"officer:{one.partition(':')[2]}" for one in people if one and ":" in one}
    numbers = await service_numbers(connection, subjects.values())
    return {one: numbers.get(subject, one) for one, subject in subjects.items()}


async def log_of(store: Store, incident_id: str) -> list[View]:
    """Its events as the log has them, each with its hash and the one before it: enough to check each alone."""
    before = events.alias("before")
    on = and_(before.c.district == events.c.district, before.c.offset == events.c.offset - 1)
    query = (
        select(events, before.c.hash.label("hash_before"))
        .select_from(events.outerjoin(before, on))
        .where(events.c.incident_id == incident_id)
        .order_by(events.c.incident_offset)
    )
    async with store.database.read() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return [
        {name: instant_text(row[name]) if name == "at" else row[name] for name in EVENT_COLUMNS}
        | {"hash": _hex(row["hash"]), "hash_before": _hex(row["hash_before"])}
        for row in rows
    ]
