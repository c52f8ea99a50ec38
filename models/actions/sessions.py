"""Signing in and out, and who a bearer token belongs to. Tokens are opaque; the tables keep their SHA-256.

There are two doors: one for police, commanders and administrators, one for auxiliary officers; each refuses
the other's accounts. Passwords are checked outside any transaction: that takes long on purpose.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models import passwords
from models.actions import audit, lockouts, retention
from models.actions.lockouts import LockRule
from models.actions.notify import token_hash
from models.caller import Caller, Officer, Participant, Wall
from models.clock import iso
from models.errors import BadCredentials, LockedOut, Unauthenticated, WrongDoor
from models.feed.append import Pending
from models.feed.channels import control
from models.store import Change, Store
from models.tables import CONTROL, districts, officer_districts, officers, participants, sessions

Door = Literal["police", "auxiliary"]
ROLES_OF: dict[Door, frozenset[str]] = {
    "police": frozenset({"police", "commander", "administrator"}),
    "auxiliary": frozenset({"auxiliary"}),
}
# Whoever guesses at one account from one address is slowed down soon. The wider counts are higher, so that
# nobody locks an officer out of his account by guessing at it from somewhere else.
# Security of accounts (等保 身份鉴别: lock-out after failures), the same everywhere and in no city's table.
PAIR = LockRule(allowed=5, seconds=30, longest=900, remembered=3600)
ADDRESS = LockRule(allowed=30, seconds=30, longest=900, remembered=3600)
ACCOUNT = LockRule(allowed=50, seconds=30, longest=300, remembered=3600)
WALL_LASTS = timedelta(days=7)

# Whether the password fits the hash; None for an account that does not exist, which takes as long.
Verify = Callable[[str | None, str], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """``token`` is told only now."""

    token: str = field(repr=False)
    officer: Officer
    expires_at: datetime


async def sign_in(
    store: Store, username: str, password: str, door: Door, *, address: bytes, verify: Verify
) -> SignedIn:
    """A new session. Raises LockedOut, BadCredentials, WrongDoor; each try leaves an audit record."""
    guesses = _guesses(username, address)
    await _refuse_locked(store, guesses)
    row = await _account(store, username)
    fits = len(password) <= passwords.LONGEST and await verify(row.password_hash if row else None, password)
    if row is None or not fits:
        raise await _failed(store, guesses, row)
    if row.role not in ROLES_OF[door]:
        await _record(store, row, success=False, reason="wrong_door")
        raise WrongDoor
    token = store.ids.secret()
    async with store.change() as change:
        officer = await _open_session(change, row, door, token)
        await lockouts.forgive(change.connection, [guesses[0][0]])
        await audit.record(change, officer, "sign_in", officer.subject)
        expires_at = change.at + timedelta(seconds=store.settings.session_seconds)
    return SignedIn(token, officer, expires_at)


def _guesses(username: str, address: bytes) -> list[tuple[str, LockRule]]:
    account = hashlib.sha256(username.encode()).hexdigest()[:32]
    return [
        (f"sign_in:pair:{account}:{address.hex()}", PAIR),
        (f"sign_in:address:{address.hex()}", ADDRESS),
        (f"sign_in:account:{account}", ACCOUNT),
    ]


async def _refuse_locked(store: Store, guesses: Sequence[tuple[str, LockRule]]) -> None:
    if not store.settings.limits:
        return
    async with store.database.read() as connection:
        until = await lockouts.locked_until(connection, [name for name, _ in guesses], store.clock.now())
    if until is not None:
        raise LockedOut(retry_at=until)


async def _account(store: Store, username: str) -> Row[Any] | None:
    query = select(officers).where(officers.c.username == username, officers.c.active)
    async with store.database.read() as connection:
        return (await connection.execute(query)).first()


async def _failed(
    store: Store, guesses: Sequence[tuple[str, LockRule]], row: Row[Any] | None
) -> LockedOut | BadCredentials:
    """Counts the failure; what to raise for it."""
    until = None
    async with store.change() as change:
        if store.settings.limits:
            # In one order for everybody, so that two failures at once do not wait for each other.
            for name, rule in sorted(guesses, key=lambda guess: guess[0]):
                failure = await lockouts.count_failure(change.connection, [name], rule, change.at)
                until = max(filter(None, (until, failure.locked_until)), default=None)
        await _write_record(change, row, success=False, reason="bad_credentials")
    return BadCredentials() if until is None else LockedOut(retry_at=until)


async def _record(store: Store, row: Row[Any], *, success: bool, reason: str) -> None:
    async with store.change() as change:
        await _write_record(change, row, success=success, reason=reason)


async def _write_record(change: Change, row: Row[Any] | None, *, success: bool, reason: str) -> None:
    subject = "account:unknown" if row is None else f"officer:{row.id}"
    await audit.write(
        change.connection,
        change.store.ids,
        change.at,
        actor=subject,
        role="unknown" if row is None else row.role,
        action="sign_in",
        subject=subject,
        reason=reason,
        success=success,
    )


async def _open_session(change: Change, row: Row[Any], door: Door, token: str) -> Officer:
    session_id = change.store.ids.new()
    await change.connection.execute(
        insert(sessions).values(
            id=session_id,
            officer_id=row.id,
            audience=door,
            token_hash=token_hash(token),
            created_at=change.at,
            expires_at=change.at + timedelta(seconds=change.store.settings.session_seconds),
        )
    )
    query = select(officer_districts.c.district).where(officer_districts.c.officer_id == row.id)
    found = frozenset((await change.connection.execute(query)).scalars())
    return Officer(row.id, row.role, row.service_number, row.unit, found, session_id, door)


async def sign_out(store: Store, officer: Officer) -> None:
    """Ends the session; hubs cut its connections."""
    async with store.change() as change:
        ended = await change.connection.execute(
            update(sessions)
            .where(sessions.c.id == officer.session_id, sessions.c.revoked_at.is_(None))
            .values(revoked_at=change.at)
        )
        if ended.rowcount:
            tell_revoked(change, f"session:{officer.session_id}", officer.subject)
        await audit.record(change, officer, "sign_out", officer.subject)


def tell_revoked(change: Change, subject: str, actor: str) -> None:
    """A control entry: hubs cut the connections of ``subject`` and refuse its older tokens."""
    change.pending.append(
        Pending(
            district=CONTROL,
            name="revoked",
            at=change.at,
            data=control("revoked", subject, iso(change.at)),
            actor=actor,
        )
    )


async def open_wall(store: Store) -> str:
    """A session of a wall without a person, for the sample city seen from its own machine; its token."""
    token = store.ids.secret()
    async with store.change() as change:
        await change.connection.execute(
            insert(sessions).values(
                id=change.store.ids.new(),
                officer_id=None,
                audience="wall",
                token_hash=token_hash(token),
                created_at=change.at,
                expires_at=change.at + WALL_LASTS,
            )
        )
    return token


async def caller_of_token(store: Store, token: str) -> Caller:
    """Who ``token`` belongs to. Raises Unauthenticated for one that is unknown, ended or expired."""
    digest = token_hash(token)
    now = store.clock.now()
    async with store.database.read() as connection:
        caller = await _staff(connection, digest, now) or await _participant(connection, digest, now)
    if caller is None:
        raise Unauthenticated
    return caller


async def _staff(connection: AsyncConnection, digest: bytes, now: datetime) -> Officer | Wall | None:
    query = (
        select(
            sessions.c.id.label("session_id"),
            sessions.c.audience,
            officers.c.id,
            officers.c.role,
            officers.c.service_number,
            officers.c.unit,
            officers.c.active,
            officer_districts.c.district,
        )
        .outerjoin(officers, officers.c.id == sessions.c.officer_id)
        .outerjoin(officer_districts, officer_districts.c.officer_id == officers.c.id)
        .where(sessions.c.token_hash == digest, sessions.c.revoked_at.is_(None), sessions.c.expires_at > now)
    )
    rows = (await connection.execute(query)).all()
    if not rows:
        return None
    first = rows[0]
    if first.audience == "wall":
        codes = (await connection.execute(select(districts.c.code))).scalars()
        return Wall(first.session_id, frozenset(codes))
    if not first.active:
        return None
    found = frozenset(row.district for row in rows if row.district is not None)
    return Officer(
        first.id, first.role, first.service_number, first.unit, found, first.session_id, first.audience
    )


async def _participant(connection: AsyncConnection, digest: bytes, now: datetime) -> Participant | None:
    query = select(participants.c.id, participants.c.incident_id, participants.c.role).where(
        participants.c.token_hash == digest,
        participants.c.expires_at.is_(None) | (participants.c.expires_at > now),
    )
    row = (await connection.execute(query)).first()
    return None if row is None else Participant(row.id, row.incident_id, row.role)


async def forget_old(store: Store) -> int:
    """Removes sessions that ended longer ago than they are kept; returns how many there were."""
    async with store.change() as change:
        gone = await change.connection.execute(
            delete(sessions).where(sessions.c.expires_at <= change.at - retention.of(store, "sessions"))
        )
        return gone.rowcount
