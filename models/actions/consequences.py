"""What follows from an event: offers to officers, deadlines, notices, the end of tokens.

The rules of the incident say what happened; this module arranges what has to happen next, in the same
transaction. Which steps the ladder has, and when, is rule data.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import update

from models.actions import ladder, notify, offers, retention, units
from models.actions.incident_change import IncidentChange
from models.actions.ladder import LadderStep
from models.incident.support import still_wanted
from models.store import Change
from models.tables import deadlines, participants

GRAVE = 3  # the priority from which an accident is told to commanders as such


async def requested(
    change: IncidentChange, *, token: str, delay: timedelta, person: dict[str, object]
) -> None:
    """A new request: its deadlines, the requester's place in it, and after ``delay`` the first notice to the owner."""
    change.set_deadline("respond", change.now.respond_by)
    await ladder.put_up(change)
    joined(change, token=token, person=person)
    for contact in (await notify.contacts_of(change))[:1]:
        notify.tell_owner(change, contact, "move_request", change.at + delay)


def joined(change: IncidentChange, *, token: str, person: dict[str, object], role: str = "requester") -> None:
    """The place in the incident of a requester, or of a party to it, with a token of his own."""
    change.add(
        participants,
        {
            "incident_id": change.now.id,
            "role": role,
            "token_hash": notify.token_hash(token),
            "vehicle_id": change.now.vehicle_id,
            "sticker_id": change.now.sticker_id,
            "joined_at": change.at,
            **person,
        },
    )


class Person(Protocol):
    """Whoever takes part: hashes of device and address (16 bytes), and words of his."""

    @property
    def device(self) -> bytes | None: ...
    @property
    def address(self) -> bytes | None: ...
    @property
    def message(self) -> str | None: ...


def person_of(change: Change, who: Person, participant: str) -> dict[str, Any]:
    """The columns of a participant that are about the person: hashes, and his words, sealed."""
    sealed = None
    if who.message:
        sealed = change.store.vault.seal("participants.message_sealed", participant, who.message)
    return {"id": participant, "device": who.device, "address": who.address, "message_sealed": sealed}


async def follow(change: IncidentChange) -> None:
    """Everything that the events so far bring about."""
    await units.follow(change)
    names = set(change.names)
    if change.now.status == "closed":
        if "answered" in names:
            notify.owner_answered(change)
        if change.names[-1] != "rated":
            await _close(change)
        return
    if "answered" in names:
        notify.owner_answered(change)
    if {"accepted", "assigned", "reassigned", "relieved"} & names:
        taker = change.now.officer_id if "accepted" in names else None
        await offers.withdraw_offers(change, taker, offers.TAKING)
    if {"reopened", "unmerged", "annulled"} & names:
        _live_again(change)
    if "deferred" in names and change.now.promised_by is not None:
        change.set_deadline("promise", change.now.promised_by)
    if {"released", "transferred", "referred"} & names:
        await offers.withdraw_offers(change)
    if {"handed_over", "released", "reopened", "annulled"} & names and change.now.status == "offered":
        await to_officers(change, leaving=_gave_it_back(change))
    if "transferred" in names:
        await _in_the_new_district(change)
    if "unmerged" in names and "released" not in names:
        await _goes_on(change)
    if {"backup_called", "support_left"} & names:
        await offers.ask_for_backup(change)
    if {"supporting", "support_sent"} & names and not still_wanted(change.now):
        await offers.withdraw_offers(change, kinds={"support"})


async def _goes_on(change: IncidentChange) -> None:
    """No duplicate after all: who was being asked when it was merged is free of it, so it is asked about anew."""
    if change.now.status == "offered":
        await to_officers(change)
    elif change.now.status == "waiting":
        known = await change.around.offers(change.now.id)
        merged_at = change.seen.closed_at if change.seen is not None else None
        if any(one.status == "withdrawn" and one.decided_at == merged_at for one in known):
            await offers.make_offers(change, "offer")
    elif change.now.backup_at is not None:
        await offers.ask_for_backup(change)


def _gave_it_back(change: IncidentChange) -> str | None:
    """Who is not asked about it at once again."""
    return change.seen.officer_id if change.seen is not None and "released" in change.names else None


async def _in_the_new_district(change: IncidentChange) -> None:
    """Its deadlines come along; its officers are asked, and its commanders hear of it."""
    change.later(
        update(deadlines)
        .where(deadlines.c.incident_id == change.now.id, deadlines.c.status == "open")
        .values(district=change.now.district)
    )
    if change.now.status == "offered":
        await to_officers(change)
    await notify.tell_commanders(change, "transferred")


async def lapsed(change: IncidentChange, row: Any) -> None:
    """An offer that nobody answered: the next one is asked, or the commanders hear that their order was not."""
    if row.kind == "take":
        if change.now.status == "offered" and not await offers.make_offers(change, "next"):
            await nobody_left(change)
    elif row.kind == "support":
        await offers.ask_for_backup(change)
    else:
        change.step("escalated", escalation=change.now.escalation + 1)
        await notify.tell_commanders(change, "not_confirmed")


async def to_officers(change: IncidentChange, *, leaving: str | None = None) -> None:
    """The first officers are asked; with nobody on duty it goes to the commanders, and everybody reads so.

    An officer's own notice asks nobody while nobody waits: who wrote it looks again, and anybody may.
    """
    if change.now.origin == "officer" and change.now.requesters == 0:
        return
    if await offers.make_offers(change, "handed_over", leaving=leaving):
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
    untold = change.now.escalation < ladder_step.step  # else ``unreached`` was quicker
    change.step(
        "escalated",
        escalation=max(ladder_step.step, change.now.escalation),
        priority=_priority(change, ladder_step),
    )
    if "second_contact" in ladder_step.actions and untold:
        known = await notify.contacts_of(change)
        for contact in known[1:2] or known[:1]:
            notify.tell_owner(change, contact, "reminder", change.at, channel=ladder_step.channel)
    if "tell_commander" in ladder_step.actions:
        grave = change.now.kind == "accident" and change.now.priority >= GRAVE
        await notify.tell_commanders(change, "grave" if grave else "still_waiting")
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
    # Who had an accident shows its document to his insurer by the same link.
    links = "accident_links" if change.now.kind == "accident" else "tokens"
    change.later(
        update(participants)
        .where(participants.c.incident_id == change.now.id)
        .values(expires_at=change.at + retention.of(change.change.store, links, change.now.district))
    )


def _live_again(change: IncidentChange) -> None:
    change.later(
        update(participants).where(participants.c.incident_id == change.now.id).values(expires_at=None)
    )
