"""A store on each of the two databases, with the small city in it and a clock that obeys."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from models.ids import RandomIds
from models.secrets_file import with_secrets
from models.settings import Settings
from models.store import Store
from tests.support.city import found_city
from tests.support.clock import FakeClock
from tests.support.recording import RecordingBell


@pytest.fixture
def bell() -> RecordingBell:
    return RecordingBell()


@pytest.fixture
async def store(
    database_url: str, tmp_path: Path, clock: FakeClock, bell: RecordingBell
) -> AsyncIterator[Store]:
    settings = with_secrets(
        Settings.from_env(
            {**os.environ, "WUFEN_HOME": str(tmp_path / "home"), "WUFEN_DATABASE_URL": database_url}
        )
    )
    store = Store.open(settings, bell=bell, clock=clock, ids=RandomIds())
    await found_city(store)
    yield store
    await store.close()
