"""What waits for a second person: an auxiliary officer's record for a countersignature, a draft of a penalty that

weighs for somebody else's word. Approved it counts from then on; sent back it has a reason.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from models import plates
from models.access.deeds import Deed
from models.access.drafts import DraftState, countersigned
from models.actions import audit, parking_effect
from models.actions.incident_change import until_saved
from models.actions.parking import PLATE
from models.actions.parking_ends import Ended, Then, mine
from models.actions.reasoned import given_reason
from models.caller import Officer
from models.errors import Conflict, SecondPersonNeeded
from models.parking.states import after
from models.plates import Plate
from models.store import Change, Store
from models.tables import captures, parking_notices, parking_records


async def countersign(
    store: Store,
    officer: Officer,
    record_id: str,
    *,
    approve: bool,
    reason: str | None = None,
    then: Then | None = None,
) -> Ended:
    """An officer's word on what waits. Raises NotFound, Forbidden, SecondPersonNeeded, InvalidField (no reason to send

    it back), Conflict (it does not wait; it is so old that plate or photo have been cleared away).
    """
    said = None if approve else given_reason(reason or "")

    async def work(change: Change) -> Ended:
        row = await mine(change, officer, record_id, "countersign")
        if row.state == "penalty" and row.second_person:
            state = await _confirm(change, officer, row, approve)
        else:
            state = await _sign(change, officer, row, approve, said)
        what: Deed = "countersign" if approve else "send_back"
        await audit.record(change, officer, what, f"record:{row.id}", reason=said)
        ended = Ended(row.id, state)
        if then is not None:
            await then(change, ended)
        return ended

    return await until_saved(lambda: store.run(work))


async def _sign(change: Change, officer: Officer, row: Any, approve: bool, reason: str | None) -> str:
    draft: DraftState = "waits" if row.state == "waits" else "effective"
    countersigned(draft, author_id=row.author_id, by_id=officer.id, by=officer.role, approve=approve)
    values: dict[str, Any] = {
        "countersigned_by": officer.id,
        "countersigned_number": officer.service_number,
        "countersigned_at": change.at,
        "state": after(row.state, "approve" if approve else "send_back"),
        "returned_reason": reason,
    }
    if approve:
        capture = await _first_photo(change, row.id)
        if row.plate_sealed is None or capture is None:
            raise Conflict(why="cleared")
        number = change.store.vault.open(PLATE, row.id, row.plate_sealed)
        plate = Plate(number, row.plate_class)
        record = {**row._asdict(), "plate_masked": plates.mask(number)}
        values |= (await parking_effect.take_effect(change, officer, record, plate, capture)).columns
    else:
        values |= {"ended_at": change.at}
    _set(change, row.id, values)
    return str(values["state"])


async def _confirm(change: Change, officer: Officer, row: Any, approve: bool) -> str:
    """Not by whoever made it or dealt with the car. Refused, the car is warned and nothing more."""
    if row.confirmed_at is not None:
        raise Conflict(why="not_waiting")
    if officer.id in {row.author_id, row.ended_by, row.countersigned_by}:
        raise SecondPersonNeeded
    values: dict[str, Any] = {"confirmed_by": officer.id, "confirmed_at": change.at}
    if not approve:
        values |= {"state": "warning", "second_person": False}
    _set(change, row.id, values)
    return "penalty" if approve else "warning"


async def _first_photo(change: Change, record_id: str) -> Any:
    query = (
        select(captures)
        .join(parking_notices, parking_notices.c.capture_id == captures.c.id)
        .where(parking_notices.c.record_id == record_id, parking_notices.c.kind == "first")
    )
    return (await change.connection.execute(query)).first()


def _set(change: Change, record_id: str, values: dict[str, Any]) -> None:
    change.writes.later(update(parking_records).where(parking_records.c.id == record_id).values(**values))
