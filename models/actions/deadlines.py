"""Time is up: a deadline that came due, through the ordinary state machine, recorded once whoever fires it.

Every hub may try; the row is taken by compare-and-set in the transaction that does what follows, so whoever
commits first has fired it and everybody else finds nothing to do.
"""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import select, update

from models.actions import consequences, offers
from models.actions.incident_change import IncidentChange, Stale, load, until_saved
from models.incident.decide import breach, promise_over, step
from models.store import Change, Store
from models.tables import deadlines
from models.tables import offers as offers_table

# fired: by us, now. settled: somebody else was faster, or it was cancelled. early: not yet by the database's
# clock.
Firing = Literal["fired", "settled", "early"]


async def time_up(store: Store, deadline_id: str) -> Firing:
    """Fires the deadline if it is open and due on the database's clock."""
    now = await store.database.now()

    async def attempt() -> Firing:
        async with store.change() as change:
            row = (
                await change.connection.execute(select(deadlines).where(deadlines.c.id == deadline_id))
            ).first()
            if row is None or row.status != "open":
                return "settled"
            if row.due_at > max(now, change.at):
                return "early"
            await _fire(change, row)
            return "fired"

    return await until_saved(attempt)


async def _fire(change: Change, row: Any) -> None:
    seen = await load(change, row.incident_id)
    changing = IncidentChange(change, seen, seen, "system")
    await _what_is_due(changing, row)
    if changing.names:
        await consequences.follow(changing)
        changing.forget_deadline(row.id)
    await changing.save()
    taken = await change.connection.execute(
        update(deadlines)
        .where(deadlines.c.id == row.id, deadlines.c.status == "open")
        .values(status="fired", settled_at=change.at)
    )
    if taken.rowcount != 1:
        raise Stale


async def _what_is_due(changing: IncidentChange, row: Any) -> None:
    if row.kind == "respond":
        for happened in breach(changing.now, changing.at):
            changing.happen(happened)
    elif row.kind == "promise":
        for happened in promise_over(changing.now, changing.at):
            changing.happen(happened)
    elif row.kind == "offer":
        await _offer_lapsed(changing, row.subject)
    elif row.kind.startswith("step:"):
        await _climb(changing, int(row.kind.removeprefix("step:")))


async def _climb(changing: IncidentChange, number: int) -> None:
    ladder = changing.change.store.rules.ladder
    if changing.now.status not in {"waiting", "offered"} or number > len(ladder):
        return
    ladder_step = ladder[number - 1]
    if ladder_step.unless_answered and changing.now.reply == "coming":
        return
    await consequences.climb(changing, number, ladder_step)


async def _offer_lapsed(changing: IncidentChange, offer_id: str) -> None:
    query = select(offers_table).where(offers_table.c.id == offer_id, offers_table.c.status.in_(offers.OPEN))
    row = (await changing.change.connection.execute(query)).first()
    if row is None or changing.now.status not in {"waiting", "offered"}:
        return
    offers.end_offer(changing, row, "lapsed")
    changing.happen(
        step(changing.now, "lapsed"),
        actor="system",
        officer_id=row.officer_id,
        offer=offers.offer_view(row.id, "lapsed", row.ack_by),
        detail={"offer": row.id},
    )
    if changing.now.status == "offered" and not await offers.make_offers(changing, 1):
        await consequences.nobody_left(changing)
