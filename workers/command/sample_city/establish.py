"""Sees to it that the sample city is in the database and that ``demo.json`` tells the truth about it."""

from __future__ import annotations

from sqlalchemy import select

from models.clock import SystemClock
from models.database import Database
from models.ids import RandomIds
from models.media import open_media
from models.passwords import hash_password, verify_password
from models.privacy import Vault
from models.settings import Settings
from models.tables import officers
from workers.command.refusals import Refused
from workers.command.sample_city import demo_file
from workers.command.sample_city.load import Loader, has_officers, sample_usernames
from workers.command.sample_city.people import PEOPLE


class SampleRefused(Refused):
    """Sample accounts and production do not go together; the text is one sentence for the operator."""


async def establish(settings: Settings, database: Database) -> bool:
    """Loads the sample city unless it is there, adds accounts that an older release had not, and writes the file.

    Returns whether it was loaded now. ``settings`` has its secrets. Raises SampleRefused in production.
    """
    if settings.production:
        raise SampleRefused("WUFEN_PRODUCTION=1 refuses the sample city.")
    vault = Vault(settings.field_keys, settings.index_keys)
    loader = Loader(database, vault, RandomIds(), SystemClock(), open_media(settings), hash_password)
    password = demo_file.kept_password(settings.home) or demo_file.password_for(settings.secret_key)
    loaded = await loader.load(password)
    if not loaded and not await _opens(database, password):
        password = demo_file.password_for(settings.secret_key)
        await loader.reset_passwords(password)
    if not loaded:
        await loader.complete(password)
    async with database.read() as connection:
        demo_file.write(settings.home, await demo_file.content(connection, password))
    return loaded


async def establish_where_welcome(settings: Settings, database: Database) -> None:
    """The same for a start: a database with accounts of its own is left alone.

    Raises SampleRefused in production when sample accounts are there.
    """
    async with database.read() as connection:
        sample = await sample_usernames(connection)
        foreign = not sample and await has_officers(connection)
    if settings.production and sample:
        raise SampleRefused(
            f"The database holds the sample accounts {', '.join(sample)}, which WUFEN_PRODUCTION=1 refuses;"
            " give production a database of its own."
        )
    if not settings.production and not foreign:
        await establish(settings, database)


async def _opens(database: Database, password: str) -> bool:
    query = select(officers.c.password_hash).where(officers.c.username == PEOPLE[0].username)
    async with database.read() as connection:
        return verify_password((await connection.execute(query)).scalar_one_or_none(), password)
