"""Issuing stickers: a batch for a district, whose codes can be read again to be printed again.

Leaves to others: what becomes of a sticker afterwards (`bindings`, `sticker_changes`) and the drawing
(`models.printing`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import audit
from models.actions.idempotency import Keeping
from models.caller import Officer, System
from models.errors import Forbidden, InvalidField, NotFound
from models.printing.design import Design
from models.store import Change, Store
from models.tables import cities, districts, sticker_batches, stickers

MOST = 960  # stickers in a batch: 120 pages
PRINTED_AGAIN = ("fresh", "bound", "paused")


@dataclass(frozen=True, slots=True)
class Batch:
    """`codes` in alphabetical order; `design` is what the district's city prints on them."""

    id: str
    district: str
    design: Design
    codes: tuple[str, ...] = field(repr=False)


# Keeps the answer, in the same transaction.
Then = Keeping[Batch]


async def issue(
    store: Store, by: Officer | System, district: str, count: int, *, then: Then | None = None
) -> Batch:
    """Makes fresh stickers. Raises InvalidField (count), NotFound (district), Forbidden (not the officer's)."""
    if not 1 <= count <= MOST:
        raise InvalidField(field="count", why="out_of_range", least=1, most=MOST)
    async with store.change() as change:
        design = await _design(change.connection, district)
        if isinstance(by, Officer) and district not in by.districts:
            raise Forbidden
        # 128 random bits each: too many to guess one, few enough for a coarse QR code that is read from afar.
        batch = Batch(store.ids.new(), district, design, tuple(sorted(store.ids.new() for _ in range(count))))
        await _write(change, batch, by.subject)
        await audit.record(change, by, "issue_stickers", f"batch:{batch.id}")
        if then is not None:
            await then(change, batch)
    return batch


async def batch(store: Store, by: Officer, batch_id: str) -> Batch:
    """A batch that was issued, to be printed again without what was revoked or replaced since.

    Raises NotFound, also for another district's.
    """
    async with store.database.read() as connection:
        found = (
            await connection.execute(
                select(sticker_batches.c.id, sticker_batches.c.district).where(
                    sticker_batches.c.id == batch_id
                )
            )
        ).first()
        if found is None or found.district not in by.districts:
            raise NotFound
        codes = await connection.execute(
            select(stickers.c.code)
            .where(stickers.c.batch_id == batch_id, stickers.c.status.in_(PRINTED_AGAIN))
            .order_by(stickers.c.code)
        )
        design = await _design(connection, found.district)
        return Batch(found.id, found.district, design, tuple(codes.scalars()))


async def platform_of(change: Change, district: str) -> str:
    """What the district's city calls the service. Raises NotFound for an unknown district."""
    return (await _design(change.connection, district)).platform


async def _design(connection: AsyncConnection, district: str) -> Design:
    query = (
        select(
            cities.c.platform,
            cities.c.sticker_headline.label("headline"),
            cities.c.sticker_headline_en.label("headline_en"),
            cities.c.sticker_note.label("note"),
            cities.c.sticker_colour.label("colour"),
        )
        .join(districts, districts.c.city_code == cities.c.code)
        .where(districts.c.code == district)
    )
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise NotFound(field="district")
    return Design(**{name: text for name, text in row.items() if text is not None})


async def _write(change: Change, batch: Batch, issued_by: str) -> None:
    await change.connection.execute(
        insert(sticker_batches).values(
            id=batch.id,
            district=batch.district,
            count=len(batch.codes),
            issued_by=issued_by,
            issued_at=change.at,
        )
    )
    await change.connection.execute(
        insert(stickers),
        [
            {
                "id": change.store.ids.new(),
                "code": code,
                "district": batch.district,
                "batch_id": batch.id,
                "status": "fresh",
                "issued_at": change.at,
            }
            for code in batch.codes
        ],
    )
