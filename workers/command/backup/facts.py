"""What a manifest tells of its database, read in one transaction: schema, epoch, heads, and the files it names."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.media_files import all_named
from models.database import Database
from models.queries.log import read_heads
from workers.command.refusals import Refused


@dataclass(frozen=True, slots=True)
class Facts:
    """``named``: the files of the media folder that rows name. ``version`` and ``tools`` as they say of themselves."""

    schema: str
    epoch: str
    heads: dict[str, int]
    named: set[str]
    version: str
    tools: str = ""


async def facts_of(url: str) -> Facts:
    """Of the database at ``url``. Raises Refused for one that is not migrated."""
    database = Database.open(url)
    try:
        async with database.read() as connection:
            return await read(connection)
    finally:
        await database.close()


async def read(connection: AsyncConnection, tools: str = "") -> Facts:
    """The same on a connection that sees one state."""
    schema = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalars().first()
    if schema is None:
        raise Refused("The database is empty: there is nothing to back up.")
    log = await read_heads(connection)
    sqlite = connection.dialect.name == "sqlite"
    version = text("SELECT sqlite_version()") if sqlite else text("SHOW server_version")
    return Facts(
        schema=schema,
        epoch=log.epoch,
        heads=log.offsets,
        named=await all_named(connection),
        version=str((await connection.execute(version)).scalar_one()),
        tools=tools,
    )
