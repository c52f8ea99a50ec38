"""The second factor: one-time codes of an authenticator (TOTP, RFC 6238), and recovery codes on paper.

A code is good once: the time step of the newest one that was taken is kept, compared and set in the transaction of the
sign-in. The library makes and compares codes (in constant time); sealing, replay and counting are here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyotp
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import audit
from models.caller import Officer
from models.errors import Conflict, InvalidField
from models.store import Change, Store
from models.tables import officers, recovery_codes, second_factors

COLUMN = "second_factors.secret_sealed"
STEP_SECONDS = 30
DRIFT_STEPS = 1  # a phone's clock may be half a minute off, RFC 6238 section 5.2
RECOVERY_CODES = 10
_LETTERS = 16  # of a recovery code, five bits each


@dataclass(frozen=True, slots=True)
class Begun:
    """``uri`` is what the QR code says (otpauth), ``secret`` the same to type."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


async def is_on(connection: AsyncConnection, officer_id: str) -> bool:
    """Whether signing in asks for a code."""
    query = select(second_factors.c.officer_id).where(
        second_factors.c.officer_id == officer_id, second_factors.c.confirmed_at.is_not(None)
    )
    return (await connection.execute(query)).first() is not None


async def begin(store: Store, officer: Officer, issuer: str) -> Begun:
    """A new secret, which counts once a code of it was shown. Raises Conflict while there is one that counts:

    whoever finds an open phone must not put his own in its place.
    """
    secret = pyotp.random_base32()
    async with store.change() as change:
        if await is_on(change.connection, officer.id):
            raise Conflict(why="second_factor_on")
        await change.connection.execute(
            delete(second_factors).where(second_factors.c.officer_id == officer.id)
        )
        sealed = store.vault.seal(COLUMN, officer.id, secret)
        await change.connection.execute(
            insert(second_factors).values(officer_id=officer.id, secret_sealed=sealed, at=change.at)
        )
    uri = pyotp.TOTP(secret).provisioning_uri(name=officer.service_number, issuer_name=issuer)
    return Begun(secret, uri)


async def confirm(store: Store, officer: Officer, code: str) -> tuple[str, ...]:
    """The first code was right: from now on it is asked for. Returns the recovery codes, told only now.

    Raises Conflict (nothing was begun, or it is on already), InvalidField (a wrong code).
    """
    async with store.change() as change:
        row = await _row(change.connection, officer.id)
        if row is None or row.confirmed_at is not None:
            raise Conflict(why="second_factor_not_begun" if row is None else "second_factor_on")
        if not await _take_step(change, row, code):
            raise InvalidField(field="code", why="wrong_now")
        await change.connection.execute(
            update(second_factors)
            .where(second_factors.c.officer_id == officer.id)
            .values(confirmed_at=change.at)
        )
        codes = await _new_recovery_codes(change, officer.id)
        await audit.record(change, officer, "second_factor_on", officer.subject)
    return codes


async def take(change: Change, officer_id: str, code: str) -> bool:
    """Whether it is the code of now, or a recovery code; it is used up by that."""
    row = await _row(change.connection, officer_id)
    if row is None or row.confirmed_at is None:
        return False
    return await _take_step(change, row, code) or await _take_recovery_code(change, officer_id, code)


async def reset(store: Store, officer_id: str, by: Officer, *, reason: str) -> None:
    """The phone is lost: the account enrols anew. Whether ``by`` may, the caller has judged."""
    async with store.change() as change:
        await change.connection.execute(
            delete(second_factors).where(second_factors.c.officer_id == officer_id)
        )
        await change.connection.execute(
            delete(recovery_codes).where(recovery_codes.c.officer_id == officer_id)
        )
        await audit.record(change, by, "second_factor_reset", f"officer:{officer_id}", reason=reason)


async def _row(connection: AsyncConnection, officer_id: str) -> Any:
    query = (
        select(second_factors)
        .join(officers, officers.c.id == second_factors.c.officer_id)
        .where(second_factors.c.officer_id == officer_id)
        .with_for_update(of=second_factors)
    )
    return (await connection.execute(query)).first()


async def _take_step(change: Change, row: Any, code: str) -> bool:
    totp = pyotp.TOTP(change.store.vault.open(COLUMN, row.officer_id, row.secret_sealed))
    step = step_of(totp, code.strip().replace(" ", ""), change.at)
    if step is None:
        return False
    # Compared and set: of two sign-ins with one code, one comes in.
    taken = await change.connection.execute(
        update(second_factors)
        .where(second_factors.c.officer_id == row.officer_id, second_factors.c.last_step < step)
        .values(last_step=step)
    )
    return bool(taken.rowcount)


def step_of(totp: pyotp.TOTP, code: str, at: datetime) -> int | None:
    """The time step whose code it is, of those around ``at``; None for none. Looks at all of them, whatever matches."""
    now = int(at.timestamp()) // STEP_SECONDS
    near = range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1)
    found = [step for step in near if pyotp.utils.strings_equal(totp.generate_otp(step), code)]
    return max(found, default=None)


async def _new_recovery_codes(change: Change, officer_id: str) -> tuple[str, ...]:
    codes = tuple(_grouped(change.store.ids.new()[:_LETTERS]) for _ in range(RECOVERY_CODES))
    rows = [
        {"id": change.store.ids.new(), "officer_id": officer_id, "code_hash": _digest(code)} for code in codes
    ]
    await change.connection.execute(delete(recovery_codes).where(recovery_codes.c.officer_id == officer_id))
    await change.connection.execute(insert(recovery_codes), rows)
    return codes


async def _take_recovery_code(change: Change, officer_id: str, code: str) -> bool:
    used = await change.connection.execute(
        update(recovery_codes)
        .where(
            recovery_codes.c.officer_id == officer_id,
            recovery_codes.c.code_hash == _digest(code),
            recovery_codes.c.used_at.is_(None),
        )
        .values(used_at=change.at)
    )
    return bool(used.rowcount)


def _grouped(letters: str) -> str:
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _digest(code: str) -> bytes:
    return hashlib.sha256("".join(code.lower().split()).replace("-", "").encode()).digest()
