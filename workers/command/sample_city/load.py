"""Writes the sample city into a database, once; a second time adds only accounts that an older release had not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models import tables
from models.actions.cities import import_city
from models.clock import Clock
from models.database import Database
from models.ids import Ids
from models.media import Media
from models.privacy import Vault
from workers.command.sample_city.duty import write_rosters
from workers.command.sample_city.people import PEOPLE, Person
from workers.command.sample_city.places import HOME_DISTRICT, sample_bundle
from workers.command.sample_city.reports import draw, write_reports
from workers.command.sample_city.vehicles import FRESH_STICKERS, VEHICLES, Owned

ISSUED_BY = "sample"


@dataclass(frozen=True, slots=True)
class Loader:
    """What loading needs. ``hash_password`` is slow on purpose, and so called outside transactions."""

    database: Database
    vault: Vault
    ids: Ids
    clock: Clock
    media: Media
    hash_password: Callable[[str], str]

    async def load(self, password: str) -> bool:
        """Writes everything, all accounts with this password; returns False when it was there already.

        Raises IntegrityError when somebody else has a user name or service number of the sample's.
        """
        if await self._is_there():
            return False
        hashes, bundle = self._hashes(password), sample_bundle()
        drawn = await asyncio.to_thread(draw, self.media, self.vault, self.ids)
        async with self.database.write() as connection:
            if await sample_usernames(connection):
                return False
            at = self.clock.now()
            await import_city(connection, self.ids, at, bundle)
            for person in PEOPLE:
                codes = tuple(bundle.sections["districts"]) if person.everywhere else (person.district,)
                await self._write_officer(connection, person, codes, hashes[person.username], at)
            await self._write_stickers(connection, at)
            await write_rosters(connection, self.ids, at)
            await write_reports(connection, self.vault, self.ids, at, drawn)
        return True

    async def complete(self, password: str) -> list[str]:
        """Adds the accounts that an older release's sample city had not; returns their user names.

        Where somebody else has the user name or the service number, nothing is added.
        """
        async with self.database.read() as connection:
            missing = await _missing(connection)
        hashes = {person.username: self.hash_password(password) for person in missing}
        if not missing:
            return []
        async with self.database.write() as connection:
            at, added = self.clock.now(), []
            every = tuple((await connection.execute(_DISTRICTS_OF_HOME)).scalars())
            for person in await _missing(connection):
                if person.username in hashes:
                    codes = every if person.everywhere else (person.district,)
                    await self._write_officer(connection, person, codes, hashes[person.username], at)
                    added.append(person.username)
        return added

    async def reset_passwords(self, password: str) -> None:
        """Gives every sample account this password: who lost the file of them can sign in again."""
        hashes = self._hashes(password)
        async with self.database.write() as connection:
            for username, password_hash in hashes.items():
                await connection.execute(
                    update(tables.officers)
                    .where(tables.officers.c.username == username, tables.officers.c.sample)
                    .values(password_hash=password_hash)
                )

    async def _is_there(self) -> bool:
        async with self.database.read() as connection:
            return bool(await sample_usernames(connection))

    def _hashes(self, password: str) -> dict[str, str]:
        return {person.username: self.hash_password(password) for person in PEOPLE}

    async def _write_officer(
        self,
        connection: AsyncConnection,
        person: Person,
        codes: tuple[str, ...],
        password_hash: str,
        at: datetime,
    ) -> None:
        officer_id = self.ids.new()
        await connection.execute(
            insert(tables.officers).values(
                id=officer_id,
                username=person.username,
                password_hash=password_hash,
                role=person.role,
                service_number=person.service_number,
                unit=person.unit,
                name_sealed=self.vault.seal("officers.name_sealed", officer_id, person.name),
                sample=True,
                created_at=at,
            )
        )
        await connection.execute(
            insert(tables.officer_districts),
            [{"officer_id": officer_id, "district": code} for code in codes],
        )

    async def _write_stickers(self, connection: AsyncConnection, at: datetime) -> None:
        batch_id = self.ids.new()
        await connection.execute(
            insert(tables.sticker_batches).values(
                id=batch_id,
                district=HOME_DISTRICT,
                count=len(VEHICLES) + FRESH_STICKERS,
                issued_by=ISSUED_BY,
                issued_at=at,
            )
        )
        for owned in VEHICLES:
            vehicle_id = await self._write_vehicle(connection, owned, at)
            await self._write_sticker(connection, batch_id, at, vehicle_id)
        for _ in range(FRESH_STICKERS):
            await self._write_sticker(connection, batch_id, at, None)

    async def _write_sticker(
        self, connection: AsyncConnection, batch_id: str, at: datetime, vehicle_id: str | None
    ) -> None:
        await connection.execute(
            insert(tables.stickers).values(
                id=self.ids.new(),
                code=self.ids.new(),
                district=HOME_DISTRICT,
                batch_id=batch_id,
                status="fresh" if vehicle_id is None else "bound",
                vehicle_id=vehicle_id,
                issued_at=at,
                bound_at=None if vehicle_id is None else at,
            )
        )

    async def _write_vehicle(self, connection: AsyncConnection, owned: Owned, at: datetime) -> str:
        vehicle_id, owner_id = self.ids.new(), self.ids.new()
        await connection.execute(
            insert(tables.vehicles).values(
                id=vehicle_id, plate=owned.plate, plate_class=owned.plate_class, created_at=at
            )
        )
        sealed = self.vault.seal("owners.name_sealed", owner_id, owned.owner)
        await connection.execute(insert(tables.owners).values(id=owner_id, name_sealed=sealed, created_at=at))
        await connection.execute(
            insert(tables.ownerships).values(
                id=self.ids.new(), vehicle_id=vehicle_id, owner_id=owner_id, began_at=at
            )
        )
        for position, phone in enumerate(owned.phones, start=1):
            await self._write_contact(connection, owner_id, position, phone, at)
        return vehicle_id

    async def _write_contact(
        self, connection: AsyncConnection, owner_id: str, position: int, phone: str, at: datetime
    ) -> None:
        contact_id = self.ids.new()
        await connection.execute(
            insert(tables.contacts).values(
                id=contact_id,
                owner_id=owner_id,
                position=position,
                phone_sealed=self.vault.seal("contacts.phone_sealed", contact_id, phone),
                phone_index=self.vault.index("phone", phone),
                verified_at=at,
            )
        )


async def sample_usernames(connection: AsyncConnection) -> list[str]:
    """The accounts that nobody may have in production."""
    query = (
        select(tables.officers.c.username)
        .where(tables.officers.c.sample)
        .order_by(tables.officers.c.username)
    )
    return list((await connection.execute(query)).scalars())


_HOME = tables.districts.alias("home")
_DISTRICTS_OF_HOME = (
    select(tables.districts.c.code)
    .join(_HOME, _HOME.c.city_code == tables.districts.c.city_code)
    .where(_HOME.c.code == HOME_DISTRICT)
    .order_by(tables.districts.c.code)
)


async def _missing(connection: AsyncConnection) -> list[Person]:
    rows = (
        await connection.execute(select(tables.officers.c.username, tables.officers.c.service_number))
    ).all()
    names, numbers = {row.username for row in rows}, {row.service_number for row in rows}
    return [one for one in PEOPLE if one.username not in names and one.service_number not in numbers]


async def has_officers(connection: AsyncConnection) -> bool:
    """Whether anybody has an account."""
    return (await connection.execute(select(tables.officers.c.id).limit(1))).first() is not None
