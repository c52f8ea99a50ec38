"""Bringing a database to the present schema. The steps themselves are in ``models.migrations``."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from models.actions.rules_shipped import publish_shipped
from models.database import async_url

SCRIPTS = Path(__file__).with_name("migrations")


def upgrade(url: str, revision: str = "head") -> None:
    """Applies all missing steps up to ``revision``, each in a transaction. Blocking; run it alone."""
    asyncio.run(_upgrade(url, revision))


async def _upgrade(url: str, revision: str) -> None:
    engine = create_async_engine(async_url(url))
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_apply, revision)
            await connection.commit()
            if revision == "head":
                await publish_shipped(connection)
                await connection.commit()
    finally:
        await engine.dispose()


def config_for(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    attributes: dict[str, Any] = config.attributes
    attributes["connection"] = connection
    return config


def _apply(connection: Connection, revision: str) -> None:
    command.upgrade(config_for(connection), revision)
