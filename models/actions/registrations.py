"""Asking for an account: at one's own door, decided by an administrator of the district; until then nothing opens.

A stranger is told the same whatever he types: whether a service number has an account is told to the administrator who
decides, and to nobody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Row, case, func, insert, select, update

from models.actions import audit, lockouts, number_claims
from models.actions.idempotency import Keeping
from models.actions.lockouts import LockRule
from models.actions.officers import NewOfficer, add_in
from models.actions.reasoned import given_reason
from models.caller import Officer, Role
from models.errors import (
    Conflict,
    Forbidden,
    InvalidField,
    NotFound,
    RegistrationRefused,
    RegistrationWaiting,
    TooManyRequests,
    WufenError,
)
from models.store import Change, Store
from models.tables import districts, registrations

# Ten an hour from one address, which may be a whole station's; and so many waiting in one district.
PER_ADDRESS = LockRule(allowed=11, seconds=3600, longest=3600, remembered=3600)
MOST_WAITING = 500
NAME = "registrations.name_sealed"
# The word in the place of a reason for whose number turned out to be somebody else's.
GIVEN_TO_ANOTHER = "given_to_another"
Door = Literal["police", "auxiliary"]
Given = Literal["police", "auxiliary", "commander", "administrator"]
# What one may become through which door; nobody becomes an auditor by an administrator's word.
BECOMES: dict[str, frozenset[Role]] = {
    "police": frozenset({"police", "commander", "administrator"}),
    "auxiliary": frozenset({"auxiliary"}),
}


@dataclass(frozen=True, slots=True)
class Applicant:
    """``password_hash`` is made outside: it takes long. ``address`` is a digest."""

    door: Door
    service_number: str
    unit: str
    name: str = field(repr=False)
    password_hash: str = field(repr=False)
    district: str
    address: bytes


async def register(store: Store, applicant: Applicant, *, then: Keeping[str] | None = None) -> str:
    """The registration's id. Raises InvalidField (no such district), TooManyRequests."""
    await _count(store, applicant.address)
    async with store.change() as change:
        await _refuse_full(change, applicant.district)
        registration = store.ids.new()
        await change.connection.execute(
            insert(registrations).values(
                id=registration,
                door=applicant.door,
                username=applicant.service_number,
                password_hash=applicant.password_hash,
                service_number=applicant.service_number,
                unit=applicant.unit,
                name_sealed=store.vault.seal(NAME, registration, applicant.name),
                district=applicant.district,
                at=change.at,
                status="waiting",
            )
        )
        if then is not None:
            await then(change, registration)
    return registration


async def _count(store: Store, address: bytes) -> None:
    if not store.settings.limits:
        return
    async with store.change() as change:
        subject = f"register:address:{address.hex()}"
        counted = await lockouts.count_failure(change.connection, [subject], PER_ADDRESS, change.at)
    if counted.locked_until is not None:
        raise TooManyRequests(retry_at=counted.locked_until)


async def _refuse_full(change: Change, district: str) -> None:
    known = select(districts.c.code).where(districts.c.code == district)
    if (await change.connection.execute(known)).first() is None:
        raise InvalidField(field="district", why="unknown")
    waiting = (
        select(func.count())
        .select_from(registrations)
        .where(registrations.c.district == district, registrations.c.status == "waiting")
    )
    if (await change.connection.execute(waiting)).scalar_one() >= MOST_WAITING:
        raise TooManyRequests


async def known_at_door(store: Store, username: str, door: str) -> Row[Any] | None:
    """The registration that the door knows of a number: of those that wait the first, else the newest that was refused.

    Whoever asks for somebody else's number later takes nothing from him: neither his place nor what he is told.
    """
    waits = registrations.c.status == "waiting"
    query = (
        select(registrations)
        .where(
            registrations.c.username == username,
            registrations.c.door == door,
            registrations.c.status != "approved",
        )
        .order_by(case((waits, 0), else_=1), case((waits, registrations.c.at)), registrations.c.at.desc())
        .limit(1)
    )
    async with store.database.read() as connection:
        return (await connection.execute(query)).first()


def refusal_of(registration: Row[Any]) -> WufenError:
    """What somebody is told at the door who knows the registration's password."""
    if registration.status == "waiting":
        return RegistrationWaiting()
    if registration.reason == GIVEN_TO_ANOTHER:
        return RegistrationRefused(why=GIVEN_TO_ANOTHER)
    return RegistrationRefused(reason=registration.reason or "")


async def approve(
    store: Store,
    registration_id: str,
    by: Officer,
    role: Given,
    *,
    checked: bool = False,
    then: Keeping[str] | None = None,
) -> str:
    """The new officer's id; others who asked for the number in his districts are refused with it.

    ``checked``: he has made sure whose number it is; needed where somebody else lays claim to it. Raises NotFound,
    Forbidden (another's district), InvalidField (a role of the other door), Conflict (decided already, the number has
    an account, or ``number_claimed``).
    """
    async with store.change() as change:
        row, others = await _waiting(change, registration_id, by)
        if role not in BECOMES[row.door]:
            raise InvalidField(field="role", why="other_door")
        name = store.vault.open(NAME, row.id, row.name_sealed)
        new = NewOfficer(
            row.username, row.password_hash, role, row.service_number, row.unit, (row.district,), name
        )
        claims = await number_claims.read(change.connection)
        officer_id = await add_in(change, new)
        claimed = claims.rivals(row.service_number) > 0 or claims.account(row.service_number) is not None
        if claimed and not checked:
            raise Conflict(why="number_claimed")
        await _decide(change, row.id, by, status="approved", officer_id=officer_id)
        said = "identity_checked" if claimed else None
        await audit.record(change, by, "approve_registration", f"officer:{officer_id}", reason=said)
        await _refuse_all(change, others, by, GIVEN_TO_ANOTHER)
        if then is not None:
            await then(change, officer_id)
    return officer_id


async def refuse(
    store: Store,
    registration_id: str,
    by: Officer,
    *,
    reason: str,
    whole_number: bool = False,
    then: Keeping[str] | None = None,
) -> str:
    """``whole_number``: and all others that wait for the number in his districts.

    Raises NotFound, Forbidden, Conflict (decided already), InvalidField (no reason).
    """
    reason = given_reason(reason)
    async with store.change() as change:
        row, others = await _waiting(change, registration_id, by)
        await _refuse_all(change, [row, *(others if whole_number else [])], by, reason)
        if then is not None:
            await then(change, row.id)
    return registration_id


async def _refuse_all(change: Change, rows: Sequence[Row[Any]], by: Officer, reason: str) -> None:
    for row in rows:
        await _decide(change, row.id, by, status="refused", reason=reason)
        await audit.record(change, by, "refuse_registration", f"registration:{row.id}", reason=reason)


async def _waiting(change: Change, registration_id: str, by: Officer) -> tuple[Row[Any], list[Row[Any]]]:
    """It, and the others that wait for its number in his districts. All are locked, in one order, so that of two

    administrators who approve two of them at once one finds the other's word.
    """
    number = select(registrations.c.service_number).where(registrations.c.id == registration_id)
    query = (
        select(registrations)
        .where(registrations.c.service_number == number.scalar_subquery())
        .order_by(registrations.c.id)
        .with_for_update()
    )
    rows = (await change.connection.execute(query)).all()
    row = next((one for one in rows if one.id == registration_id), None)
    if row is None:
        raise NotFound
    if row.district not in by.districts:
        raise Forbidden
    if row.status != "waiting":
        raise Conflict(why="registration_decided")
    waiting = [one for one in rows if one.status == "waiting" and one.district in by.districts]
    return row, [one for one in waiting if one.id != row.id]


async def _decide(change: Change, registration_id: str, by: Officer, **values: Any) -> None:
    await change.connection.execute(
        update(registrations)
        .where(registrations.c.id == registration_id)
        .values(decided_by=by.id, decided_at=change.at, **values)
    )
