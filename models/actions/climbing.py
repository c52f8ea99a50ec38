"""What follows in a thread when more is known of one of its notices: the next channel, sooner or later, or nothing.

Each step is a row with the instant at which it is due, so that nobody has to remember to climb. A step that failed is
followed at once; one that was sent, or of which nobody knows, in its time, until the person has done what the step was
for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import reach
from models.actions.reach import Rung, To
from models.store import Change, Store
from models.tables import incidents, notices

# While a channel is being tried, nothing follows; what was cancelled is followed by nothing.
_STAYS = frozenset({"queued", "cancelled"})
_COPIED = (
    "incident_id", "city_code", "template", "params", "contact_id", "officer_id",
)  # fmt: skip


def to_of(row: Any) -> To:
    """Whom a notice is for, in the table's words."""
    if row["officer_id"] is not None:
        return "officer"
    return "owner" if row["contact_id"] is not None else "person"


async def onward(change: Change, ids: Sequence[str]) -> set[str]:
    """After something was learned of the notices ``ids``, in the same transaction: their threads go on or end.

    Returns the incidents in which a contact of the owner was told on no channel at all and there is none left to try.
    """
    lost: set[str] = set()
    for row in await _threads(change.connection, ids):
        if row["status"] in _STAYS or row["failure"] == "unwritable":
            continue
        known = rungs_of(change.store, row)
        here = _at(known, row["step"])
        if is_over(row) or here is None or here.reached(row["status"]):
            await _end(change, row)
            continue
        after = next((one for one in known if one.step > row["step"]), None)
        if after is not None:
            await _climb(change, row, after)
        elif (
            row["status"] == "failed"
            and row["contact_id"]
            and row["incident_id"]
            and await _nothing_told(change.connection, row)
        ):
            lost.add(row["incident_id"])
    return lost


def rungs_of(store: Store, row: Any) -> tuple[Rung, ...]:
    """The steps of the table that holds for a notice: the one in force when its thread began."""
    return reach.rungs(store, row["district"], to_of(row), row["template"], row["began_at"])


def rung_of(store: Store, row: Any) -> Rung | None:
    """The step that a notice is; None where the table has none of this number."""
    return _at(rungs_of(store, row), row["step"])


def _at(known: Sequence[Rung], step: int) -> Rung | None:
    return next((one for one in known if one.step == step), None)


async def _threads(connection: AsyncConnection, ids: Sequence[str]) -> list[Any]:
    began = notices.alias("began")
    query = (
        select(
            notices,
            began.c.created_at.label("thread_began_at"),
            incidents.c.district,
            incidents.c.status.label("incident_status"),
            incidents.c.answered_at.label("owner_answered_at"),
        )
        .outerjoin(began, began.c.id == notices.c.thread)
        .outerjoin(incidents, incidents.c.id == notices.c.incident_id)
        .where(notices.c.id.in_(ids))
        .order_by(notices.c.id)
    )
    rows = (await connection.execute(query)).mappings()
    return [{**row, "began_at": row["thread_began_at"] or row["created_at"]} for row in rows]


def is_over(row: Any) -> bool:
    """Whether it matters no more that this person is told this."""
    if row["incident_status"] in ("closed", "on_scene"):
        return reach.about(row["template"]) == "move_car"
    answered = row["owner_answered_at"]
    return row["contact_id"] is not None and answered is not None and answered >= row["began_at"]


def thread_of(row: Any) -> str:
    """The first notice of the thread."""
    return str(row["thread"] or row["id"])


async def _end(change: Change, row: Any) -> None:
    """What was still to come of the thread is not wanted any more."""
    await change.connection.execute(
        update(notices)
        .where(
            notices.c.thread == thread_of(row),
            notices.c.step > row["step"],
            notices.c.status == "queued",
            notices.c.lease.is_(None),
        )
        .values(status="cancelled")
    )


async def _climb(change: Change, row: Any, after: Rung) -> None:
    at = change.at
    due_at = at if row["status"] == "failed" else (row["sent_at"] or row["asked_at"] or at) + after.after
    query = select(notices.c.id, notices.c.status, notices.c.due_at).where(
        notices.c.thread == thread_of(row), notices.c.step == after.step
    )
    known = (await change.connection.execute(query)).first()
    if known is None:
        await change.connection.execute(insert(notices).values(_next(change, row, after, due_at)))
        change.notices_written = change.notices_written or due_at <= at
    elif known.status == "queued" and due_at < known.due_at:
        await change.connection.execute(
            update(notices)
            .where(notices.c.id == known.id, notices.c.status == "queued")
            .values(due_at=due_at)
        )
        change.notices_written = True


def _next(change: Change, row: Any, after: Rung, due_at: datetime) -> dict[str, Any]:
    """The row of the next step: the same person, the same words, the same link."""
    vault, notice_id, thread = change.store.vault, change.store.ids.row(), thread_of(row)
    values = {name: row[name] for name in _COPIED}
    for name in ("secret_sealed", "phone_sealed"):
        if row[name] is not None:
            text = vault.open(f"notices.{name}", row["id"], bytes(row[name]))
            values[name] = vault.seal(f"notices.{name}", notice_id, text)
    return values | {
        "id": notice_id,
        "thread": thread,
        "step": after.step,
        # Whoever knows the thread by its key knows its steps too.
        "key": f"{row['key'].partition('>')[0]}>{after.step}:{after.channel}",
        "channel": after.channel,
        "status": "queued",
        "created_at": change.at,
        "due_at": due_at,
    }


async def _nothing_told(connection: AsyncConnection, row: Any) -> bool:
    query = select(notices.c.status).where(
        (notices.c.thread == thread_of(row)) | (notices.c.id == thread_of(row))
    )
    return set((await connection.execute(query)).scalars()) <= {"failed", "cancelled"}
