"""Audit records: who signed in, who looked at personal data, who issued and revoked. Written with the deed, as the

last thing of its transaction.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.access.deeds import Deed
from models.caller import Caller, Officer, Participant
from models.feed.records import append_records
from models.ids import Ids
from models.store import Change, Store
from models.tables import audit

ONE_LOOK = timedelta(minutes=1)


async def record(
    change: Change,
    caller: Caller,
    action: Deed,
    subject: str,
    *,
    reason: str | None = None,
    success: bool = True,
) -> None:
    """One record of ``caller`` in the transaction of what he does. No personal data in ``subject``."""
    _of_caller(change, caller, action, subject, reason, success)


def _of_caller(
    change: Change, caller: Caller, action: str, subject: str, reason: str | None, success: bool
) -> None:
    role = caller.role if isinstance(caller, Officer | Participant) else "system"
    change.records.append(
        _row(change.store.ids, change.at, caller.subject, role, action, subject, reason, success)
    )


def note(
    change: Change,
    action: Deed,
    subject: str,
    *,
    actor: str,
    role: str,
    reason: str | None = None,
    success: bool = True,
) -> None:
    """The same of somebody who is no caller: an owner, or whoever did not get in."""
    ids = change.store.ids
    change.records.append(_row(ids, change.at, actor, role, action, subject, reason, success))


async def look(store: Store, caller: Caller, subject: str, *, reason: str | None = None) -> None:
    """``caller`` is about to see personal data; without this record he sees nothing.

    A page that refreshes itself makes one record a minute, not one per refresh.
    """
    await _once_a_minute(store, caller, "look", subject, reason=reason, success=True)


async def refused(store: Store, caller: Caller, endpoint: str, reason: str = "forbidden") -> None:
    """Somebody called what he may not, or what could not be done; who tries on and on leaves one record a minute."""
    await _once_a_minute(store, caller, endpoint, caller.subject, reason=reason, success=False)


async def kept_out(store: Store, account: str, role: str, reason: str) -> None:
    """Somebody was not even let near a door. Of one account, or of all that are none, one record a minute."""
    if not await _said_lately(store, account, "sign_in", account, success=False, reason=reason):
        async with store.change() as change:
            note(change, "sign_in", account, actor=account, role=role, reason=reason, success=False)


async def read(store: Store, caller: Caller, action: Deed, *, reason: str | None = None) -> None:
    """The auditor reads or exports: who watches is watched."""
    await _once_a_minute(store, caller, action, caller.subject, reason=reason, success=True)


async def _once_a_minute(
    store: Store, caller: Caller, action: str, subject: str, *, reason: str | None, success: bool
) -> None:
    if await _said_lately(store, caller.subject, action, subject, success=success):
        return
    async with store.change() as change:
        _of_caller(change, caller, action, subject, reason, success)


async def _said_lately(
    store: Store, actor: str, action: str, subject: str, *, success: bool, reason: str | None = None
) -> bool:
    seen = exists().where(
        audit.c.at > store.clock.now() - ONE_LOOK,
        audit.c.actor == actor,
        audit.c.action == action,
        audit.c.subject == subject,
        audit.c.success == success,
        *(() if reason is None else (audit.c.reason == reason,)),
    )
    async with store.database.read() as connection:
        return bool((await connection.execute(select(seen))).scalar_one())


async def fetched(store: Store, actor: str, subject: str, what: str) -> None:
    """Another program fetched a file: one record each time."""
    async with store.change() as change:
        await write(
            change.connection,
            store.ids,
            change.at,
            actor=actor,
            role="system",
            action="fetch_agency_file",
            subject=subject,
            reason=what,
        )


async def write(
    connection: AsyncConnection,
    ids: Ids,
    at: datetime,
    *,
    actor: str,
    role: str,
    action: Deed,
    subject: str,
    reason: str | None = None,
    success: bool = True,
) -> None:
    """One record in a transaction that is open already, as the last thing in it."""
    row = _row(ids, at, actor, role, action, subject, reason, success)
    await append_records(connection, [row])


def _row(
    ids: Ids,
    at: datetime,
    actor: str,
    role: str,
    action: str,
    subject: str,
    reason: str | None,
    success: bool,
) -> dict[str, Any]:
    return {
        "id": ids.new(),
        "at": at,
        "actor": actor,
        "role": role,
        "action": action,
        "subject": subject,
        "reason": reason,
        "success": success,
    }
