"""Signing in and out. Tokens are opaque; the tables keep their SHA-256.

There are two doors: one for police, commanders and administrators, one for auxiliary officers; each refuses
the other's accounts. Passwords are checked outside any transaction: that takes long on purpose.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, insert, select, update

from models import passwords
from models.actions import audit, lockouts, registrations, second_factor
from models.actions.lockouts import LockRule
from models.actions.notify import token_hash
from models.actions.revoking import tell_revoked
from models.caller import Officer
from models.errors import BadCredentials, LockedOut, SecondFactorNeeded, WrongDoor
from models.store import Change, Store
from models.tables import officer_districts, officers, sessions

Door = Literal["police", "auxiliary"]
ROLES_OF: dict[Door, frozenset[str]] = {
    "police": frozenset({"police", "commander", "administrator", "auditor"}),
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


@dataclass(frozen=True, slots=True)
class Trying:
    """Somebody at a door. ``code``: of the second factor, or a recovery code. ``address`` is a digest."""

    username: str
    password: str = field(repr=False)
    door: Door
    address: bytes
    code: str | None = field(default=None, repr=False)
    device: str | None = None


async def sign_in(store: Store, trying: Trying, *, verify: Verify) -> SignedIn:
    """A new session. Raises LockedOut, BadCredentials, WrongDoor, SecondFactorNeeded, RegistrationWaiting,

    RegistrationRefused; each try leaves an audit record. Whatever tells that there is an account, or a registration,
    is told to him who knows its password.
    """
    guesses = guesses_of(trying.username, trying.address)
    row = await _account(store, trying.username)
    try:
        await refuse_locked(store, guesses)
    except LockedOut:
        await audit.kept_out(store, *_known_as(row), "locked")
        raise
    asked = None if row else await registrations.known_at_door(store, trying.username, trying.door)
    kept = row.password_hash if row else asked.password_hash if asked else None
    fits = len(trying.password) <= passwords.LONGEST and await verify(kept, trying.password)
    if not fits:
        raise await failed(store, guesses, row)
    if asked is not None:
        await audit.kept_out(store, *_known_as(None), "registration")
        raise registrations.refusal_of(asked)
    if row is None or row.role not in ROLES_OF[trying.door]:
        await _record(store, row, success=False, reason="wrong_door")
        raise WrongDoor
    return await _let_in(store, row, trying, guesses)


async def _let_in(
    store: Store, row: Row[Any], trying: Trying, guesses: Sequence[tuple[str, LockRule]]
) -> SignedIn:
    token = store.ids.secret()
    async with store.change() as change:
        needed = await second_factor.is_on(change.connection, row.id)
        if needed and trying.code is None:
            raise SecondFactorNeeded
        right = not needed or await second_factor.take(change, row.id, trying.code or "")
        if right:
            officer = await _open_session(change, row, trying, token)
            await lockouts.forgive(change.connection, [guesses[0][0]])
            await audit.record(change, officer, "sign_in", officer.subject)
            expires_at = change.at + timedelta(seconds=store.settings.session_seconds)
    if not right:
        raise await failed(store, guesses, row, reason="second_factor")
    return SignedIn(token, officer, expires_at)


def guesses_of(username: str, address: bytes) -> list[tuple[str, LockRule]]:
    """The counts that one try at an account from an address goes to, the narrowest first."""
    account = hashlib.sha256(username.encode()).hexdigest()[:32]
    return [
        (f"sign_in:pair:{account}:{address.hex()}", PAIR),
        (f"sign_in:address:{address.hex()}", ADDRESS),
        (f"sign_in:account:{account}", ACCOUNT),
    ]


async def refuse_locked(store: Store, guesses: Sequence[tuple[str, LockRule]]) -> None:
    """Raises LockedOut while one of the counts is locked."""
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


async def failed(
    store: Store,
    guesses: Sequence[tuple[str, LockRule]],
    row: Row[Any] | None,
    *,
    reason: str = "bad_credentials",
) -> LockedOut | BadCredentials:
    """Counts the failure; what to raise for it."""
    until = None
    async with store.change() as change:
        if store.settings.limits:
            # In one order for everybody, so that two failures at once do not wait for each other.
            for name, rule in sorted(guesses, key=lambda guess: guess[0]):
                failure = await lockouts.count_failure(change.connection, [name], rule, change.at)
                until = max(filter(None, (until, failure.locked_until)), default=None)
        await _write_record(change, row, success=False, reason=reason)
    return BadCredentials() if until is None else LockedOut(retry_at=until)


async def _record(store: Store, row: Row[Any] | None, *, success: bool, reason: str) -> None:
    async with store.change() as change:
        await _write_record(change, row, success=success, reason=reason)


async def _write_record(change: Change, row: Row[Any] | None, *, success: bool, reason: str) -> None:
    subject, role = _known_as(row)
    audit.note(
        change,
        actor=subject,
        role=role,
        action="sign_in",
        subject=subject,
        reason=reason,
        success=success,
    )


def _known_as(row: Row[Any] | None) -> tuple[str, str]:
    """Subject and role of an account, in the audit."""
    return ("account:unknown", "unknown") if row is None else (f"officer:{row.id}", row.role)


async def _open_session(change: Change, row: Row[Any], trying: Trying, token: str) -> Officer:
    session_id = change.store.ids.new()
    await change.connection.execute(
        insert(sessions).values(
            id=session_id,
            officer_id=row.id,
            audience=trying.door,
            token_hash=token_hash(token),
            created_at=change.at,
            last_used_at=change.at,
            device=trying.device,
            expires_at=change.at + timedelta(seconds=change.store.settings.session_seconds),
        )
    )
    query = select(officer_districts.c.district).where(officer_districts.c.officer_id == row.id)
    found = frozenset((await change.connection.execute(query)).scalars())
    return Officer(row.id, row.role, row.service_number, row.unit, found, session_id, trying.door)


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
