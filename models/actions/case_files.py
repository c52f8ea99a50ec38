"""Opening the case file of an incident, and taking it along: with a reason, each time on the record.

Leaves to others: what stands in it (``models.queries.case_file``).
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.access.deeds import Deed
from models.access.rights import may
from models.actions import audit
from models.actions.reasoned import given_reason
from models.caller import Officer
from models.chain import anchors as chain
from models.clock import iso
from models.errors import Conflict, Forbidden, NotFound
from models.privacy import SealBroken
from models.queries.case_evidence import Evidence, content_of
from models.queries.case_file import View, case_of, log_of
from models.store import Store
from models.tables import audit as records
from models.tables import incidents
from models.tabular import csv_of

REASON_HOLDS = timedelta(hours=1)  # for taking along what one has opened
SHORTEST_REASON = 2
OPEN: Deed = "open_case_file"
FETCH: Deed = "fetch_case_file"
_COLUMNS = ("at", "what", "name", "by", "detail")


async def open_case(store: Store, officer: Officer, incident_id: str, reason: str) -> View:
    """Everything that is known of the incident. Raises NotFound, Forbidden, InvalidField; what is refused is recorded

    as well.
    """
    reason = given_reason(reason, shortest=SHORTEST_REASON)
    await _record(store, officer, incident_id, OPEN, reason)
    view, _ = await case_of(store, incident_id)
    return view


async def _record(store: Store, officer: Officer, incident_id: str, deed: Deed, reason: str) -> None:
    async with store.change() as change:
        allowed = await _is_his(change.connection, officer, incident_id)
        subject = f"incident:{incident_id}"
        await audit.record(change, officer, deed, subject, reason=reason, success=allowed)
    if not allowed:
        raise Forbidden


async def _is_his(connection: AsyncConnection, officer: Officer, incident_id: str) -> bool:
    query = select(incidents.c.district).where(incidents.c.id == incident_id)
    district = (await connection.execute(query)).scalar_one_or_none()
    if district is None:
        raise NotFound
    return district in officer.districts and may(officer.role, "case_file")


@dataclass(frozen=True, slots=True)
class Case:
    """A case file that is about to be handed out."""

    view: View
    log: list[View]
    evidence: list[Evidence]
    by: str
    reason: str


async def fetch(store: Store, officer: Officer, incident_id: str) -> Case:
    """To be taken along by whoever has opened it within the hour, for the reason that he gave then.

    Raises NotFound, Forbidden, Conflict where no reason was given.
    """
    since = store.clock.now() - REASON_HOLDS
    query = (
        select(records.c.reason)
        .where(records.c.actor == officer.subject, records.c.subject == f"incident:{incident_id}")
        .where(records.c.action == OPEN, records.c.success, records.c.at > since)
        .order_by(records.c.at.desc())
        .limit(1)
    )
    async with store.database.read() as connection:
        if not await _is_his(connection, officer, incident_id):
            raise Forbidden
        reason = (await connection.execute(query)).scalar_one_or_none()
    if reason is None:
        raise Conflict(why="reason_first")
    await _record(store, officer, incident_id, FETCH, reason)
    view, evidence = await case_of(store, incident_id)
    return Case(view, await log_of(store, incident_id), evidence, officer.service_number, reason)


async def files_of(store: Store, case: Case) -> AsyncIterator[tuple[str, bytes]]:
    """The files of its archive, one after the other, so that never more than one is in memory.

    The manifest with the hash of each comes last, and then its signature.
    """
    listed: list[dict[str, Any]] = []

    def kept(name: str, content: bytes, **more: Any) -> tuple[str, bytes]:
        listed.append(
            {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(), **more}
        )
        return name, content

    yield kept("case.json", msgspec.json.format(msgspec.json.encode(case.view), indent=1))
    yield kept("events.json", msgspec.json.format(msgspec.json.encode(case.log), indent=1))
    yield kept("chronology.csv", csv_of(_COLUMNS, [_line(entry) for entry in case.view["entries"]]))
    missing: list[dict[str, str]] = []
    for one in case.evidence:
        try:
            content = await content_of(store, one)
        except (FileNotFoundError, SealBroken) as error:
            missing.append(
                {"name": one.name, "why": "broken" if isinstance(error, SealBroken) else "not_kept"}
            )
            continue
        yield kept(one.name, content, **_compared(one, content))
    manifest = msgspec.json.format(msgspec.json.encode(_manifest(store, case, listed, missing)), indent=1)
    yield "manifest.json", manifest
    yield "manifest.signature.json", _signature(store, manifest)


def _compared(one: Evidence, content: bytes) -> dict[str, Any]:
    """With what was recorded when it came in. Of a photo that is the original, of which a copy was drawn."""
    recorded = None if one.sha256 is None else one.sha256.hex()
    if one.sealed is None:
        return {"recorded_original_sha256": recorded}
    return {"recorded_sha256": recorded, "as_recorded": hashlib.sha256(content).digest() == one.sha256}


def _line(entry: View) -> View:
    return entry | {"detail": msgspec.json.encode(entry["detail"]).decode() if entry["detail"] else None}


def _manifest(store: Store, case: Case, listed: list[Any], missing: list[Any]) -> dict[str, Any]:
    return {
        "wufen_case_file": 1,
        "incident": case.view["id"],
        "district": case.view["district"],
        "made_at": iso(store.clock.now()),
        "by": case.by,
        "reason": case.reason,
        "files": listed,
        "missing": missing,
    }


def _signature(store: Store, manifest: bytes) -> bytes:
    """Over the bytes of the manifest, by the key of the anchors."""
    keys = store.settings.anchor_keys
    signed = chain.sign(manifest.decode(), keys)
    found = {
        "signed": "manifest.json",
        "key": signed.key,
        "public_key": chain.public_keys(keys)[signed.key].hex(),
        "signature": signed.signature.hex(),
    }
    return msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n"
