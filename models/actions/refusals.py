"""Requests that the limits refused: kept with the rule that did it, and let through if somebody of the police says so.

What is kept is bounded: for each row of the table, each of whom it counts and each sticker (or none) one row an hour,
which is counted up to a thousand. Nothing that a requester wrote is in it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models.access.rights import may
from models.actions import audit
from models.actions.deciding import Decision
from models.actions.idempotency import Keeping
from models.actions.reasoned import given_reason
from models.caller import Officer
from models.errors import Conflict, Forbidden, NotFound
from models.rules import overriding
from models.rules.evaluation import Result
from models.store import Change, Store
from models.tables import refused_requests

MOST_COUNTED = 1_000  # an hour; from then on nothing is written
REFERENCE_LETTERS = 8
_KEY = ("subject", "subject_digest", "row", "hour")


@dataclass(frozen=True, slots=True)
class Refusal:
    """``row`` of the table ``limits`` refused it until ``retry_at``; ``digest`` stands for whom it counts.

    ``sticker_id``: None where it was about no car.
    """

    decision: Decision
    row: str
    result: Result
    digest: bytes
    sticker_id: str | None
    district: str
    retry_at: datetime


@dataclass(frozen=True, slots=True)
class LetThrough:
    """What holds instead of the row that refused, until ``until``."""

    id: str
    until: datetime


Then = Keeping[LetThrough]


async def keep(store: Store, refusal: Refusal) -> str:
    """Keeps it, or counts it to what is kept of this hour; returns the reference by which it can be asked for."""
    references: list[str] = []

    async def work(change: Change) -> None:
        values = _row(change, refusal)
        change.writes.later(_counted(change, values))
        references.append(values["reference"])

    subject = (refusal.sticker_id, refusal.row, refusal.digest)
    await store.commit("refusal", {subject}, work)
    return references[-1]


def _row(change: Change, refusal: Refusal) -> dict[str, Any]:
    hour = change.at.replace(minute=0, second=0, microsecond=0)
    named = "|".join((refusal.sticker_id or "", refusal.row, refusal.digest.hex(), hour.isoformat()))
    digest = change.store.vault.index("refused_requests.reference", named)
    return {
        "id": change.store.ids.row(),
        "reference": base64.b32encode(digest).decode()[:REFERENCE_LETTERS],
        "at": change.at,
        "last_at": change.at,
        "count": 1,
        "hour": hour,
        "district": refusal.district,
        "sticker_id": refusal.sticker_id,
        "version_id": refusal.decision.version,
        "row": refusal.row,
        "subject": refusal.result["subject"],
        "subject_digest": refusal.digest,
        "inputs": msgspec.json.encode(dict(refusal.decision.inputs), order="sorted").decode(),
        "result": msgspec.json.encode(dict(refusal.result)).decode(),
        "retry_at": refusal.retry_at,
    }


def _counted(change: Change, values: dict[str, Any]) -> Insert:
    make = postgresql.insert if change.connection.dialect.name == "postgresql" else sqlite.insert
    known = refused_requests.c
    counted = {"count": known.count + 1, "last_at": values["last_at"], "retry_at": values["retry_at"]}
    unnamed = values["sticker_id"] is None
    return (
        make(refused_requests)
        .values(values)
        .on_conflict_do_update(
            index_elements=list(_KEY) if unnamed else ["sticker_id", *_KEY],
            index_where=known.sticker_id.is_(None) if unnamed else None,
            set_=counted,
            where=known.count < MOST_COUNTED,
        )
    )


async def instead_of(
    change: Change, row: str, digests: Sequence[bytes]
) -> tuple[str, Mapping[str, Any]] | None:
    """What somebody let hold in the place of ``row`` for whom ``digests`` stand, as long as it would be refused."""
    query = (
        select(refused_requests.c.id, refused_requests.c.instead)
        .where(refused_requests.c.subject_digest.in_(digests), refused_requests.c.row == row)
        .where(refused_requests.c.instead.is_not(None), refused_requests.c.retry_at > change.at)
        .order_by(refused_requests.c.decided_at.desc())
        .limit(1)
    )
    found = (await change.connection.execute(query)).first()
    return None if found is None else (found.id, json.loads(found.instead))


async def let_through(
    store: Store,
    by: Officer,
    refusal_id: str,
    result: Mapping[str, Any],
    *,
    reason: str,
    then: Then | None = None,
) -> LetThrough:
    """Lets another number, or a shorter block, hold for who was refused, until the refusal would have ended.

    Raises NotFound, Forbidden, InvalidField (nothing that the table could say, or nothing wider than it says; no
    reason), Conflict (it was decided already, or the refusal is over).
    """
    reason = given_reason(reason)
    async with store.change() as change:
        query = select(refused_requests).where(refused_requests.c.id == refusal_id).with_for_update()
        row = (await change.connection.execute(query)).first()
        if row is None:
            raise NotFound
        if not may(by.role, "override_refusal") or row.district not in by.districts:
            raise Forbidden
        if row.instead is not None:
            raise Conflict(why="overridden")
        if row.retry_at <= change.at:
            raise Conflict(why="has_happened")
        instead = overriding.instead_of_refusal(json.loads(row.result), result)
        await change.connection.execute(
            update(refused_requests)
            .where(refused_requests.c.id == refusal_id)
            .values(
                instead=msgspec.json.encode(instead).decode(),
                decided_by=by.subject,
                decided_at=change.at,
                reason=reason,
            )
        )
        await audit.record(change, by, "override", f"refusal:{refusal_id}", reason=reason)
        done = LetThrough(refusal_id, row.retry_at)
        if then is not None:
            await then(change, done)
    return done
