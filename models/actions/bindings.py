"""A sticker meets its car: plate and phone are given, a code goes to the phone, the code confirms.

Nobody takes over somebody else's car by binding a second sticker to its plate: a car that has an owner is
only bound anew from a phone of that owner, and a guesser learns nothing before he has confirmed a phone.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, func, insert, select, update

from models import plates
from models.actions import audit, lockouts, ownership, reach
from models.actions.idempotency import Keeping
from models.actions.lockouts import LockRule
from models.actions.stickers import platform_of
from models.errors import (
    Conflict,
    InvalidField,
    LockedOut,
    NotFound,
    StickerBound,
    StickerRevoked,
    StickerUnbound,
    StickerUnknown,
    TooManyRequests,
    WufenError,
)
from models.privacy import PhoneRefused, normalise_phone
from models.queries import local_forms
from models.store import Change, Store
from models.tables import bindings, notices, stickers

Purpose = Literal["bind", "manage"]
# What keeps a guesser from binding somebody else's car, and a stranger from waking people all night: security of the
# product, the same everywhere. None of it is a local habit, and a table that could loosen it would be a door.
CODE_DIGITS = 6
CODE_LASTS = timedelta(minutes=10)
TRIES = 5  # wrong codes before a binding is worthless
LONGEST_NAME = 40  # characters
# So many codes per phone and per sticker in the last hour.
CODES_AN_HOUR = 5
ADDRESS = LockRule(allowed=20, seconds=600, longest=600, remembered=3600)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody who scanned a sticker typed; ``purpose`` manage: he has bound it before and lost the token."""

    sticker: str
    plate: str = field(repr=False)
    plate_class: str | None
    phone: str = field(repr=False)
    name: str | None = field(default=None, repr=False)
    purpose: Purpose = "bind"


@dataclass(frozen=True, slots=True)
class Begun:
    """A binding that waits for its code."""

    id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Bound:
    """``ownership`` names who may change the sticker from now on."""

    sticker: str
    ownership: str


ThenBegun = Keeping[Begun]
ThenBound = Keeping[Bound]


async def begin(store: Store, wish: Wish, *, address: bytes, then: ThenBegun | None = None) -> Begun:
    """Sends a code to the phone. Raises InvalidField, TooManyRequests and the sticker's refusals.

    For ``manage`` the answer is the same whether plate and phone fit or not; only then does a code arrive.
    """
    wish = _checked(wish)
    phone_indexes = store.vault.indexes("phone", wish.phone)
    async with store.change() as change:
        sticker = await _sticker(change, wish)
        await _check_local_form(change, wish, sticker.district)
        await _limit(change, sticker.id, phone_indexes, address)
        begun = Begun(store.ids.new(), change.at + CODE_LASTS)
        code = store.ids.digits(CODE_DIGITS)
        await _keep(change, begun, wish, sticker.id, phone_indexes[0], code)
        if wish.purpose == "bind" or await _is_owners(change, sticker, wish, phone_indexes):
            await _send(change, begun.id, wish.phone, code, sticker.district)
        if then is not None:
            await then(change, begun)
    return begun


async def confirm(store: Store, binding_id: str, code: str, *, then: ThenBound | None = None) -> Bound:
    """Binds the sticker to the car and the phone to its owner. Raises InvalidField for a code that is wrong
    or too old, LockedOut after five wrong ones, Conflict when the car is somebody else's."""
    async with store.change() as change:
        query = select(bindings).where(bindings.c.id == binding_id).with_for_update()
        row = (await change.connection.execute(query)).first()
        refused = _refused(change, row, code)
        if row is None:
            raise NotFound
        if refused is None:
            bound = await _confirmed(change, row)
            if then is not None:
                await then(change, bound)
            return bound
        # The wrong try stays counted, so it is raised only after the commit.
        await change.connection.execute(
            update(bindings).where(bindings.c.id == row.id).values(attempts=bindings.c.attempts + 1)
        )
    raise refused


async def _check_local_form(change: Change, wish: Wish, district: str) -> None:
    """An electric bicycle's plate looks as the sticker's city has it."""
    if wish.plate_class == plates.E_BIKE:
        forms = await local_forms.of_place(change.connection, district)
        if not forms.fit(wish.plate):
            raise InvalidField(field="plate", why="local_form")


def _checked(wish: Wish) -> Wish:
    try:
        plate = plates.parse(wish.plate, wish.plate_class)
    except plates.PlateError as refused:
        where = "plate_class" if refused.why == "unknown_class" else "plate"
        raise InvalidField(field=where, why=refused.why) from None
    try:
        phone = normalise_phone(wish.phone)
    except PhoneRefused as refused:
        raise InvalidField(field="phone", why=refused.why) from None
    if wish.name is not None and len(wish.name) > LONGEST_NAME:
        raise InvalidField(field="name", why="too_long", limit=LONGEST_NAME)
    name = (wish.name or "").strip() or None
    return Wish(wish.sticker, plate.number, plate.plate_class, phone, name, wish.purpose)


async def _sticker(change: Change, wish: Wish) -> Row[Any]:
    query = select(stickers).where(stickers.c.code == wish.sticker)
    row = (await change.connection.execute(query)).first()
    if row is None:
        raise StickerUnknown
    if row.status in {"revoked", "replaced"}:
        raise StickerRevoked
    if wish.purpose == "bind" and row.status != "fresh":
        raise StickerBound
    if wish.purpose == "manage" and row.status == "fresh":
        raise StickerUnbound
    return row


async def _limit(change: Change, sticker_id: str, phone_indexes: Sequence[bytes], address: bytes) -> None:
    if not change.store.settings.limits:
        return
    for column, values in ((bindings.c.phone_index, phone_indexes), (bindings.c.sticker_id, [sticker_id])):
        query = select(func.count(), func.min(bindings.c.created_at)).where(
            column.in_(values), bindings.c.created_at > change.at - HOUR
        )
        count, earliest = (await change.connection.execute(query)).one()
        if count >= CODES_AN_HOUR:
            raise TooManyRequests(retry_at=earliest + HOUR)
    subjects = [f"binding:address:{address.hex()}"]
    counted = await lockouts.count_failure(change.connection, subjects, ADDRESS, change.at)
    if counted.locked_until is not None:
        raise TooManyRequests(retry_at=counted.locked_until)


async def _keep(
    change: Change, begun: Begun, wish: Wish, sticker_id: str, phone_index: bytes, code: str
) -> None:
    vault = change.store.vault
    name = None if wish.name is None else vault.seal("bindings.name_sealed", begun.id, wish.name)
    await change.connection.execute(
        insert(bindings).values(
            id=begun.id,
            sticker_id=sticker_id,
            purpose=wish.purpose,
            plate=wish.plate,
            plate_class=wish.plate_class,
            phone_sealed=vault.seal("bindings.phone_sealed", begun.id, wish.phone),
            phone_index=phone_index,
            name_sealed=name,
            code_hash=_code_hashes(change.store, begun.id, code)[0],
            created_at=change.at,
            expires_at=begun.expires_at,
        )
    )


def _code_hashes(store: Store, binding_id: str, code: str) -> tuple[bytes, ...]:
    """Under every key: the code may have been sent before the newest came."""
    return store.vault.indexes("bindings.code", f"{binding_id}:{code}")


async def _is_owners(change: Change, sticker: Row[Any], wish: Wish, phone_indexes: Sequence[bytes]) -> bool:
    vehicle = await ownership.vehicle_by_id(change.connection, sticker.vehicle_id)
    if vehicle is None or vehicle.plate != wish.plate:
        return False
    owner = await ownership.open_ownership(change.connection, vehicle.id)
    return owner is not None and await ownership.is_phone_of(change.connection, owner.owner_id, phone_indexes)


async def _send(change: Change, binding_id: str, phone: str, code: str, district: str) -> None:
    store, platform = change.store, await platform_of(change, district)
    rung = reach.first(store, district, "person", "binding_code", change.at)
    notice_id = store.ids.new()
    await change.connection.execute(
        insert(notices).values(
            id=notice_id,
            key=f"{binding_id}:binding_code:{rung.channel}",
            template="binding_code",
            params=json.dumps({"minutes": int(CODE_LASTS.total_seconds() // 60), "platform": platform}),
            secret_sealed=store.vault.seal("notices.secret_sealed", notice_id, code),
            phone_sealed=store.vault.seal("notices.phone_sealed", notice_id, phone),
            city_code=store.texts.city_of(district),
            channel=rung.channel,
            step=rung.step,
            status="queued",
            created_at=change.at,
            due_at=change.at,
        )
    )
    change.notices_written = True


def _refused(change: Change, row: Row[Any] | None, code: str) -> WufenError | None:
    if row is None or row.used_at is not None or row.expires_at <= change.at:
        return InvalidField(field="code", why="expired")
    if row.attempts >= TRIES:
        return LockedOut(retry_at=row.expires_at, field="code")
    hashes = _code_hashes(change.store, row.id, code)
    if not any(hmac.compare_digest(row.code_hash, one) for one in hashes):
        return InvalidField(field="code", why="wrong", remaining=TRIES - row.attempts - 1)
    return None


async def _confirmed(change: Change, row: Row[Any]) -> Bound:
    await change.connection.execute(update(bindings).where(bindings.c.id == row.id).values(used_at=change.at))
    code: str = (
        await change.connection.execute(select(stickers.c.code).where(stickers.c.id == row.sticker_id))
    ).scalar_one()
    if row.purpose == "manage":
        return Bound(code, await _managed(change, row))
    vehicle_id = await ownership.vehicle(change, row.plate, row.plate_class)
    held = await _own(change, row, vehicle_id)
    await _stick(change, row.sticker_id, vehicle_id)
    audit.note(
        change,
        actor=f"owner:{held.owner_id}",
        role="owner",
        action="bind",
        subject=f"sticker:{row.sticker_id}",
        success=True,
    )
    return Bound(code, held.id)


async def _managed(change: Change, row: Row[Any]) -> str:
    query = select(stickers.c.vehicle_id).where(stickers.c.id == row.sticker_id)
    vehicle_id = (await change.connection.execute(query)).scalar_one()
    held = None if vehicle_id is None else await ownership.open_ownership(change.connection, vehicle_id)
    if held is None or not await _is_his(change, row, held):
        raise Conflict(why="not_yours")
    return held.id


async def _is_his(change: Change, row: Row[Any], held: ownership.Held) -> bool:
    """Whether the binding's phone is the owner's. By the phone itself: its row may be of an older key than his."""
    vault = change.store.vault
    phone = vault.open("bindings.phone_sealed", row.id, row.phone_sealed)
    return await ownership.is_phone_of(change.connection, held.owner_id, vault.indexes("phone", phone))


async def _own(change: Change, row: Row[Any], vehicle_id: str) -> ownership.Held:
    held = await ownership.open_ownership(change.connection, vehicle_id)
    if held is not None:
        if not await _is_his(change, row, held):
            raise Conflict(why="vehicle_bound")
        return held
    store = change.store
    phone = store.vault.open("bindings.phone_sealed", row.id, row.phone_sealed)
    name = row.name_sealed and store.vault.open("bindings.name_sealed", row.id, row.name_sealed)
    owner_id = await ownership.owner(change, phone, name)
    return await ownership.begin(change, vehicle_id, owner_id)


async def _stick(change: Change, sticker_id: str, vehicle_id: str) -> None:
    """The sticker is the car's; what was on its window before is replaced."""
    stuck = await change.connection.execute(
        update(stickers)
        .where(stickers.c.id == sticker_id, stickers.c.status == "fresh")
        .values(status="bound", vehicle_id=vehicle_id, bound_at=change.at)
    )
    if stuck.rowcount != 1:
        raise StickerBound
    await change.connection.execute(
        update(stickers)
        .where(stickers.c.vehicle_id == vehicle_id, stickers.c.id != sticker_id)
        .where(stickers.c.status.in_(("bound", "paused")))
        .values(status="replaced", replaced_by=sticker_id)
    )
