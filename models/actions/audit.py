"""Audit records: who signed in, who looked at personal data, who issued and revoked. Written with the deed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.caller import Caller, Officer, Participant
from models.ids import Ids
from models.store import Change, Store
from models.tables import audit


async def record(
    change: Change,
    caller: Caller,
    action: str,
    subject: str,
    *,
    reason: str | None = None,
    success: bool = True,
) -> None:
    """One record of ``caller`` in the transaction of what he does. No personal data in ``subject``."""
    role = caller.role if isinstance(caller, Officer | Participant) else "system"
    await write(
        change.connection,
        change.store.ids,
        change.at,
        actor=caller.subject,
        role=role,
        action=action,
        subject=subject,
        reason=reason,
        success=success,
    )


async def look(store: Store, caller: Caller, subject: str, *, reason: str | None = None) -> None:
    """``caller`` is about to see personal data; without this record he sees nothing."""
    async with store.change() as change:
        await record(change, caller, "look", subject, reason=reason)


async def write(
    connection: AsyncConnection,
    ids: Ids,
    at: datetime,
    *,
    actor: str,
    role: str,
    action: str,
    subject: str,
    reason: str | None = None,
    success: bool = True,
) -> None:
    """One record in a transaction that is open already."""
    values = {
        "id": ids.new(),
        "at": at,
        "actor": actor,
        "role": role,
        "action": action,
        "subject": subject,
        "reason": reason,
        "success": success,
    }
    await connection.execute(insert(audit).values(values))
