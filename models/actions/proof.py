"""Proof of standing before the car: the last three characters of its plate, and the lock after wrong ones.

The count is in the database and is never switched off: each plate has some 30 000 endings, and five guesses
in ten minutes, for a device and for a sticker, keep them out of reach. A right one does not clear it, or a
guesser would start afresh with a car that he can see.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from models import plates
from models.actions import lockouts
from models.actions.lockouts import LockRule
from models.errors import (
    PlateTailLocked,
    PlateTailWrong,
    StickerPaused,
    StickerRevoked,
    StickerUnbound,
    StickerUnknown,
    WufenError,
)
from models.store import Change, Store
from models.tables import stickers, vehicles

REFUSALS: dict[str, type[WufenError]] = {
    "fresh": StickerUnbound,
    "paused": StickerPaused,
    "revoked": StickerRevoked,
    "replaced": StickerRevoked,
}


async def check_tail(store: Store, code: str, tail: str, device: bytes) -> None:
    """Whether ``tail`` ends the plate of the sticker's car; a wrong one is counted for device and sticker.

    Reads without waiting for writers, so that guesses and junk cost nobody else a turn. Raises the sticker's
    refusals, PlateTailLocked, PlateTailWrong with the tries that remain.
    """
    query = (
        select(stickers.c.id, stickers.c.status, vehicles.c.plate)
        .outerjoin(vehicles, vehicles.c.id == stickers.c.vehicle_id)
        .where(stickers.c.code == code)
    )
    async with store.database.read() as connection:
        row = (await connection.execute(query)).first()
        if row is None:
            raise StickerUnknown(field="sticker")
        if row.status != "bound":
            raise REFUSALS[row.status](field="sticker")
        subjects = _subjects(row.id, device)
        until = await lockouts.locked_until(connection, subjects, store.clock.now())
    if until is not None:
        raise PlateTailLocked(retry_at=until, field="plate_tail")
    if not plates.tail_matches(row.plate, tail):
        await _count(store, row.id, subjects)


async def refuse_locked(change: Change, sticker: Row[Any], device: bytes) -> None:
    """In the transaction of the request: sees every wrong tail counted before it. Raises PlateTailLocked."""
    subjects = _subjects(sticker.id, device)
    until = await lockouts.locked_until(change.connection, subjects, change.at, exact=True)
    if until is not None:
        raise PlateTailLocked(retry_at=until, field="plate_tail")


async def _count(store: Store, sticker_id: str, subjects: list[str]) -> None:
    rules = store.rules
    rule = LockRule(
        allowed=rules.wrong_tails,
        seconds=rules.lock_seconds,
        longest=rules.lock_seconds,
        remembered=rules.lock_seconds,
    )
    # Guesses at one sticker queue on its row, as requests do: there is always one to queue on, while the count's
    # own rows only come with the first wrong tail, and a hundred at once would all find none.
    queue = select(stickers.c.id).where(stickers.c.id == sticker_id).with_for_update()
    async with store.change() as change:
        await change.connection.execute(queue)
        failure = await lockouts.count_failure(change.connection, subjects, rule, change.at)
    if not failure.counted:
        raise PlateTailLocked(retry_at=failure.locked_until, field="plate_tail")
    # The last wrong one is still told so; from the next try on it is locked.
    raise PlateTailWrong(field="plate_tail", remaining=failure.remaining, retry_at=failure.locked_until)


def _subjects(sticker_id: str, device: bytes) -> list[str]:
    return [f"tail:device:{device.hex()}", f"tail:sticker:{sticker_id}"]
