"""Offers: asking one officer, with a deadline. An offer never changes the incident's status.

``pending → received → seen`` are told by the officer's own phone; ``accepted``, ``declined``, ``lapsed`` and
``withdrawn`` end it. Received, seen and accepted are three recorded facts: writing to a socket is none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

import msgspec
from sqlalchemy import and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import deciding, variants
from models.actions.deciding import Decision
from models.actions.incident_change import IncidentChange
from models.clock import iso, iso_or_none
from models.errors import NotFound
from models.feed.bell import ACKNOWLEDGED
from models.geography import place_of
from models.incident.happened import step
from models.incident.routing import Preference, Ranked, nearest, rank, to_ask, why
from models.incident.support import still_wanted, supporters
from models.rules.evaluation import Result
from models.store import Store
from models.tables import incidents, offers

OPEN = ("pending", "received", "seen")
ANSWERED = ("accepted", "declined", "lapsed")
# take asks whether he takes it; assign is an order, it is his already; the other two are beside its officer.
OfferKind = Literal["take", "assign", "support", "assign_support"]
TAKING: frozenset[str] = frozenset({"take", "assign"})
ALL_KINDS: frozenset[str] = frozenset({"take", "assign", "support", "assign_support"})
Acknowledgement = Literal["received", "seen"]
# Why officers are asked: a step of the ladder, a wider one, it is theirs now, or the next one after a refusal.
Stage = Literal["offer", "widen", "handed_over", "next"]


async def _ranked(change: IncidentChange, left_out: Collection[str], rule: Result) -> list[Ranked]:
    """Who may be asked of those on duty in the incident's district, best first, as the rule has it."""
    there = await change.around.on_duty(change.now.district)
    asked = [one for one in there if one.officer_id not in left_out and one.role in rule["roles"]]
    # A version from before these columns says nothing of them: who is nearest comes first.
    preference = Preference(
        rule["rings_m"], rule.get("order") or (), change.now.zone, rule.get("vehicles") or ()
    )
    fresh_for = timedelta(seconds=rule["fresh_seconds"])
    return rank(to_ask(asked), place_of(change.now), change.at, fresh_for=fresh_for, preference=preference)


async def anybody_on_duty(change: IncidentChange) -> bool:
    """Whether the district has anyone on duty at all, asked or not."""
    return bool(await change.around.on_duty(change.now.district))


async def anybody_to_ask(change: IncidentChange) -> bool:
    """Whether anyone on duty there may be asked at all, or is being asked: not all are on a break, say, and not all of

    a role that the rules do not have asked.
    """
    if await any_open(change):
        return True
    roles = (await _decided(change, "handed_over"))[1]["roles"]
    return bool(
        to_ask([one for one in await change.around.on_duty(change.now.district) if one.role in roles])
    )


async def _asked(change: IncidentChange) -> set[str]:
    """Who has an offer that waits for an answer, or answered one since the incident became the officers'.

    Who declined it is never asked again. An offer that was withdrawn because a colleague was faster does not count:
    when he gives the incident back, the others are asked again.
    """
    since = change.now.handed_over_at or change.now.requested_at
    return {
        offer.officer_id
        for offer in await change.around.offers(change.now.id)
        if offer.kind in TAKING
        if offer.status in {*OPEN, "declined"} or (offer.status in ANSWERED and offer.offered_at >= since)
    }


async def make_offers(change: IncidentChange, stage: Stage, *, leaving: str | None = None) -> int:
    """Asks the next officers, as many and as far away as the rules say, and not the one who is just ``leaving``.

    Returns how many there were to ask.
    """
    rule = await routing(change, stage)
    ranked = await _ranked(change, await _asked(change), rule)
    staying = [one for one in ranked if one.candidate.officer_id != leaving]
    chosen = nearest(staying, rule["roles"], rule["rings_m"], rule["offers_at_once"])
    await _offer_each(change, chosen, rule, "take", stage)
    return len(chosen)


async def ask_for_backup(change: IncidentChange) -> int:
    """Asks as many units as the call for backup still wants and nobody is being asked for; returns how many.

    Not the one who has it, who supports it, or who said no to this call.
    """
    known = [one for one in await change.around.offers(change.now.id) if one.kind not in TAKING]
    gone = change.ended_offers
    waiting = sum(one.status in OPEN and one.id not in gone for one in known)
    wanted = still_wanted(change.now) - waiting
    called_at = change.now.backup_at
    if wanted <= 0 or called_at is None:
        return 0
    there = {change.now.officer_id, *(one.officer_id for one in supporters(change.now))}
    asked = {one.officer_id for one in known if one.offered_at >= called_at}
    rule = await routing(change, "next")
    # Backup is not asked one after the other: as many as are wanted, at once.
    chosen = (await _ranked(change, {*asked, *(one for one in there if one)}, rule))[:wanted]
    await _offer_each(change, chosen, rule, "support", "backup")
    return len(chosen)


async def _offer_each(
    change: IncidentChange, chosen: Sequence[Ranked], rule: Result, kind: OfferKind, stage: str
) -> None:
    known = await change.around.offers(change.now.id)
    before = sum(one.kind == kind for one in known)
    for nth, one in enumerate(chosen, start=before + 1):
        about = why(one, change.at, stage=stage, rings_m=rule["rings_m"], nth=nth)
        offer(change, one.candidate.officer_id, seconds(rule), about, kind=kind)


def seconds(rule: Result) -> timedelta:
    """How long an officer has to answer."""
    return timedelta(seconds=rule["acknowledge_seconds"])


async def offer_to(change: IncidentChange, officer_id: str, role: str) -> None:
    """Asks an officer who is just coming on duty, if the rules have his role asked."""
    rule = await routing(change, "next")
    if role in rule["roles"]:
        offer(change, officer_id, seconds(rule), {"stage": "on_duty"})


async def routing(change: IncidentChange, stage: Stage) -> Result:
    """What the rules say, unless somebody decided otherwise for this incident: that holds for all its next offers."""
    decision, result = await _decided(change, stage)
    deciding.keep(change.change, change.now.id, change.now.district, decision)
    return result


async def _decided(change: IncidentChange, stage: Stage) -> tuple[Decision, Result]:
    now, store = change.now, change.change.store
    given = {**deciding.facts_of(store, now), "stage": stage}
    tried = await variants.tried_with(store, change.around, now, "routing")
    decision = deciding.ask(store, "routing", now.district, now.requested_at, given, tried)
    instead = await change.around.instead(now.id, "routing")
    if instead is not None:
        decision = replace(decision, instead=instead.source)
    return decision, decision.result if instead is None else instead.result


def offer(
    change: IncidentChange,
    officer_id: str,
    acknowledge: timedelta,
    about: dict[str, Any],
    *,
    kind: OfferKind = "take",
) -> None:
    """Asks one officer: an event in the district's, the incident's and his own channel, and a deadline.

    ``about``: why he, and why now (``models.incident.routing.why``).
    """
    row = new_offer(change, officer_id, acknowledge, about, kind)
    change.happen(
        step(change.now, "offered", nobody_on_duty=False),
        actor="system",
        officer_id=officer_id,
        offer=view_of(row),
        detail={"offer": row["id"], "kind": kind, **about},
    )
    change.set_deadline("offer", row["ack_by"], row["id"])


def new_offer(
    change: IncidentChange, officer_id: str, acknowledge: timedelta, about: dict[str, Any], kind: OfferKind
) -> dict[str, Any]:
    """The row of an offer that is made with the next event, whose deadline the caller sets."""
    row: dict[str, Any] = {
        "id": change.change.store.ids.new(),
        "incident_id": change.now.id,
        "officer_id": officer_id,
        "status": "pending",
        "offered_at": change.at,
        "ack_by": change.at + acknowledge,
        "kind": kind,
        "why": msgspec.json.encode(about).decode(),
    }
    change.add(offers, row)
    return row


def view_of(row: Mapping[Any, Any], status: str | None = None) -> dict[str, Any]:
    """An offer as its officer sees it: until when, whether it asks or orders, and why he."""
    about = row["why"]
    return {
        **offer_view(row["id"], status or row["status"], row["ack_by"]),
        "kind": row["kind"],
        "why": None if about is None else msgspec.json.decode(about),
    }


def offer_view(offer_id: str, status: str, ack_by: Any) -> dict[str, Any]:
    """The least of an offer, enough to end it on its officer's phone."""
    return {"id": offer_id, "status": status, "ack_by": iso(ack_by)}


async def withdraw_offers(
    change: IncidentChange, except_officer: str | None = None, kinds: Collection[str] = ALL_KINDS
) -> None:
    """Nobody needs to answer any more: the open offers of these kinds end, and so do their deadlines."""
    open_offers = select(offers.c.id, offers.c.officer_id).where(
        offers.c.incident_id == change.now.id, offers.c.status.in_(OPEN), offers.c.kind.in_(kinds)
    )
    found = [
        row
        for row in (await change.change.connection.execute(open_offers)).all()
        if row.id not in change.ended_offers
    ]
    for row in found:
        status = "accepted" if row.officer_id == except_officer else "withdrawn"
        end_offer(change, row, status)
    if found:
        await change.cancel_deadlines("offer", subjects=[row.id for row in found])


async def close_offer(
    change: IncidentChange, officer_id: str, status: str, reason: str | None = None
) -> None:
    """Ends the officer's open offer of this incident, if he has one, and its deadline."""
    query = select(offers.c.id).where(
        offers.c.incident_id == change.now.id,
        offers.c.officer_id == officer_id,
        offers.c.status.in_(OPEN),
    )
    for row in (await change.change.connection.execute(query)).all():
        end_offer(change, row, status, reason)
        await change.cancel_deadlines("offer", row.id)


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
    known = await change.around.offers(change.now.id)
    return sum(offer.status in OPEN and offer.kind in TAKING for offer in known)


def end_offer(change: IncidentChange, row: Any, status: str, reason: str | None = None) -> None:
    """Ends one offer."""
    change.ended_offers.add(row.id)
    change.later(
        update(offers)
        .where(offers.c.id == row.id, offers.c.status.in_(OPEN))
        .values(status=status, decided_at=change.at, reason=reason)
    )


async def acknowledge(
    store: Store, officer_id: str, acknowledged: Sequence[tuple[str, Acknowledgement]]
) -> int:
    """Records that the officer's own phone received or showed offers; the first time counts, unknown offers
    and those of somebody else are passed over. What is new is told to the commanders' desks, which otherwise read it
    when they look. Returns how many facts are new.
    """
    new: list[str] = []
    async with store.database.write() as connection:
        at = store.clock.now()
        for offer_id, what in sorted(acknowledged):
            column = offers.c.received_at if what == "received" else offers.c.seen_at
            before = ("pending",) if what == "received" else ("pending", "received")
            mine = and_(offers.c.id == offer_id, offers.c.officer_id == officer_id, column.is_(None))
            values: dict[str, Any] = {column.name: at}
            if what == "seen":
                values["received_at"] = func.coalesce(offers.c.received_at, at)
            done = await connection.execute(update(offers).where(mine).values(values))
            new += [offer_id] * done.rowcount
            await connection.execute(
                update(offers)
                .where(
                    offers.c.id == offer_id, offers.c.officer_id == officer_id, offers.c.status.in_(before)
                )
                .values(status=what)
            )
        said = await _facts(connection, new) if new else {}
    for district, told in said.items():
        store.bell.tell(ACKNOWLEDGED, {"district": district, "offers": told})
    return len(new)


async def _facts(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """What phones have said of these offers so far, by the district of their incidents."""
    query = (
        select(offers, incidents.c.district)
        .join(incidents, incidents.c.id == offers.c.incident_id)
        .where(offers.c.id.in_(sorted(set(ids))))
        .order_by(offers.c.id)
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in await connection.execute(query):
        fact = {"id": row.id, "incident": row.incident_id, "status": row.status}
        times = {"received_at": iso_or_none(row.received_at), "seen_at": iso_or_none(row.seen_at)}
        found.setdefault(row.district, []).append(fact | times)
    return found
