"""What is left of uploads once they are kept no longer: nothing, neither rows nor files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, select, update

from models import partial
from models.actions import covering
from models.actions.clearing_uploads import clear_uploads
from models.store import Store
from models.tables import incidents, pictures, regions, reports, uploads
from tests.models.actions.test_reports import told
from tests.support.city import CHEN, ask
from tests.support.clock import FakeClock
from tests.support.examined import examined
from tests.support.resumable import upload_id

DAY = 86_400


async def clear(store: Store) -> int:
    return await clear_uploads(store, store.media.remove)


def files(home: Path) -> Iterator[str]:
    return (path.name for path in (home / "media").rglob("*") if path.is_file())


async def count(store: Store) -> tuple[int, int, int]:
    async with store.database.read() as connection:
        found = [
            (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (uploads, pictures, regions)
        ]
    return found[0], found[1], found[2]


async def test_what_nobody_took_into_his_own_goes_when_its_time_is_over(
    store: Store, clock: FakeClock
) -> None:
    partial.write(store.settings.home, store.vault, upload_id("coming"), 0, b"half")
    ends = clock.now()
    await examined(store, "coming", state="receiving", expires_at=ends)
    await examined(store, "kept", seed=1, about="something", expires_at=ends)
    await examined(store, "later", seed=2, expires_at=clock.advance(1))
    clock.advance(-1)
    assert await clear(store) == 1
    assert not list(partial.there(store.settings.home))
    assert await count(store) == (2, 2, 0)
    clock.advance(1)
    assert await clear(store) == 1
    assert await count(store) == (1, 1, 0)


async def test_what_belonged_to_an_incident_goes_as_long_after_its_end_as_photos_do(
    store: Store, clock: FakeClock
) -> None:
    incident = (await ask(store)).id
    await examined(store, "one", about=incident)
    await examined(store, "same", about="another")  # shows the same pictures
    async with store.database.read() as connection:
        picture = (
            await connection.execute(select(pictures).where(pictures.c.upload_id == upload_id("one")))
        ).one()
    await covering.cover(store, CHEN, picture, covering.Area(0, 0, 9, 9))
    assert await clear(store) == 0
    async with store.database.write() as connection:
        await connection.execute(update(incidents).values(status="closed", closed_at=clock.now()))
    clock.advance(179 * DAY)
    assert await clear(store) == 0
    clock.advance(2 * DAY)
    before = set(files(store.settings.home))
    assert await clear(store) == 2, "and what belongs to nothing that is known"
    assert await count(store) == (0, 0, 0)
    assert len(before) == 2 + 4, "two originals, four copies that both showed"
    assert set(files(store.settings.home)) == set()


async def test_a_file_of_which_no_row_knows_goes(store: Store) -> None:
    await examined(store, "coming", state="receiving")
    await examined(store, "done")
    for name in ("coming", "done", "unheard"):
        partial.write(store.settings.home, store.vault, upload_id(name), 0, b"bytes")
    assert await clear(store) == 0
    assert list(partial.there(store.settings.home)) == [upload_id("coming")]


async def test_what_belonged_to_a_report_goes_as_long_after_its_decision(
    store: Store, clock: FakeClock
) -> None:
    reported = await told(store)
    assert await clear(store) == 0
    clock.advance(100 * DAY)
    async with store.database.write() as connection:
        await connection.execute(update(reports).values(state="rejected", decided_at=clock.now()))
    clock.advance(179 * DAY)
    assert await clear(store) == 0, f"{reported.id} was decided 100 days after it was told"
    clock.advance(2 * DAY)
    assert await clear(store) == 2
    assert (await count(store))[0] == 0
