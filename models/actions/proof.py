"""Proof of standing before the car: the last three characters of its plate, and the lock after wrong ones.

The count is in the database and is never switched off: each plate has some 30 000 endings, and five guesses
in ten minutes, for a device and for a sticker, keep them out of reach. A right one does not clear it, or a
guesser would start afresh with a car that he can see.
"""

from __future__ import annotations

from typing import NoReturn

from sqlalchemy import select

from models.actions import lockouts
from models.actions.lockouts import LockRule
from models.errors import (
    PlateTailLocked,
    PlateTailWrong,
    StickerPaused,
    StickerRevoked,
    StickerUnbound,
    WufenError,
)
from models.rules.evaluation import Result
from models.store import Change, Store
from models.tables import stickers

REFUSALS: dict[str, type[WufenError]] = {
    "fresh": StickerUnbound,
    "paused": StickerPaused,
    "revoked": StickerRevoked,
    "replaced": StickerRevoked,
}


def subjects_of(sticker_id: str, prover: bytes) -> list[str]:
    """For whom wrong tails are counted: the device that proves, and the sticker."""
    return [f"tail:device:{prover.hex()}", f"tail:sticker:{sticker_id}"]


async def refuse_locked(change: Change, sticker_id: str, prover: bytes) -> None:
    """Sees every wrong tail that was counted before this change. Raises PlateTailLocked."""
    locked = [
        await change.fact(lockouts.locked_by_subject, subject) for subject in subjects_of(sticker_id, prover)
    ]
    until = max((moment for moment in locked if moment is not None and moment > change.at), default=None)
    if until is not None:
        raise PlateTailLocked(retry_at=until, field="plate_tail")


async def count_wrong(store: Store, sticker_id: str, prover: bytes, conditions: Result) -> NoReturn:
    """Counts a wrong tail for device and sticker. Raises PlateTailWrong with the tries that remain, or

    PlateTailLocked for one that came too late to be counted. ``conditions``: what the table ``requests`` says.
    """
    seconds = conditions["lock_seconds"]
    rule = LockRule(
        allowed=conditions["wrong_tails"],
        seconds=seconds,
        longest=seconds,
        remembered=seconds,
    )
    # Guesses at one sticker queue on its row, as requests do: there is always one to queue on, while the count's
    # own rows only come with the first wrong tail, and a hundred at once would all find none.
    queue = select(stickers.c.id).where(stickers.c.id == sticker_id).with_for_update()
    async with store.change() as change:
        await change.connection.execute(queue)
        failure = await lockouts.count_failure(
            change.connection, subjects_of(sticker_id, prover), rule, change.at
        )
    if not failure.counted:
        raise PlateTailLocked(retry_at=failure.locked_until, field="plate_tail")
    # The last wrong one is still told so; from the next try on it is locked.
    raise PlateTailWrong(field="plate_tail", remaining=failure.remaining, retry_at=failure.locked_until)
