"""What follows from an event: offers to officers, deadlines, notices, the end of tokens.

The rules of the incident say what happened; this module arranges what has to happen next, in the same
transaction. Which steps the ladder has, and when, is rule data.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from models.actions import notify, offers
from models.actions.incident_change import IncidentChange
from models.rules import LadderStep
from models.tables import participants

TOKEN_OUTLIVES = timedelta(hours=24)  # a requester's or owner's token ends so long after the incident closed


async def requested(
    change: IncidentChange, *, token: str, location_refused: bool, person: dict[str, object]
) -> None:
    """A new request: its deadlines, the requester's place in it, and the first notice to the owner."""
    rules = change.change.store.rules
    change.set_deadline("respond", change.now.respond_by)
    for number, ladder_step in enumerate(rules.ladder, start=1):
        after = timedelta(seconds=change.now.response_seconds * ladder_step.share)
        change.set_deadline(f"step:{number}", change.now.requested_at + after)
    joined(change, token=token, person=person)
    # Who keeps the place to himself lets the owner wait a little: it makes idle nudging less fun.
    delay = timedelta(seconds=rules.location_refused_delay_seconds if location_refused else 0)
    for contact in (await notify.contacts_of(change))[:1]:
        notify.tell_owner(change, contact, "move_request", change.at + delay)


def joined(change: IncidentChange, *, token: str, person: dict[str, object]) -> None:
    """A requester's place in the incident, with a token of his own."""
    change.add(
        participants,
        {
            "incident_id": change.now.id,
            "role": "requester",
            "token_hash": notify.token_hash(token),
            "vehicle_id": change.now.vehicle_id,
            "sticker_id": change.now.sticker_id,
            "joined_at": change.at,
            **person,
        },
    )


async def follow(change: IncidentChange) -> None:
    """Everything that the events so far bring about."""
    names = change.names
    if change.now.status == "closed":
        if names[-1] != "rated":
            await _close(change)
        return
    if "accepted" in names:
        await offers.withdraw_offers(change, except_officer=change.now.officer_id)
    if "reopened" in names:
        _live_again(change)
    if "deferred" in names and change.now.promised_by is not None:
        change.set_deadline("promise", change.now.promised_by)
    if {"handed_over", "released", "reopened"} & set(names):
        await to_officers(change)


async def to_officers(change: IncidentChange) -> None:
    """The first officers are asked; with nobody on duty it goes to the commanders, and everybody reads so."""
    count = change.change.store.rules.offers_at_once
    if await offers.make_offers(change, count):
        return
    if await offers.anybody_on_duty(change):
        return
    change.amend(nobody_on_duty=True)
    change.step("escalated", escalation=change.now.escalation + 1)
    await notify.tell_commanders(change, "nobody_on_duty")


async def nobody_left(change: IncidentChange) -> None:
    """Everybody on duty was asked and nobody took it: the commanders hear of it while it stays on every feed.

    Only when no offer is open any more, and once per round of asking.
    """
    if await offers.any_open(change) > 1:
        return
    change.step("escalated", escalation=change.now.escalation + 1)
    await notify.tell_commanders(change, "nobody_accepted")


async def climb(change: IncidentChange, number: int, ladder_step: LadderStep) -> None:
    """One step of the ladder, while nobody has the incident: escalated, and what the step does."""
    change.step(
        "escalated", escalation=max(number, change.now.escalation), priority=_priority(change, ladder_step)
    )
    if "second_contact" in ladder_step.actions:
        known = await notify.contacts_of(change)
        for contact in known[1:2] or known[:1]:
            notify.tell_owner(change, contact, "reminder", change.at)
    if "tell_commander" in ladder_step.actions:
        await notify.tell_commanders(change, "still_waiting")
    if "offer" in ladder_step.actions:
        await offers.make_offers(change, 1)
    if "widen" in ladder_step.actions:
        await offers.make_offers(change, change.change.store.rules.offers_at_once)


def _priority(change: IncidentChange, ladder_step: LadderStep) -> int:
    return change.now.priority + (1 if "amber" in ladder_step.actions else 0)


async def _close(change: IncidentChange) -> None:
    await offers.withdraw_offers(change)
    await change.cancel_deadlines()
    notify.cancel_notices(change)
    change.later(
        update(participants)
        .where(participants.c.incident_id == change.now.id)
        .values(expires_at=change.at + TOKEN_OUTLIVES)
    )


def _live_again(change: IncidentChange) -> None:
    change.later(
        update(participants).where(participants.c.incident_id == change.now.id).values(expires_at=None)
    )
