"""Accounts of officers: made and ended by an administrator, within his own districts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select, update

from models.actions import audit
from models.actions.idempotency import Keeping
from models.actions.revoking import tell_revoked
from models.caller import ROLES, Officer
from models.errors import Conflict, Forbidden, InvalidField, NotFound
from models.store import Change, Store
from models.tables import districts, officer_districts, officers, sessions


@dataclass(frozen=True, slots=True)
class NewOfficer:
    """``password_hash`` is made outside: it takes long."""

    username: str
    password_hash: str = field(repr=False)
    role: str
    service_number: str
    unit: str
    districts: tuple[str, ...]
    name: str | None = field(default=None, repr=False)


Then = Keeping[str]


async def add(store: Store, new: NewOfficer, by: Officer, *, then: Then | None = None) -> str:
    """The new officer's id. Raises InvalidField, Forbidden (a district that is not the administrator's),
    Conflict (username or service number taken)."""
    # Whoever runs accounts does not make those who watch him (GB/T 22239-2019, separation of audit and system).
    if new.role not in ROLES or new.role == "auditor":
        raise InvalidField(field="role", why="unknown")
    if not new.districts:
        raise InvalidField(field="districts", why="required")
    if not set(new.districts) <= by.districts:
        raise Forbidden(field="districts")
    async with store.change() as change:
        officer_id = await add_in(change, new)
        await audit.record(change, by, "add_officer", f"officer:{officer_id}")
        if then is not None:
            await then(change, officer_id)
    return officer_id


async def add_in(change: Change, new: NewOfficer) -> str:
    """The same in a change that is under way, for somebody whose right to it was judged before."""
    await _refuse_taken(change, new)
    return await _write(change, new)


async def _refuse_taken(change: Change, new: NewOfficer) -> None:
    for column, value in (
        (officers.c.username, new.username),
        (officers.c.service_number, new.service_number),
    ):
        if (await change.connection.execute(select(officers.c.id).where(column == value))).first():
            raise Conflict(field=str(column.name), why="taken")
    known = set((await change.connection.execute(select(districts.c.code))).scalars())
    if not set(new.districts) <= known:
        raise InvalidField(field="districts", why="unknown")


async def _write(change: Change, new: NewOfficer) -> str:
    officer_id = change.store.ids.new()
    name = new.name and change.store.vault.seal("officers.name_sealed", officer_id, new.name)
    await change.connection.execute(
        insert(officers).values(
            id=officer_id,
            username=new.username,
            password_hash=new.password_hash,
            role=new.role,
            service_number=new.service_number,
            unit=new.unit,
            name_sealed=name,
            created_at=change.at,
        )
    )
    rows = [{"officer_id": officer_id, "district": code} for code in dict.fromkeys(new.districts)]
    await change.connection.execute(insert(officer_districts), rows)
    return officer_id


async def end(store: Store, officer_id: str, by: Officer) -> None:
    """The account signs in no more, its sessions and live connections end. Raises NotFound, Forbidden, Conflict.

    Who still has the shift's work gives it back by going off duty first. Auditors are ended by the operator.
    """
    if officer_id == by.id:
        raise Conflict(why="yourself")
    async with store.change() as change:
        await check_his(change, officer_id, by)
        await change.connection.execute(
            update(officers).where(officers.c.id == officer_id).values(active=False)
        )
        await end_sessions(change, officer_id, by)
        await audit.record(change, by, "end_officer", f"officer:{officer_id}")


async def check_his(change: Change, officer_id: str, by: Officer) -> None:
    """An account is its districts' administrators', an auditor's nobody's. Raises NotFound, Forbidden."""
    query = (
        select(officers.c.role, officer_districts.c.district)
        .join(officer_districts, officer_districts.c.officer_id == officers.c.id)
        .where(officers.c.id == officer_id)
    )
    rows = (await change.connection.execute(query)).all()
    if not rows:
        raise NotFound
    if rows[0].role == "auditor" or not {row.district for row in rows} <= by.districts:
        raise Forbidden


async def end_sessions(change: Change, officer_id: str, by: Officer) -> None:
    """All that an officer is signed in with; hubs cut what is connected."""
    await change.connection.execute(
        update(sessions)
        .where(sessions.c.officer_id == officer_id, sessions.c.revoked_at.is_(None))
        .values(revoked_at=change.at)
    )
    tell_revoked(change, f"officer:{officer_id}", by.subject)


async def listed(store: Store, codes: Sequence[str]) -> list[dict[str, Any]]:
    """The accounts of some districts, without names: those are nobody's business here."""
    query = (
        select(officers, officer_districts.c.district)
        .join(officer_districts, officer_districts.c.officer_id == officers.c.id)
        .where(officer_districts.c.district.in_(sorted(codes)))
        .order_by(officers.c.service_number, officer_districts.c.district)
    )
    found: dict[str, dict[str, Any]] = {}
    async with store.database.read() as connection:
        for row in await connection.execute(query):
            one = found.setdefault(
                row.id,
                {
                    "id": row.id,
                    "username": row.username,
                    "role": row.role,
                    "service_number": row.service_number,
                    "unit": row.unit,
                    "active": bool(row.active),
                    "districts": [],
                },
            )
            one["districts"].append(row.district)
    return list(found.values())
