"""Workers anchor the record once a day, whichever looks first, and write the files that are missing."""

from __future__ import annotations

import asyncio
import json

from sqlalchemy import select

from models.actions.anchoring import FOLDER
from models.store import Store
from models.tables import anchors
from tests.support.city import ask
from tests.support.clock import FakeClock
from workers.anchoring import look


async def days(store: Store) -> list[str]:
    async with store.database.read() as connection:
        return list((await connection.execute(select(anchors.c.day).order_by(anchors.c.number))).scalars())


async def test_of_several_workers_one_makes_the_days_anchor(store: Store, clock: FakeClock) -> None:
    await ask(store)
    await asyncio.gather(*(look(store) for _ in range(4)))
    assert await days(store) == ["2026-11-02"]
    clock.advance(86_400)
    await look(store)
    await look(store)
    assert await days(store) == ["2026-11-02", "2026-11-03"]
    folder = store.settings.home / FOLDER
    assert sorted(path.name for path in folder.iterdir()) == [
        "000001-2026-11-02.json",
        "000002-2026-11-03.json",
    ]


async def test_a_file_that_is_missing_is_written_again(store: Store) -> None:
    await ask(store)
    await look(store)
    (file,) = (store.settings.home / FOLDER).iterdir()
    whole = file.read_bytes()
    file.unlink()
    await look(store)
    assert file.read_bytes() == whole
    text = json.loads(json.loads(whole)["text"])
    assert text["log"]["511802"][0] >= 1
    assert text["audit"] == [0, "0" * 64]
