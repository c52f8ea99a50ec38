"""Offers: asking one officer, with a deadline. An offer never changes the incident's status.

``pending → received → seen`` are told by the officer's own phone; ``accepted``, ``declined``, ``lapsed`` and
``withdrawn`` end it. Received, seen and accepted are three recorded facts: writing to a socket is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import and_, func, select, update

from models.actions import deciding, variants
from models.actions.incident_change import IncidentChange
from models.clock import iso
from models.errors import NotFound
from models.geography import Location
from models.incident.decide import step
from models.incident.incident import Incident
from models.incident.routing import Ranked, nearest, rank, to_ask
from models.rules.evaluation import Result
from models.store import Store
from models.tables import offers

OPEN = ("pending", "received", "seen")
ANSWERED = ("accepted", "declined", "lapsed")
Acknowledgement = Literal["received", "seen"]
# Why officers are asked: a step of the ladder, a wider one, it is theirs now, or the next one after a refusal.
Stage = Literal["offer", "widen", "handed_over", "next"]


def location_of(incident: Incident) -> Location | None:
    """Where the incident is, as far as it is known."""
    if incident.lat is None or incident.lng is None:
        return None
    return Location(lat=incident.lat, lng=incident.lng, accuracy_m=incident.accuracy_m)


async def candidates(change: IncidentChange, fresh_for: timedelta) -> list[Ranked]:
    """Who may be asked of those on duty in the incident's district, best first; whoever was asked is left out."""
    asked = await _asked(change)
    there = await change.around.on_duty(change.now.district)
    free = to_ask([one for one in there if one.officer_id not in asked])
    return rank(free, location_of(change.now), change.at, fresh_for=fresh_for)


async def anybody_on_duty(change: IncidentChange) -> bool:
    """Whether the district has anyone on duty at all, asked or not."""
    return bool(await change.around.on_duty(change.now.district))


async def anybody_to_ask(change: IncidentChange) -> bool:
    """Whether anyone on duty there may be asked at all, or is being asked: not all are on a break, say."""
    if any(offer.status in OPEN for offer in await change.around.offers(change.now.id)):
        return True
    return bool(to_ask(await change.around.on_duty(change.now.district)))


async def _asked(change: IncidentChange) -> set[str]:
    """Who has an offer that waits for an answer, or answered one since the incident became the officers'.

    An offer that was withdrawn because a colleague was faster does not count: when he gives the incident
    back, the others are asked again.
    """
    since = change.now.handed_over_at or change.now.requested_at
    return {
        offer.officer_id
        for offer in await change.around.offers(change.now.id)
        if offer.status in OPEN or (offer.status in ANSWERED and offer.offered_at >= since)
    }


async def make_offers(change: IncidentChange, stage: Stage, *, leaving: str | None = None) -> int:
    """Asks the next officers, as many and as far away as the rules say, and not the one who is just ``leaving``.

    Returns how many there were to ask.
    """
    rule = await _routing(change, stage)
    ranked = await candidates(change, timedelta(seconds=rule["fresh_seconds"]))
    staying = [one for one in ranked if one.candidate.officer_id != leaving]
    chosen = nearest(staying, rule["roles"], rule["rings_m"], rule["offers_at_once"])
    acknowledge = timedelta(seconds=rule["acknowledge_seconds"])
    for one in chosen:
        offer(change, one.candidate.officer_id, acknowledge, metres=one.metres, fresh=one.fresh)
    return len(chosen)


async def offer_to(change: IncidentChange, officer_id: str, role: str) -> None:
    """Asks an officer who is just coming on duty, if the rules have his role asked."""
    rule = await _routing(change, "next")
    if role in rule["roles"]:
        offer(change, officer_id, timedelta(seconds=rule["acknowledge_seconds"]), metres=None, fresh=False)


async def _routing(change: IncidentChange, stage: Stage) -> Result:
    """What the rules say, unless somebody decided otherwise for this incident: that holds for all its next offers."""
    now, store = change.now, change.change.store
    given = {**deciding.facts_of(store, now), "stage": stage}
    tried = await variants.tried_with(store, change.around, now, "routing")
    decision = deciding.ask(store, "routing", now.district, now.requested_at, given, tried)
    instead = await change.around.instead(now.id, "routing")
    if instead is not None:
        decision = replace(decision, instead=instead.source)
    deciding.keep(change.change, now.id, now.district, decision)
    return decision.result if instead is None else instead.result


def offer(
    change: IncidentChange, officer_id: str, acknowledge: timedelta, *, metres: float | None, fresh: bool
) -> None:
    """Asks one officer: an event in the district's, the incident's and his own channel, and a deadline."""
    store = change.change.store
    offer_id = store.ids.new()
    ack_by = change.at + acknowledge
    change.add(
        offers,
        {
            "id": offer_id,
            "incident_id": change.now.id,
            "officer_id": officer_id,
            "status": "pending",
            "offered_at": change.at,
            "ack_by": ack_by,
        },
    )
    change.happen(
        step(change.now, "offered", nobody_on_duty=False),
        actor="system",
        officer_id=officer_id,
        offer=offer_view(offer_id, "pending", ack_by),
        detail={"offer": offer_id, "metres": None if metres is None else round(metres), "fresh": fresh},
    )
    change.set_deadline("offer", ack_by, offer_id)


def offer_view(offer_id: str, status: str, ack_by: Any) -> dict[str, Any]:
    """An offer as its officer sees it."""
    return {"id": offer_id, "status": status, "ack_by": iso(ack_by)}


async def withdraw_offers(change: IncidentChange, except_officer: str | None = None) -> None:
    """Nobody needs to answer any more: the open offers end, and so do their deadlines."""
    open_offers = select(offers.c.id, offers.c.officer_id).where(
        offers.c.incident_id == change.now.id, offers.c.status.in_(OPEN)
    )
    for row in (await change.change.connection.execute(open_offers)).all():
        status = "accepted" if row.officer_id == except_officer else "withdrawn"
        change.later(
            update(offers)
            .where(offers.c.id == row.id, offers.c.status.in_(OPEN))
            .values(status=status, decided_at=change.at)
        )
    await change.cancel_deadlines("offer")


async def open_offer(change: IncidentChange, officer_id: str) -> Any:
    """The officer's open offer for this incident. Raises NotFound when he has none."""
    query = select(offers).where(
        offers.c.incident_id == change.now.id,
        offers.c.officer_id == officer_id,
        offers.c.status.in_(OPEN),
    )
    row = (await change.change.connection.execute(query)).first()
    if row is None:
        raise NotFound(field="offer")
    return row


async def any_open(change: IncidentChange) -> int:
    """How many offers of the incident wait for an answer, the one that is just ending included."""
    return sum(offer.status in OPEN for offer in await change.around.offers(change.now.id))


def end_offer(change: IncidentChange, row: Any, status: str, reason: str | None = None) -> None:
    """Ends one offer as declined or lapsed."""
    change.later(
        update(offers)
        .where(offers.c.id == row.id, offers.c.status.in_(OPEN))
        .values(status=status, decided_at=change.at, reason=reason)
    )


async def acknowledge(
    store: Store, officer_id: str, acknowledged: Sequence[tuple[str, Acknowledgement]]
) -> int:
    """Records that the officer's own phone received or showed offers; the first time counts, unknown offers
    and those of somebody else are passed over. Returns how many facts are new.
    """
    new = 0
    async with store.database.write() as connection:
        at = store.clock.now()
        for offer_id, what in sorted(acknowledged):
            column = offers.c.received_at if what == "received" else offers.c.seen_at
            before = ("pending",) if what == "received" else ("pending", "received")
            mine = and_(offers.c.id == offer_id, offers.c.officer_id == officer_id, column.is_(None))
            values: dict[str, Any] = {column.name: at}
            if what == "seen":
                values["received_at"] = func.coalesce(offers.c.received_at, at)
            new += (await connection.execute(update(offers).where(mine).values(values))).rowcount
            await connection.execute(
                update(offers)
                .where(
                    offers.c.id == offer_id, offers.c.officer_id == officer_id, offers.c.status.in_(before)
                )
                .values(status=what)
            )
    return new
