"""What somebody is signed in with: listed, ended one by one, put to sleep and woken, and ended by an administrator."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models import passwords
from models.actions import audit, lockouts, officers, second_factor
from models.actions.revoking import tell_revoked
from models.actions.sessions import Verify, failed, guesses_of, refuse_locked
from models.caller import Officer
from models.clock import iso, iso_or_none
from models.errors import NotFound
from models.store import Store
from models.tables import officers as accounts
from models.tables import sessions

ONE_TOUCH = timedelta(minutes=1)
View = dict[str, Any]


async def listed(store: Store, officer_id: str, *, current: str | None = None) -> list[View]:
    """The open sessions, the one used last first; ``current`` is marked as this very one."""
    query = select(sessions).where(*_open(officer_id, store.clock.now()))
    async with store.database.read() as connection:
        rows = (await connection.execute(query)).all()
    rows = sorted(rows, key=lambda row: row.last_used_at or row.created_at, reverse=True)
    return [
        {
            "id": row.id,
            "device": row.device,
            "since": iso(row.created_at),
            "last_used_at": iso_or_none(row.last_used_at),
            "expires_at": iso(row.expires_at),
            "asleep": row.locked_at is not None,
            "current": row.id == current,
        }
        for row in rows
    ]


def _open(officer_id: str, at: datetime) -> tuple[Any, ...]:
    return (
        sessions.c.officer_id == officer_id,
        sessions.c.revoked_at.is_(None),
        sessions.c.expires_at > at,
    )


async def end_one(store: Store, officer: Officer, session_id: str) -> None:
    """Ends one of the officer's own; hubs cut its connections. Raises NotFound."""
    async with store.change() as change:
        ended = await change.connection.execute(
            update(sessions)
            .where(sessions.c.id == session_id, *_open(officer.id, change.at))
            .values(revoked_at=change.at)
        )
        if not ended.rowcount:
            raise NotFound
        tell_revoked(change, f"session:{session_id}", officer.subject)
        await audit.record(change, officer, "end_session", f"session:{session_id}")


async def sign_out_officer(store: Store, officer_id: str, by: Officer, *, reason: str) -> None:
    """An administrator ends all of an officer's sessions; hubs cut within a second. Raises NotFound, Forbidden."""
    async with store.change() as change:
        await officers.check_his(change, officer_id, by)
        await officers.end_sessions(change, officer_id, by)
        await audit.record(change, by, "sign_out_officer", f"officer:{officer_id}", reason=reason)


async def touch(store: Store, officer: Officer) -> None:
    """A person did something with the session; written once a minute."""
    before = store.clock.now() - ONE_TOUCH
    if officer.last_used_at is not None and officer.last_used_at > before:
        return
    stale = sessions.c.last_used_at.is_(None) | (sessions.c.last_used_at <= before)
    async with store.change() as change:
        await change.connection.execute(
            update(sessions).where(sessions.c.id == officer.session_id, stale).values(last_used_at=change.at)
        )


async def lock(store: Store, officer: Officer) -> None:
    """The session sleeps until somebody says who he is."""
    async with store.change() as change:
        await change.connection.execute(
            update(sessions)
            .where(sessions.c.id == officer.session_id, sessions.c.locked_at.is_(None))
            .values(locked_at=change.at)
        )


async def unlock(
    store: Store, officer: Officer, *, password: str | None, code: str | None, address: bytes, verify: Verify
) -> None:
    """By the password, or by a code of the second factor where there is one. Raises LockedOut, BadCredentials.

    Counted like a sign-in: whoever found an open desk guesses no more often than at the door.
    """
    row = await _account(store, officer.id)
    guesses = guesses_of(row.username, address)
    await refuse_locked(store, guesses)
    if code is not None:
        right = await _code_is_right(store, officer.id, code)
    else:
        given = password or ""
        right = len(given) <= passwords.LONGEST and await verify(row.password_hash, given)
    if not right:
        raise await failed(store, guesses, row, reason="unlock")
    async with store.change() as change:
        await change.connection.execute(
            update(sessions)
            .where(sessions.c.id == officer.session_id)
            .values(locked_at=None, last_used_at=change.at)
        )
        await lockouts.forgive(change.connection, [guesses[0][0]])
        await audit.record(change, officer, "unlock", officer.subject)


async def _code_is_right(store: Store, officer_id: str, code: str) -> bool:
    async with store.change() as change:
        return await second_factor.take(change, officer_id, code)


async def check_password(
    store: Store, officer: Officer, password: str, *, address: bytes, verify: Verify
) -> None:
    """Before something that a stranger at an open desk must not do. Raises LockedOut, BadCredentials."""
    row = await _account(store, officer.id)
    guesses = guesses_of(row.username, address)
    await refuse_locked(store, guesses)
    if len(password) > passwords.LONGEST or not await verify(row.password_hash, password):
        raise await failed(store, guesses, row, reason="password")


async def _account(store: Store, officer_id: str) -> Any:
    async with store.database.read() as connection:
        return await _row(connection, officer_id)


async def _row(connection: AsyncConnection, officer_id: str) -> Any:
    return (await connection.execute(select(accounts).where(accounts.c.id == officer_id))).one()
