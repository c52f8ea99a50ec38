"""An installation for tests of what is kept and put back."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from models.clock import SystemClock
from models.ids import RandomIds
from models.media import Folder, open_media
from models.secrets_file import FILE_NAME, with_secrets
from models.settings import Settings
from models.store import Store
from tests.support.clock import FakeClock
from tests.support.recording import RecordingBell
from workers.command.backup.manifest import Manifest
from workers.command.backup.restoring import Restored, restore
from workers.command.backup.taking import take


def quiet(_line: str) -> None:
    """Nobody listens."""


@dataclass
class Place:
    """An installation: settings, and its store while it runs."""

    settings: Settings
    store: Store

    @property
    def media(self) -> Folder:
        return Folder(self.settings.home)

    def take(self, target: Path, **more: Any) -> Manifest:
        return take(self.settings, self.media, target, tell=quiet, **more)


def settings_of(home: Path, url: str) -> Settings:
    return with_secrets(Settings.from_env({**os.environ, "WUFEN_HOME": str(home), "WUFEN_DATABASE_URL": url}))


def store_of(settings: Settings, clock: FakeClock | None = None) -> Store:
    return Store.open(settings, bell=RecordingBell(), clock=clock or SystemClock(), ids=RandomIds())


def home_with_secrets(place: Place, folder: Path) -> Path:
    home = folder / "elsewhere"
    home.mkdir(mode=0o700)
    (home / FILE_NAME).write_bytes((place.settings.home / FILE_NAME).read_bytes())
    return home


def put_back(there: Settings, source: Path, *, replace: bool = False) -> Restored:
    return restore(there, open_media(there), source, replace=replace, tell=quiet)


async def heads_of(store: Store) -> dict[str, int]:
    async with store.database.read() as connection:
        rows = await connection.execute(text("SELECT district, head FROM heads"))
        return {row.district: row.head for row in rows}


async def epochs_of(store: Store) -> list[str]:
    async with store.database.read() as connection:
        return list((await connection.execute(text("SELECT epoch FROM epochs ORDER BY number"))).scalars())
