"""Filings with agencies as a worker takes them: claimed under a lease, and what came of each.

At least once towards an endpoint, which knows no keys for repeated calls: whoever tries again looks first whether it is
there already (``workers.filing``). Leaves to others: speaking HTTP.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from sqlalchemy import or_, select, update

from models.actions import consequences, hazard_follow
from models.actions.agency_filing import OPEN
from models.actions.incident_change import IncidentChange, load, until_saved
from models.caller import System
from models.errors import WufenError
from models.incident.commands import Command
from models.incident.decide import decide
from models.incident.hazards import Mend, TakeNote
from models.incident.incident import Incident, from_row
from models.store import Change, Store
from models.tables import agencies, agency_filings, incidents

LEASE = timedelta(seconds=60)
MOST_CLAIMED = 10
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
TRIES = 12
POLL = timedelta(minutes=15)  # how often what was filed is asked after
Step = Literal["due", "token", "filed"]


@dataclass(frozen=True, slots=True)
class Claimed:
    """One filing, its agency and its incident. ``lease`` tells this claim from another."""

    id: str
    step: Step
    attempts: int
    lease: datetime
    token: str | None
    number: str | None
    endpoint: str
    jurisdiction: str | None
    service: str
    key: str | None = field(repr=False)
    agency: str
    incident: Incident


async def claim(store: Store) -> list[Claimed]:
    """What is due now, each for this worker alone until its lease is over."""

    async def work(change: Change) -> list[Claimed]:
        free = or_(agency_filings.c.lease_until.is_(None), agency_filings.c.lease_until <= change.at)
        query = (
            select(agency_filings.c.id)
            .where(agency_filings.c.status.in_(OPEN), agency_filings.c.due_at <= change.at, free)
            .order_by(agency_filings.c.due_at)
            .limit(MOST_CLAIMED)
        )
        ids = list((await change.connection.execute(query)).scalars())
        lease, mine = change.at + LEASE, []
        for one in ids:
            taken = await change.connection.execute(
                update(agency_filings)
                .where(agency_filings.c.id == one, agency_filings.c.status.in_(OPEN), free)
                .values(lease_until=lease, attempts=agency_filings.c.attempts + 1)
            )
            if taken.rowcount:
                mine.append(one)
        return await _read(change, mine, lease)

    return await store.run(work)


async def _read(change: Change, ids: list[str], lease: datetime) -> list[Claimed]:
    filing = [column.label(f"filing_{column.name}") for column in agency_filings.c]
    agency = [column.label(f"agency_{column.name}") for column in agencies.c]
    query = (
        select(incidents, *filing, *agency)
        .join(agency_filings, agency_filings.c.incident_id == incidents.c.id)
        .join(agencies, agencies.c.id == agency_filings.c.agency_id)
        .where(agency_filings.c.id.in_(ids))
    )
    rows = (await change.connection.execute(query)).mappings().all()
    return [_claimed(change.store, row, lease) for row in rows]


def _claimed(store: Store, row: Any, lease: datetime) -> Claimed:
    services = msgspec.json.decode(row["agency_services"]) if row["agency_services"] else {}
    sealed, agency_id = row["agency_key_sealed"], row["agency_id"]
    return Claimed(
        id=row["filing_id"],
        step=row["filing_status"],
        attempts=row["filing_attempts"],
        lease=lease,
        token=row["filing_token"],
        number=row["filing_service_request_id"],
        endpoint=(row["agency_endpoint"] or "").rstrip("/"),
        jurisdiction=row["agency_jurisdiction"],
        service=services.get(row["reason"], row["reason"]),
        key=None if sealed is None else store.vault.open("agencies.key_sealed", agency_id, sealed),
        agency=row["agency_code"],
        incident=from_row(row),
    )


async def put(store: Store, claimed: Claimed, **values: Any) -> bool:
    """Records what came of it; False where the lease is another's by now, or the filing has ended."""

    async def work(change: Change) -> bool:
        done = await change.connection.execute(
            update(agency_filings)
            .where(
                agency_filings.c.id == claimed.id,
                agency_filings.c.lease_until == claimed.lease,
                agency_filings.c.status.in_(OPEN),
            )
            .values(lease_until=None, **values)
        )
        return bool(done.rowcount)

    return await store.run(work)


async def again(store: Store, claimed: Claimed, why: str, *, final: bool = False) -> None:
    """Another try later, twice as long each time; none after ``TRIES``, or where it is ``final``."""
    over = final or claimed.attempts >= TRIES
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(claimed.attempts - 1, 10))
    status = "failed" if over else claimed.step
    await put(store, claimed, status=status, error=why[:200], due_at=store.clock.now() + pause)


async def heard(store: Store, claimed: Claimed, status: str | None, expected: datetime | None) -> None:
    """What the agency says of it: it has it, and by when; or it is mended. Said again it changes nothing."""
    if status is None:
        return
    soon = expected is not None and expected > store.clock.now()
    command = Mend() if status == "closed" else TakeNote(by=expected if soon else None)

    async def attempt() -> None:
        async with store.change() as change:
            await _say(change, claimed, command)

    # What went on meanwhile holds.
    with suppress(WufenError):
        await until_saved(attempt)


async def _say(change: Change, claimed: Claimed, command: Command) -> None:
    seen = await load(change, claimed.incident.id)
    if isinstance(command, TakeNote) and seen.reply == "noted" and seen.promised_by == command.by:
        return
    changing = IncidentChange(change, seen, seen, f"agency:{claimed.agency}")
    for happened in decide(seen, command, System(), change.at):
        changing.happen(happened)
    await hazard_follow.before(changing, command)
    await consequences.follow(changing)
    await hazard_follow.follow(changing)
    changing.save()
