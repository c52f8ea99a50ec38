"""What follows from an event: offers to officers, deadlines, notices, the end of tokens.

The rules of the incident say what happened; this module arranges what has to happen next, in the same
transaction. Which steps the ladder has, and when, is rule data.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from models.actions import ladder, notify, offers, retention, units
from models.actions.incident_change import IncidentChange
from models.actions.ladder import LadderStep
from models.tables import participants


async def requested(
    change: IncidentChange, *, token: str, delay: timedelta, person: dict[str, object]
) -> None:
    """A new request: its deadlines, the requester's place in it, and after ``delay`` the first notice to the owner."""
    change.set_deadline("respond", change.now.respond_by)
    await ladder.put_up(change)
    joined(change, token=token, person=person)
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
    await units.follow(change)
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
    if await offers.make_offers(change, "handed_over"):
        return
    if await offers.anybody_to_ask(change):
        return  # they are being asked already
    if await offers.anybody_on_duty(change):
        await nobody_left(change)
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


async def climb(change: IncidentChange, ladder_step: LadderStep) -> None:
    """One step of the ladder, while nobody has the incident: escalated, and what the step does."""
    change.step(
        "escalated",
        escalation=max(ladder_step.step, change.now.escalation),
        priority=_priority(change, ladder_step),
    )
    if "second_contact" in ladder_step.actions:
        known = await notify.contacts_of(change)
        for contact in known[1:2] or known[:1]:
            notify.tell_owner(change, contact, "reminder", change.at, channel=ladder_step.channel)
    if "tell_commander" in ladder_step.actions:
        await notify.tell_commanders(change, "still_waiting")
    if "offer" in ladder_step.actions:
        await offers.make_offers(change, "offer")
    if "widen" in ladder_step.actions:
        await offers.make_offers(change, "widen")


def _priority(change: IncidentChange, ladder_step: LadderStep) -> int:
    return change.now.priority + (1 if "amber" in ladder_step.actions else 0)


async def _close(change: IncidentChange) -> None:
    await offers.withdraw_offers(change)
    await change.cancel_deadlines()
    notify.cancel_notices(change)
    change.later(
        update(participants)
        .where(participants.c.incident_id == change.now.id)
        .values(expires_at=change.at + retention.of(change.change.store, "tokens", change.now.district))
    )


def _live_again(change: IncidentChange) -> None:
    change.later(
        update(participants).where(participants.c.incident_id == change.now.id).values(expires_at=None)
    )
