"""Issuing stickers: opaque codes for a district, to be printed again as long as they are good."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from models.actions import stickers as issuing
from models.caller import Officer, System
from models.errors import Forbidden, InvalidField, NotFound
from models.store import Store
from models.tables import audit, sticker_batches, stickers
from tests.support.city import MINGSHAN, YUCHENG, officer

ADMIN = officer("admin", "administrator", YUCHENG)
ELSEWHERE = officer("admin2", "administrator", MINGSHAN)


async def test_a_batch_is_fresh_opaque_and_recorded(store: Store) -> None:
    batch = await issuing.issue(store, ADMIN, YUCHENG, 24)
    assert (batch.district, batch.design.platform, len(set(batch.codes))) == (YUCHENG, "城市交管", 24)
    # 26 characters of 5 bits hold the 128 random ones.
    assert all(len(code) == 26 for code in batch.codes)
    async with store.database.read() as connection:
        query = select(stickers).where(stickers.c.batch_id == batch.id)
        rows = list((await connection.execute(query)).mappings())
        kept = (await connection.execute(select(sticker_batches))).mappings().one()
        record = (await connection.execute(select(audit))).one()
    assert {row["status"] for row in rows} == {"fresh"}
    assert {row["vehicle_id"] for row in rows} == {None}
    assert {row["code"] for row in rows} == set(batch.codes)
    assert (kept["count"], kept["issued_by"]) == (24, "officer:admin")
    assert (record.action, record.actor, record.subject) == (
        "issue_stickers",
        "officer:admin",
        f"batch:{batch.id}",
    )


async def test_a_batch_is_printed_again_without_what_was_revoked_or_replaced(store: Store) -> None:
    batch = await issuing.issue(store, System(), YUCHENG, 4)
    fresh, bound, revoked, replaced = batch.codes
    async with store.database.write() as connection:
        for code, status in ((bound, "bound"), (revoked, "revoked"), (replaced, "replaced")):
            await connection.execute(update(stickers).where(stickers.c.code == code).values(status=status))
    again = await issuing.batch(store, ADMIN, batch.id)
    assert again.codes == (fresh, bound)
    assert again.design.platform == "城市交管"


@pytest.mark.parametrize("count", [0, -1, 961])
async def test_a_batch_of_no_or_too_many_stickers_is_refused(store: Store, count: int) -> None:
    with pytest.raises(InvalidField):
        await issuing.issue(store, ADMIN, YUCHENG, count)


@pytest.mark.parametrize(
    ("by", "district", "error"),
    [(ADMIN, "999999", NotFound), (ADMIN, MINGSHAN, Forbidden), (ELSEWHERE, YUCHENG, Forbidden)],
)
async def test_stickers_are_issued_for_ones_own_districts_only(
    store: Store, by: Officer, district: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await issuing.issue(store, by, district, 1)
    async with store.database.read() as connection:
        assert (await connection.execute(select(sticker_batches))).first() is None


async def test_another_districts_batch_is_not_found(store: Store) -> None:
    batch = await issuing.issue(store, System(), YUCHENG, 1)
    for by, batch_id in ((ELSEWHERE, batch.id), (ADMIN, "unknown")):
        with pytest.raises(NotFound):
            await issuing.batch(store, by, batch_id)
