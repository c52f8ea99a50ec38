"""Giving a command to an incident: read, may he, is it possible, what follows, saved by compare-and-set."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.access.rights import role_of
from models.actions import (
    consequences,
    dispatching,
    disposition,
    evidence,
    hazard_follow,
    offers,
    parking_follow,
    unmerging,
)
from models.actions.idempotency import Keeping
from models.actions.incident_change import IncidentChange, actor_of, load, until_saved
from models.actions.reasoned import LONGEST_REASON
from models.caller import Caller, Officer, Participant
from models.errors import Conflict, Forbidden, IllegalTransition, InvalidField, VersionConflict
from models.incident import commands, hazards
from models.incident.commands import (
    Answer,
    Cancel,
    Command,
    Decline,
    Merge,
    Order,
    Rate,
    Transfer,
    Unmerge,
)
from models.incident.decide import decide, meant, withdraw
from models.incident.incident import Incident
from models.incident.permissions import check
from models.incident.views import View, district_view, view_for
from models.store import Change, Store
from models.tables import incidents, participants, shifts

LONGEST_NOTE = 1_000  # characters

# Keeps the view that the caller will get, in the same transaction.
Then = Keeping[View]


async def act(
    store: Store,
    incident_id: str,
    command: Command,
    caller: Caller,
    *,
    version: int | None = None,
    then: Then | None = None,
) -> View:
    """Does what ``command`` asks, or raises and changes nothing; returns the incident as the caller sees it.

    Without ``version`` a lost race is tried again as long as the command is legal; with one, VersionConflict
    tells that the caller acted on an old view. Raises NotFound, Forbidden, NotOnDuty, IllegalTransition,
    AlreadyAccepted, InvalidField.
    """
    _check_texts(command)

    async def work(change: Change) -> View:
        view = await _act(change, incident_id, command, caller, version)
        if then is not None:
            await then(change, view)
        return view

    subjects = {incident_id, command.into} if isinstance(command, Merge) else {incident_id}
    return await until_saved(lambda: store.commit("command", subjects, work))


async def within(change: Change, incident_id: str, command: Command, caller: Caller) -> View:
    """The same as a part of a larger change. Raises as ``act``, and Stale."""
    return await _act(change, incident_id, command, caller, None)


async def _act(
    change: Change, incident_id: str, command: Command, caller: Caller, version: int | None
) -> View:
    if isinstance(command, Merge):
        await dispatching.make_known(change, incident_id, command)
    if isinstance(command, Unmerge):
        await unmerging.make_known(change, incident_id)
    seen = await load(change, await _followed(change, incident_id, caller))
    command = meant(seen, command, caller)
    duty = await on_duty_in(change.connection, caller.id) if isinstance(caller, Officer) else None
    check(seen, command, caller, on_duty_in=duty)
    _check_promise(seen, command)
    if isinstance(caller, Participant) and not isinstance(command, Rate):
        await _refuse_withdrawn(change.connection, caller)
    if version is not None and version != seen.version:
        raise VersionConflict(version=seen.version)
    changing = IncidentChange(change, seen, seen, actor_of(caller))
    await evidence.check(changing, command, caller)
    await hazard_follow.check(changing, command, caller)
    survivor = await _decide(changing, seen, command, caller)
    await hazard_follow.before(changing, command)
    decision = await disposition.suggest(changing, command)
    await consequences.follow(changing)
    await hazard_follow.follow(changing)
    await parking_follow.follow(changing, decision, caller)
    changing.save()
    if survivor is not None:
        if "cancelled" in survivor.names:
            await consequences.follow(survivor)
        survivor.save()
    dispatching.record(change, caller, command.name, seen.id, command.reason)
    call = change.store.texts.call(changing.now.district)
    return view_for(district_view(changing.now, call), role_of(caller))


async def _followed(change: Change, incident_id: str, caller: Caller) -> str:
    """Whose incident was merged into another goes on with that one, under the old address too."""
    if not isinstance(caller, Participant) or caller.incident_id == incident_id:
        return incident_id
    query = select(incidents.c.id).where(
        incidents.c.id == incident_id, incidents.c.merged_into == caller.incident_id
    )
    merged = (await change.connection.execute(query)).scalar_one_or_none()
    return incident_id if merged is None else caller.incident_id


async def _decide(
    changing: IncidentChange, seen: Incident, command: Command, caller: Caller
) -> IncidentChange | None:
    """Has it happen; returns another incident that changed with it, if one did."""
    if isinstance(caller, Officer):
        if isinstance(command, Decline):
            await _decline(changing, command, caller)
            return None
        if isinstance(command, Order):
            await dispatching.order(changing, command, caller, _detail(command))
            return None
        if isinstance(command, Merge):
            return await dispatching.merge(changing, command, caller, _detail(command))
        if isinstance(command, Unmerge):
            return await unmerging.unmerge(changing, command, caller, _detail(command))
        if isinstance(command, Transfer):
            await dispatching.transfer(changing, command, caller, _detail(command))
            return None
    if isinstance(command, Cancel) and isinstance(caller, Participant):
        await _withdraw(changing, seen, caller)
        return None
    if isinstance(command, Rate) and isinstance(caller, Participant):
        await _rate(changing, command, caller)
    for happened in decide(seen, command, caller, changing.at):
        changing.happen(happened, detail=_detail(command))
    if isinstance(caller, Officer):
        await dispatching.answer_offer(changing, caller, command.reason)
    return None


async def _decline(changing: IncidentChange, command: Decline, caller: Officer) -> None:
    happened = decide(changing.now, command, caller, changing.at)
    row = await offers.open_offer(changing, caller.id)
    offers.end_offer(changing, row, "declined", command.reason)
    if row.kind not in {"take", "support"}:
        # An order is not declined but released, which takes the incident out of his hands.
        raise IllegalTransition(command="decline", status=changing.now.status)
    view = offers.view_of(row._asdict(), "declined")
    detail = {**_detail(command), "offer": row.id, "kind": row.kind}
    changing.happen(happened[0], detail=detail, officer_id=caller.id, offer=view)
    await changing.cancel_deadlines("offer", row.id)
    if row.kind == "support":
        await offers.ask_for_backup(changing)
    elif not await offers.make_offers(changing, "next") and changing.now.status == "offered":
        await consequences.nobody_left(changing)


async def _withdraw(changing: IncidentChange, seen: Incident, caller: Participant) -> None:
    changing.later(
        update(participants).where(participants.c.id == caller.id).values(withdrawn_at=changing.at)
    )
    if seen.requesters > 1 or seen.origin == "officer":
        # An officer's own notice goes on when nobody waits any more.
        changing.happen(withdraw(seen, changing.at))
        return
    for happened in decide(seen, Cancel(), caller, changing.at):
        changing.happen(happened)


async def _refuse_withdrawn(connection: AsyncConnection, caller: Participant) -> None:
    """Who withdrew has no say any more; the others still wait."""
    gone = select(participants.c.withdrawn_at).where(participants.c.id == caller.id)
    if (await connection.execute(gone)).scalar_one_or_none() is not None:
        raise Conflict(why="withdrawn")


async def _rate(changing: IncidentChange, command: Rate, caller: Participant) -> None:
    query = select(participants.c.stars).where(participants.c.id == caller.id)
    if (await changing.change.connection.execute(query)).scalar_one() is not None:
        raise Conflict(why="rated")
    sealed = None
    if command.comment:
        sealed = changing.change.store.vault.seal("participants.comment_sealed", caller.id, command.comment)
    changing.later(
        update(participants)
        .where(participants.c.id == caller.id)
        .values(stars=command.stars, comment_sealed=sealed)
    )


async def on_duty_in(connection: AsyncConnection, officer_id: str) -> str | None:
    """The district of the officer's open shift, None when off duty."""
    query = select(shifts.c.district).where(shifts.c.officer_id == officer_id, shifts.c.ended_at.is_(None))
    district: str | None = (await connection.execute(query)).scalar_one_or_none()
    return district


def _detail(command: Command) -> dict[str, Any]:
    """What the record keeps of a command; free text of the public is sealed elsewhere, never here."""
    detail: dict[str, Any] = {"reason": command.reason, "note": command.note}
    if isinstance(command, Answer):
        detail |= {"reply": command.reply, "minutes": command.minutes}
    if isinstance(command, commands.Resolve):
        detail |= {"outcome": command.outcome}
    if isinstance(command, Rate):
        detail |= {"stars": command.stars}
    if isinstance(command, hazards.Refer):
        detail |= {"agency": command.agency}
    if isinstance(command, commands.Backup):
        detail |= {"units": command.units}
    return {name: value for name, value in detail.items() if value is not None}


def _check_promise(seen: Incident, command: Command) -> None:
    """An owner promises one of the times that the rules gave him to choose from."""
    if isinstance(command, Answer) and command.minutes is not None and command.minutes not in seen.promises:
        raise InvalidField(field="minutes", why="unknown")


def _check_texts(command: Command) -> None:
    for name, text, most in (
        ("reason", command.reason, LONGEST_REASON),
        ("note", command.note, LONGEST_NOTE),
    ):
        if text is not None and len(text) > most:
            raise InvalidField(field=name, why="too_long", limit=most)
    if isinstance(command, Answer) and command.minutes is not None and command.reply != "coming":
        raise InvalidField(field="minutes", why="not_here")
    if isinstance(command, Rate) and not 1 <= command.stars <= 5:
        raise InvalidField(field="stars", why="out_of_range")
    if isinstance(command, commands.Join):
        # Joining is done by scanning, with the plate's tail as proof of standing there.
        raise Forbidden(command=command.name)
