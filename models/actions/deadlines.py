"""Time is up: deadlines that came due, through the ordinary state machine, recorded once whoever fires them.

Every hub may try; a row is taken by compare-and-set in the transaction that does what follows, so whoever
commits first has fired it and everybody else finds nothing to do. What is due together is fired in one
transaction; one that fails does not fail its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from models.actions import consequences, hazard_follow, ladder, offers
from models.actions.around import Around
from models.actions.incident_change import IncidentChange
from models.away import is_away, is_crossed
from models.facts import padded
from models.incident.decide import breach, promise_over
from models.incident.happened import step
from models.incident.incident import Incident, from_row
from models.incident.support import still_wanted, supporter
from models.prepared import Prepared, keys
from models.store import Change, Store
from models.tables import deadlines, incidents
from models.writes import Stale

log = structlog.get_logger()

BETWEEN_PAUSES = 4  # deadlines that are worked out in one go, at some 200 µs each

# fired: by us, now. settled: somebody else was faster, or it was cancelled. early: not yet by the database's
# clock. busy: somebody else has its incident locked. failed: it alone cannot be fired; the log says why.
Firing = Literal["fired", "settled", "early", "busy", "failed"]


@dataclass(frozen=True, slots=True)
class _Due:
    """An open deadline, and its incident as it is now, locked."""

    row: Any
    incident: Incident


async def fire(store: Store, ids: Sequence[str]) -> dict[str, Firing]:
    """Fires those that are open and due on the database's clock; says of each what became of it.

    One alone waits for its incident's lock; of several, those whose incident is locked are passed over.
    Raises what the database raises when it cannot be reached; then nothing is known of any of them.
    """
    outcomes: dict[str, Firing] = {}
    left = list(ids)
    while left:
        # Of one incident one deadline at a time: the next one must see what the last one brought about.
        outcomes |= await _fire_some(store, left)
        left = [name for name in left if name not in outcomes]
    return outcomes


async def _fire_some(store: Store, ids: Sequence[str]) -> dict[str, Firing]:
    try:
        return await store.run(lambda change: _fire_together(change, ids))
    except Exception as error:
        if is_away(error) or is_crossed(error):
            raise
        if len(ids) == 1:
            log.warning("deadline_failed", deadline=ids[0], error=type(error).__name__)
            return {ids[0]: "failed"}
    # One of them cannot be written: halve them until it is alone.
    middle = len(ids) // 2
    return {**await _fire_some(store, ids[:middle]), **await _fire_some(store, ids[middle:])}


async def _fire_together(change: Change, ids: Sequence[str]) -> dict[str, Firing]:
    change.at = await change.store.clock.asked(change.connection)
    found = await _lock(change, ids, wait=len(ids) == 1)
    outcomes: dict[str, Firing] = {}
    if len(found) < len(ids):
        missing = set(ids) - {due.row.deadline_id for due in found}
        outcomes |= await _why_missing(change, missing)
    outcomes |= {due.row.deadline_id: "early" for due in found if due.row.due_at > change.at}
    first: dict[str, _Due] = {}
    for due in sorted(found, key=lambda due: due.row.due_at):
        if due.row.due_at <= change.at:
            first.setdefault(due.incident.id, due)
    return outcomes | await _fire_each(change, [first[name] for name in sorted(first)])


async def _lock(change: Change, ids: Sequence[str], *, wait: bool) -> list[_Due]:
    """Those that are open, with their incidents; on PostgreSQL both rows are locked, incidents by id."""
    statement = _OPEN if wait else _OPEN_AND_FREE
    rows = await statement.rows(change.connection, padded(ids))
    return [_Due(row, from_row(row._asdict())) for row in rows]


async def _why_missing(change: Change, ids: Iterable[str]) -> dict[str, Firing]:
    busy = {row.id for row in await _STILL_OPEN.rows(change.connection, padded(sorted(ids)))}
    return {name: "busy" if name in busy else "settled" for name in ids}


_DUE = (
    select(
        incidents,
        deadlines.c.id.label("deadline_id"),
        deadlines.c.kind.label("deadline_kind"),
        deadlines.c.subject,
        deadlines.c.due_at,
    )
    .select_from(incidents)
    .join(deadlines, deadlines.c.incident_id == incidents.c.id)
    .where(deadlines.c.id.in_(keys()), deadlines.c.status == "open")
    .order_by(incidents.c.id, deadlines.c.id)
)
_OPEN = Prepared(_DUE.with_for_update())
_OPEN_AND_FREE = Prepared(_DUE.with_for_update(skip_locked=True))
_STILL_OPEN = Prepared(select(deadlines.c.id).where(deadlines.c.id.in_(keys()), deadlines.c.status == "open"))


async def _fire_each(change: Change, due: Sequence[_Due]) -> dict[str, Firing]:
    """Works out what follows from each, and writes it all. ``due`` are of different incidents, by id."""
    around = Around(change.connection)
    await around.make_known(
        {one.incident.id for one in due},
        {one.incident.vehicle_id for one in due if one.incident.vehicle_id and _tells_the_owner(one.row)},
        {one.incident.district for one in due},
    )
    outcomes: dict[str, Firing] = {}
    for number, one in enumerate(due):
        if number % BETWEEN_PAUSES == 0:
            await change.store.database.pause()
        changing = IncidentChange(change, one.incident, one.incident, "system", around)
        name = one.row.deadline_id
        try:
            await _work_out(changing, one.row)
        except (SQLAlchemyError, OSError):
            raise  # the transaction is lost, for all of them
        except Exception as error:
            log.warning("deadline_failed", deadline=name, error=type(error).__name__)
            outcomes[name] = "failed"
        else:
            outcomes[name] = "fired"
            changing.save()
    await _take(change, [name for name, outcome in outcomes.items() if outcome == "fired"])
    return outcomes


async def _take(change: Change, ids: Sequence[str]) -> None:
    if not ids:
        return
    taken = await change.connection.execute(
        update(deadlines)
        .where(deadlines.c.id.in_(padded(ids)), deadlines.c.status == "open")
        .values(status="fired", settled_at=change.at)
    )
    if taken.rowcount != len(ids):
        raise Stale


async def _work_out(changing: IncidentChange, row: Any) -> None:
    kind = row.deadline_kind
    if kind == "respond":
        for happened in breach(changing.now, changing.at):
            changing.happen(happened)
    elif kind == "promise":
        for happened in promise_over(changing.now, changing.at):
            changing.happen(happened)
    elif kind == "offer":
        await _offer_lapsed(changing, row.subject)
    elif kind.startswith("step:"):
        await _climb(changing, row.subject)
    elif kind == hazard_follow.EXPIRE:
        hazard_follow.expire(changing)
    if changing.names:
        await consequences.follow(changing)
        await hazard_follow.follow(changing)
        changing.forget_deadline(row.deadline_id)


def _tells_the_owner(row: Any) -> bool:
    return row.deadline_kind.startswith("step:") and "second_contact" in ladder.step_of(row.subject).actions


async def _climb(changing: IncidentChange, subject: str) -> None:
    if changing.now.status not in {"waiting", "offered"}:
        return
    ladder_step = ladder.step_of(subject)
    if ladder_step.unless_answered and changing.now.reply == "coming":
        return
    await consequences.climb(changing, ladder_step)


async def _offer_lapsed(changing: IncidentChange, offer_id: str) -> None:
    known = await changing.around.offers(changing.now.id)
    row = next((one for one in known if one.id == offer_id and one.status in offers.OPEN), None)
    if row is None or not _still_asks(changing.now, row):
        return
    offers.end_offer(changing, row, "lapsed")
    changing.happen(
        step(changing.now, "lapsed"),
        actor="system",
        officer_id=row.officer_id,
        offer=offers.view_of(row._asdict(), "lapsed"),
        detail={"offer": row.id, "kind": row.kind},
    )
    await consequences.lapsed(changing, row)


def _still_asks(incident: Incident, row: Any) -> bool:
    """Whether the answer still matters: nobody has it, he was sent and has it, or backup is still wanted."""
    if row.kind == "take":
        return incident.status in {"waiting", "offered"}
    if row.kind == "assign":
        return incident.to_confirm and incident.officer_id == row.officer_id
    if row.kind == "support":
        return still_wanted(incident) > 0
    sent = supporter(incident, row.officer_id)
    return sent is not None and sent.to_confirm
