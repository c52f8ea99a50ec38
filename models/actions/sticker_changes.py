"""What an owner does with the sticker of his car, and an administrator with any: pause, replace, unbind, revoke."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, insert, select, update

from models.actions import audit, ownership
from models.actions.idempotency import Keeping
from models.actions.ownership import Held
from models.caller import Officer, Participant
from models.errors import (
    Conflict,
    Forbidden,
    StickerBound,
    StickerPaused,
    StickerRevoked,
    StickerUnbound,
    StickerUnknown,
    Unauthenticated,
)
from models.store import Change, Store
from models.tables import participants, stickers

OwnersChange = Literal["pause", "resume", "unbind", "replace"]


@dataclass(frozen=True, slots=True)
class Changed:
    """The sticker's state after the change; ``code`` is another one after a replacement."""

    code: str
    status: str


# Who asks: the id of an ownership (from a signed token), or whoever followed the link of a notice.
Asker = str | Participant
Then = Keeping[Changed]


async def change_own(
    store: Store,
    code: str,
    what: OwnersChange,
    asker: Asker,
    *,
    new_code: str | None = None,
    then: Then | None = None,
) -> Changed:
    """Does ``what`` to the asker's own sticker; ``new_code`` is a fresh sticker to replace it with, else one is made.

    Raises StickerUnknown, StickerRevoked, StickerUnbound, Unauthenticated (an ownership that has ended),
    Forbidden (another's sticker), Conflict (nothing to pause or resume).
    """
    async with store.change() as change:
        sticker = await _live(change, code)
        held = await _held(change, asker)
        if sticker.vehicle_id != held.vehicle_id:
            raise Forbidden
        changed = await _do(change, sticker, held, what, new_code)
        audit.note(
            change,
            actor=f"owner:{held.owner_id}",
            role="owner",
            action=what,
            subject=f"sticker:{sticker.id}",
            success=True,
        )
        if then is not None:
            await then(change, changed)
    return changed


async def revoke(
    store: Store, code: str, officer: Officer, *, reason: str | None, then: Then | None
) -> Changed:
    """The code is worthless from now on. Raises StickerUnknown, Forbidden (another's district)."""
    async with store.change() as change:
        row = await _sticker(change, code)
        if row.district not in officer.districts:
            raise Forbidden
        await _set(change, row.id, status="revoked")
        await audit.record(change, officer, "revoke", f"sticker:{row.id}", reason=reason)
        changed = Changed(row.code, "revoked")
        if then is not None:
            await then(change, changed)
    return changed


async def _live(change: Change, code: str) -> Row[Any]:
    row = await _sticker(change, code)
    if row.status in {"revoked", "replaced"}:
        raise StickerRevoked
    if row.status == "fresh":
        raise StickerUnbound
    return row


async def _sticker(change: Change, code: str) -> Row[Any]:
    query = select(stickers).where(stickers.c.code == code).with_for_update()
    row = (await change.connection.execute(query)).first()
    if row is None:
        raise StickerUnknown
    return row


async def _held(change: Change, asker: Asker) -> Held:
    """The ownership that the asker speaks for."""
    if isinstance(asker, str):
        held = await ownership.held_by_id(change.connection, asker)
        if held is None:
            raise Unauthenticated
        return held
    if asker.role != "owner":
        raise Forbidden
    query = select(participants.c.vehicle_id, participants.c.joined_at).where(participants.c.id == asker.id)
    row = (await change.connection.execute(query)).one()
    held = await ownership.open_ownership(change.connection, row.vehicle_id) if row.vehicle_id else None
    # A link from before the car changed hands says nothing about whose it is now.
    if held is None or held.began_at > row.joined_at:
        raise Forbidden
    return held


async def _do(
    change: Change, sticker: Row[Any], held: Held, what: OwnersChange, new_code: str | None
) -> Changed:
    if what == "pause":
        if sticker.status == "paused":
            raise StickerPaused
        await _set(change, sticker.id, status="paused")
        return Changed(sticker.code, "paused")
    if what == "resume":
        if sticker.status != "paused":
            raise Conflict(why="not_paused")
        await _set(change, sticker.id, status="bound")
        return Changed(sticker.code, "bound")
    if what == "unbind":
        await ownership.end(change, held)
        # The next owner finds the sticker on the window and binds it anew.
        await change.connection.execute(
            update(stickers)
            .where(stickers.c.vehicle_id == held.vehicle_id, stickers.c.status.in_(("bound", "paused")))
            .values(status="fresh", vehicle_id=None, bound_at=None)
        )
        return Changed(sticker.code, "fresh")
    return await _replace(change, sticker, new_code)


async def _replace(change: Change, sticker: Row[Any], new_code: str | None) -> Changed:
    if new_code is None:
        new_id, new_code = change.store.ids.new(), change.store.ids.secret()
        await change.connection.execute(
            insert(stickers).values(
                id=new_id,
                code=new_code,
                district=sticker.district,
                status="bound",
                vehicle_id=sticker.vehicle_id,
                issued_at=change.at,
                bound_at=change.at,
            )
        )
    else:
        fresh = await _sticker(change, new_code)
        if fresh.status != "fresh":
            raise StickerBound(field="sticker")
        new_id = fresh.id
        await _set(change, new_id, status="bound", vehicle_id=sticker.vehicle_id, bound_at=change.at)
    await _set(change, sticker.id, status="replaced", replaced_by=new_id)
    return Changed(new_code, "bound")


async def _set(change: Change, sticker_id: str, **values: Any) -> None:
    await change.connection.execute(update(stickers).where(stickers.c.id == sticker_id).values(**values))
