"""A new account from the command line, with its record for the audit."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import audit
from models.clock import SystemClock
from models.database import Database
from models.ids import RandomIds
from models.passwords import PasswordRefused, hash_password
from models.privacy import Vault
from models.settings import Settings
from models.tables import districts, officer_districts, officers
from workers.command.refusals import Refused

PASSWORD_BYTES = 12


@dataclass(frozen=True, slots=True)
class Account:
    """Who is to sign in, as what, and for which districts."""

    username: str
    role: str
    service_number: str
    unit: str
    districts: tuple[str, ...]
    name: str | None


async def add(settings: Settings, database: Database, account: Account, password: str | None) -> str:
    """Writes the account and returns its password, a random one when none is given. Raises Refused."""
    password = password if password is not None else secrets.token_urlsafe(PASSWORD_BYTES)
    try:
        password_hash = hash_password(password)
    except PasswordRefused as refused:
        raise Refused(f"The password is {refused.why.replace('_', ' ')}.") from None
    vault = Vault(settings.field_keys, settings.index_keys)
    async with database.write() as connection:
        await _refuse_taken(connection, account)
        await _refuse_unknown_districts(connection, account.districts)
        await _write(connection, vault, account, password_hash)
    return password


async def _write(connection: AsyncConnection, vault: Vault, account: Account, password_hash: str) -> None:
    ids, at = RandomIds(), SystemClock().now()
    officer_id = ids.new()
    name = None if account.name is None else vault.seal("officers.name_sealed", officer_id, account.name)
    await connection.execute(
        insert(officers).values(
            id=officer_id,
            username=account.username,
            password_hash=password_hash,
            role=account.role,
            service_number=account.service_number,
            unit=account.unit,
            name_sealed=name,
            created_at=at,
        )
    )
    await connection.execute(
        insert(officer_districts),
        [{"officer_id": officer_id, "district": code} for code in dict.fromkeys(account.districts)],
    )
    await audit.write(
        connection,
        ids,
        at,
        actor="operator",
        role="operator",
        action="add_officer",
        subject=f"officer:{officer_id}",
    )


async def _refuse_taken(connection: AsyncConnection, account: Account) -> None:
    for column, value in (
        (officers.c.username, account.username),
        (officers.c.service_number, account.service_number),
    ):
        if (await connection.execute(select(officers.c.id).where(column == value))).first():
            raise Refused(f"There is an account with the {column.name.replace('_', ' ')} {value} already.")


async def _refuse_unknown_districts(connection: AsyncConnection, codes: tuple[str, ...]) -> None:
    known = set((await connection.execute(select(districts.c.code))).scalars())
    for code in codes:
        if code not in known:
            there = ", ".join(sorted(known)) or "none; `wufen city import` brings a city in"
            raise Refused(f"There is no district {code}; there are {there}.")
