"""How a parking record ends: the car left after the notice, or it stayed and the rule says what follows; or the record

counts no more, which takes a second person and a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from models.access.rights import may
from models.actions import (
    audit,
    commands,
    consequences,
    dispatching,
    disposition,
    parking,
    parking_follow,
)
from models.actions.idempotency import Keeping
from models.actions.incident_change import IncidentChange, actor_of, load, until_saved
from models.actions.parking_effect import record_row
from models.actions.reasoned import given_reason
from models.caller import Officer
from models.errors import Conflict, Forbidden, InvalidField, NotFound, NotOnDuty, SecondPersonNeeded
from models.incident.commands import Accept, Arrive, Cancel, Command, Resolve, Settle
from models.incident.decide import decide
from models.parking.states import after
from models.store import Change, Store
from models.tables import parking_records


@dataclass(frozen=True, slots=True)
class Ended:
    """``state`` of the record from now on."""

    id: str
    state: str


Then = Keeping[Ended]


async def leave(
    store: Store, officer: Officer, record_id: str, capture_id: str | None, *, then: Then | None = None
) -> Ended:
    """The car has left: a second photo shows it, or the owner has answered so and the officer confirms it.

    Raises NotFound, Forbidden, NotOnDuty, InvalidField (``capture``: nothing shows it), IllegalTransition.
    """

    async def work(change: Change) -> Ended:
        row = await mine(change, officer, record_id, "end_record")
        after(row.state, "leave")
        seen = await load(change, row.incident_id)
        if capture_id is None and seen.reply != "moved":
            raise InvalidField(field="capture", why="required")
        if capture_id is not None:
            await _show(change, officer, row, capture_id, "left")
        await commands.within(change, row.incident_id, Settle(), officer)
        ended = Ended(row.id, "left")
        if then is not None:
            await then(change, ended)
        return ended

    return await until_saved(lambda: store.run(work))


async def stay(
    store: Store, officer: Officer, record_id: str, capture_id: str | None, *, then: Then | None = None
) -> Ended:
    """The time is up and the car is still there: the officer deals with it, and the rule says what follows.

    Raises NotFound, Forbidden, NotOnDuty, IllegalTransition, AlreadyAccepted, Conflict (``time_left``: the owner still
    has some).
    """

    async def work(change: Change) -> Ended:
        row = await mine(change, officer, record_id, "end_record")
        if not may(officer.role, "issue_notice"):
            raise Forbidden(command="issue_notice")
        if await commands.on_duty_in(change.connection, officer.id) != row.district:
            raise NotOnDuty(district=row.district)
        seen = await load(change, row.incident_id)
        if row.state == "noticed" and change.at < seen.respond_by:
            raise Conflict(why="time_left")
        if capture_id is not None:
            await _show(change, officer, row, capture_id, "stays")
        changing = IncidentChange(change, seen, seen, actor_of(officer))
        state = await _deal_with(changing, officer, row)
        ended = Ended(row.id, state)
        if then is not None:
            await then(change, ended)
        return ended

    return await until_saved(lambda: store.run(work))


async def _deal_with(changing: IncidentChange, officer: Officer, row: Any) -> str:
    """He takes it, is there, and closes it: three facts of one instant, none of them back-filled."""
    seen = changing.now
    resolve = Resolve(outcome="resolved")
    wanted: list[Command] = [Accept(), Arrive(), resolve]
    if seen.officer_id == officer.id and seen.status in {"accepted", "on_scene"}:
        wanted = wanted[1:] if seen.status == "accepted" else wanted[2:]
    for command in wanted:
        for happened in decide(changing.now, command, officer, changing.at):
            changing.happen(happened)
    await dispatching.answer_offer(changing, officer, None)
    decision = await disposition.suggest(changing, resolve)
    assert decision is not None
    await consequences.follow(changing)
    await parking_follow.follow(changing, decision, officer)
    changing.save()
    return after(row.state, "stay", decision.result["disposition"])


async def withdraw(
    store: Store, officer: Officer, record_id: str, reason: str, *, then: Then | None = None
) -> Ended:
    """It counts no more (an ambulance at work, the wrong plate: 程序规定 22). By somebody else than whoever made it.

    Raises NotFound, Forbidden, SecondPersonNeeded, InvalidField, IllegalTransition.
    """
    reason = given_reason(reason)

    async def work(change: Change) -> Ended:
        row = await mine(change, officer, record_id, "withdraw_record")
        if officer.id in {row.author_id, row.countersigned_by}:
            raise SecondPersonNeeded
        state = after(row.state, "withdraw")
        if row.incident_id is not None:
            await _let_go(change, officer, row.incident_id)
        values = {"state": state, "withdrawn_by": officer.id, "withdrawn_reason": reason}
        change.writes.later(
            update(parking_records)
            .where(parking_records.c.id == row.id)
            .values(**values, ended_at=row.ended_at or change.at)
        )
        await audit.record(change, officer, "withdraw_record", f"record:{row.id}", reason=reason)
        ended = Ended(row.id, state)
        if then is not None:
            await then(change, ended)
        return ended

    return await until_saved(lambda: store.run(work))


async def _let_go(change: Change, officer: Officer, incident_id: str) -> None:
    """The incident ends with it, unless somebody waits for the car or an officer is at it."""
    seen = await load(change, incident_id)
    if seen.requesters > 0 or seen.status in {"closed", "on_scene"}:
        return
    changing = IncidentChange(change, seen, seen, actor_of(officer))
    for happened in decide(seen, Cancel(), officer, change.at):
        changing.happen(happened)
    await consequences.follow(changing)
    changing.save()


async def mine(change: Change, officer: Officer, record_id: str, action: str) -> Any:
    """The record's row, locked, for one of its district who may ``action``. Raises NotFound, Forbidden."""
    if not may(officer.role, action):
        raise Forbidden(command=action)
    row = await record_row(change, record_id)
    if row is None:
        raise NotFound
    if row.district not in officer.districts:
        raise Forbidden
    return row


async def _show(change: Change, officer: Officer, row: Any, capture_id: str, kind: str) -> None:
    """A photo of his that shows how it ended: taken after the notice, and of nothing else yet."""
    capture = await parking.own_capture(change, officer, capture_id)
    if await parking.of_capture(change.connection, capture_id) is not None:
        raise Conflict(why="another")
    if capture.received_at <= row.effective_at:
        raise InvalidField(field="capture", why="too_early")
    parking.add_notice(change, row.id, capture_id, kind, officer)
