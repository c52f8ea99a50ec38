"""The same picture in another report."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from models.actions.alike import Alike, pictures_alike
from models.store import Store
from models.tables import pictures
from tests.support.clock import FakeClock
from tests.support.examined import examined


async def a_picture(
    store: Store, name: str, likeness: int, about: str | None, purpose: str = "report"
) -> str:
    picture = await examined(store, name, about=about, purpose=purpose)
    async with store.database.write() as connection:
        await connection.execute(update(pictures).where(pictures.c.id == picture).values(likeness=likeness))
    return picture


async def alike(store: Store, about: str) -> list[Alike]:
    async with store.database.read() as connection:
        return await pictures_alike(connection, about, "report", store.clock.now() - timedelta(days=3))


async def test_pictures_of_other_reports_that_differ_in_few_bits_are_found_the_nearest_first(
    store: Store, clock: FakeClock
) -> None:
    old = await a_picture(store, "old", -1, "report-0")
    clock.advance(3 * 86_400 + 1)
    mine = await a_picture(store, "mine", -1, "report-1")
    near = await a_picture(store, "near", -1 ^ 0b11, "report-2")
    edge = await a_picture(store, "edge", -1 ^ 0b11_1111_1111, "report-3")
    await a_picture(store, "far", -1 ^ 0b111_1111_1111, "report-4")
    await a_picture(store, "own", -1, "report-1")
    await a_picture(store, "nobody's", -1, None)
    await a_picture(store, "other", -1, "accident-1", "accident")
    found = await alike(store, "report-1")
    assert [(one.other, one.about, one.apart) for one in found if one.mine == mine] == [
        (near, "report-2", 2),
        (edge, "report-3", 10),
    ]
    assert old not in {one.other for one in found}, "three days are enough"
    assert await alike(store, "report-9") == []
