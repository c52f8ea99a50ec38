"""Relief: an officer hands an incident to a colleague by name, who takes it over or not.

Both read it in their own channels. Until the colleague has accepted, the incident is the giver's; an answer counts
only while he still has it. What nobody takes over goes back to the queue with the end of the shift (``duty``).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import consequences
from models.actions.commands import on_duty_in
from models.actions.idempotency import Keeping
from models.actions.incident_change import IncidentChange, actor_of, load, until_saved
from models.actions.reasoned import refuse_longer
from models.caller import Officer
from models.clock import iso
from models.duty.units import AVAILABLE, ENGAGED
from models.errors import Conflict, Forbidden, InvalidField, NotFound, NotOnDuty
from models.incident.commands import Relieve
from models.incident.decide import decide
from models.incident.happened import step
from models.store import Change, Store
from models.tables import handovers, officers, shifts

LONGEST_NOTE = 500  # characters
_REACHABLE = AVAILABLE | ENGAGED | {"busy", "break"}

View = dict[str, Any]
Then = Keeping[View]


async def ask(
    store: Store,
    giver: Officer,
    incident_id: str,
    to: str,
    note: str | None = None,
    *,
    then: Then | None = None,
) -> View:
    """``giver`` asks the colleague with the service number ``to`` to take his incident over; returns the hand-over.

    Another open hand-over of the incident is withdrawn. Raises NotFound, Forbidden (it is not his), NotOnDuty,
    InvalidField (``to``: unknown, himself, not on duty here or out of reach).
    """
    if note is not None and len(note) > LONGEST_NOTE:
        raise InvalidField(field="note", why="too_long", limit=LONGEST_NOTE)

    async def attempt() -> View:
        async with store.change() as change:
            incident = await load(change, incident_id)
            if incident.officer_id != giver.id or incident.status not in {"accepted", "on_scene"}:
                raise Forbidden(command="relieve")
            if await on_duty_in(change.connection, giver.id) != incident.district:
                raise NotOnDuty(district=incident.district)
            taker_id = await _taker(change.connection, giver, to, incident.district)
            changing = IncidentChange(change, incident, incident, actor_of(giver))
            if before := await _open_of(change.connection, incident_id):
                _end(changing, before, "withdrawn")
            row = {
                "id": change.store.ids.new(),
                "incident_id": incident_id,
                "giver_id": giver.id,
                "taker_id": taker_id,
                "note": note,
                "status": "asked",
                "asked_at": change.at,
            }
            changing.later(insert(handovers).values(**row))
            changing.happen(
                step(changing.now, "relief_asked"), officer_id=taker_id, detail={"handover": row["id"]}
            )
            changing.save()
            view = _view(row)
            if then is not None:
                await then(change, view)
        return view

    return await until_saved(attempt)


async def answer(
    store: Store,
    officer: Officer,
    handover_id: str,
    status: str,
    reason: str | None = None,
    *,
    then: Then | None = None,
) -> View:
    """The colleague accepts or declines, or the giver withdraws: ``accepted``, ``declined``, ``withdrawn``.

    Raises NotFound, Forbidden (it is not his to answer), NotOnDuty, Conflict (``handover_ended``): it was answered
    or withdrawn, or the incident is no longer the giver's.
    """
    if reason is not None:
        refuse_longer(reason)

    async def attempt() -> View:
        async with store.change() as change:
            row = await _by_id(change.connection, handover_id)
            if row is None or officer.id not in {row.giver_id, row.taker_id}:
                raise NotFound
            if (status == "withdrawn") != (officer.id == row.giver_id):
                raise Forbidden
            view = await _answer(change, officer, row, status, reason)
            if then is not None:
                await then(change, view)
        return view

    return await until_saved(attempt)


async def _answer(change: Change, officer: Officer, row: Any, status: str, reason: str | None) -> View:
    incident = await load(change, row.incident_id)
    row = await _by_id(change.connection, row.id)  # as it is now that the incident is locked
    if row.status != "asked":
        raise Conflict(why="handover_ended")
    changing = IncidentChange(change, incident, incident, actor_of(officer))
    if incident.officer_id != row.giver_id or incident.status not in {"accepted", "on_scene"}:
        raise Conflict(why="handover_ended")
    if status == "accepted":
        if await on_duty_in(change.connection, officer.id) != incident.district:
            raise NotOnDuty(district=incident.district)
        for happened in decide(incident, Relieve(), officer, change.at):
            changing.happen(happened, officer_id=row.giver_id, detail=_detail(row, reason))
        _set(changing, row, "accepted", reason)
        await consequences.follow(changing)
    else:
        _end(changing, row, status, reason)
    changing.save()
    return _view({**row._mapping, "status": status, "reason": reason, "answered_at": change.at})


async def taker_leaves(changing: IncidentChange, taker_id: str) -> None:
    """Whom the incident was to go to goes off duty: the giver reads that he has to ask somebody else."""
    row = await _open_of(changing.change.connection, changing.now.id)
    if row is not None and row.taker_id == taker_id:
        _end(changing, row, "declined", "off_duty")


async def forget(change: Change, giver_id: str) -> None:
    """The giver goes off duty: what he asked for is settled otherwise."""
    await change.connection.execute(
        update(handovers)
        .where(handovers.c.giver_id == giver_id, handovers.c.status == "asked")
        .values(status="withdrawn", reason="off_duty", answered_at=change.at)
    )


def _end(changing: IncidentChange, row: Any, status: str, reason: str | None = None) -> None:
    """Declined or withdrawn: whoever did not do it himself is told."""
    other = row.giver_id if status == "declined" else row.taker_id
    _set(changing, row, status, reason)
    changing.happen(step(changing.now, f"relief_{status}"), officer_id=other, detail=_detail(row, reason))


def _set(changing: IncidentChange, row: Any, status: str, reason: str | None) -> None:
    changing.later(
        update(handovers)
        .where(handovers.c.id == row.id, handovers.c.status == "asked")
        .values(status=status, reason=reason, answered_at=changing.at)
    )


def _detail(row: Any, reason: str | None) -> dict[str, Any]:
    return {"handover": row.id} | ({"reason": reason} if reason else {})


async def _taker(connection: AsyncConnection, giver: Officer, number: str, district: str) -> str:
    query = (
        select(officers.c.id, officers.c.role, shifts.c.status)
        .join(shifts, shifts.c.officer_id == officers.c.id)
        .where(officers.c.service_number == number, officers.c.active)
        .where(shifts.c.ended_at.is_(None), shifts.c.district == district)
    )
    row = (await connection.execute(query)).first()
    if row is None or row.id == giver.id or row.status not in _REACHABLE:
        raise InvalidField(field="to", why="not_there")
    officer_id: str = row.id
    return officer_id


async def _open_of(connection: AsyncConnection, incident_id: str) -> Any:
    query = select(handovers).where(handovers.c.incident_id == incident_id, handovers.c.status == "asked")
    return (await connection.execute(query)).first()


async def _by_id(connection: AsyncConnection, handover_id: str) -> Any:
    return (await connection.execute(select(handovers).where(handovers.c.id == handover_id))).first()


def _view(row: Any) -> View:
    answered = row.get("answered_at")
    return {
        "id": row["id"],
        "incident": row["incident_id"],
        "status": row["status"],
        "note": row["note"],
        "asked_at": iso(row["asked_at"]),
        "answered_at": None if answered is None else iso(answered),
    }
