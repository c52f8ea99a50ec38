"""What became of notices: what a channel said when it was asked, what its provider reports later, who has seen one.

Recorded as it comes, late, twice or in the wrong order: a notice only ever becomes more certain
(``models.channels.states``). Claiming and asking are ``notices``' and the workers' affair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update

from models.actions import climbing
from models.actions.incident_change import until_saved
from models.actions.notices import Claimed
from models.caller import Participant
from models.channels.states import State, is_news
from models.store import Change, Store
from models.tables import notices, participants

LONGEST_CODE = 60


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of asking a channel once. ``queued``: again at ``due_at``.

    ``no_try``: it was not asked, and that may be so as long as it takes. ``held``: its provider is left alone or wants
    us to wait, which is no try either, and may not go on for ever. ``failure`` is one of our words, ``code`` the
    provider's.
    """

    notice: Claimed
    state: State
    failure: str | None = None
    code: str | None = None
    provider_id: str | None = None
    due_at: datetime | None = None
    held: bool = False
    no_try: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """``taken``: how many channels took theirs, as far as that is news. ``lost``: incidents in which a contact of the

    owner could be told on no channel.
    """

    taken: int
    lost: frozenset[str] = frozenset()


async def settle(store: Store, ends: Sequence[Ended]) -> Settled:
    """Records them in one transaction, with what follows by the next channel."""

    async def work(change: Change) -> Settled:
        ids = [one.notice.id for one in ends]
        query = select(notices).where(notices.c.id.in_(ids)).order_by(notices.c.id).with_for_update()
        known = {row["id"]: row for row in (await change.connection.execute(query)).mappings()}
        taken, changed = 0, []
        for one in sorted(ends, key=lambda end: end.notice.id):
            row = known.get(one.notice.id)
            if row is None or not (values := _values(row, one, change.at)):
                continue
            await change.connection.execute(update(notices).where(notices.c.id == row["id"]).values(**values))
            taken += one.state in ("sent", "delivered")
            changed.append(row["id"])
        return Settled(taken, frozenset(await climbing.onward(change, changed)))

    return await until_saved(lambda: store.run(work))


def _values(row: Any, ended: Ended, at: datetime) -> dict[str, Any] | None:
    """What changes of the row; None: whoever asked has lost the notice to somebody else, and says nothing new."""
    ours = row["lease"] == ended.notice.lease
    accepted = ended.state in ("sent", "delivered")
    if not ours and not (accepted and row["status"] == "unknown"):
        return None
    values: dict[str, Any] = {"lease": None, "lease_until": None, "held_since": None}
    if ended.state == "queued":
        values |= {"due_at": ended.due_at, "asked_at": None}
        if ended.held:
            values["held_since"] = row["held_since"] or at
        if ended.held or ended.no_try:
            values["attempts"] = row["attempts"] - 1
    if accepted:
        values |= {"sent_at": at, "provider_id": ended.provider_id}
        if ended.state == "delivered":
            values["delivered_at"] = at
    if is_news(row["status"], ended.state):
        values["status"] = ended.state
    if row["status"] in ("queued", "unknown"):
        values |= {"failure": ended.failure, "code": _code(ended.code)}
    return values


def _code(code: str | None) -> str | None:
    return None if code is None else code[:LONGEST_CODE]


async def reported(
    store: Store,
    channel: str,
    state: State,
    *,
    at: datetime,
    provider_id: str | None = None,
    key: str | None = None,
    failure: str | None = None,
    code: str | None = None,
) -> bool:
    """A provider's delivery report: ``state`` is delivered, seen or failed, ``at`` the provider's instant.

    The notice is named by the ``provider_id`` under which it was accepted, or by its own ``key`` where the provider
    gives that back (which also settles one of which nobody knew whether it was accepted). Of the two ``key`` counts
    first. Returns whether it was news: reports come late, twice and in any order, and an unknown name is none of
    ours. A report of the future is one of now.
    """

    async def work(change: Change) -> bool:
        name = notices.c.key == key if key is not None else notices.c.provider_id == provider_id
        query = select(notices).where(notices.c.channel == channel, name).with_for_update()
        row = (await change.connection.execute(query)).mappings().one_or_none()
        if row is None or not is_news(row["status"], state):
            return False
        then = min(at, change.at)
        values: dict[str, Any] = {"status": state, "failure": failure, "code": _code(code)}
        if state in ("delivered", "seen"):
            values[f"{state}_at"] = row[f"{state}_at"] or then
            values["sent_at"] = row["sent_at"] or then
        if provider_id is not None:
            values["provider_id"] = provider_id
        await change.connection.execute(update(notices).where(notices.c.id == row["id"]).values(**values))
        await climbing.onward(change, [row["id"]])
        return True

    if provider_id is None and key is None:
        raise ValueError("a report names its notice")
    return await until_saved(lambda: store.run(work))


async def seen(store: Store, owner: Participant) -> None:
    """The owner opened the link of his notices: of all that may have reached him, whichever it was."""

    async def work(change: Change) -> None:
        mine = select(participants.c.contact_id).where(participants.c.id == owner.id).scalar_subquery()
        opened = await change.connection.execute(
            update(notices)
            .where(
                notices.c.incident_id == owner.incident_id,
                notices.c.contact_id == mine,
                or_(notices.c.status.in_(_MAY_HAVE_COME), _under_way()),
            )
            .values(status="seen", seen_at=change.at)
            .returning(notices.c.id)
        )
        await climbing.onward(change, list(opened.scalars()))

    await until_saved(lambda: store.run(work))


_MAY_HAVE_COME = ("sent", "delivered", "unknown")


def _under_way() -> ColumnElement[bool]:
    """A worker has it, and may have sent it a moment ago."""
    return and_(notices.c.status == "queued", notices.c.lease.is_not(None))
