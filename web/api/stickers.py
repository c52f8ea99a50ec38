"""Stickers: what a scan shows, and what an owner does with his own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from msgspec import Meta

from models.actions import callers, sticker_changes
from models.actions.requests import REASONS
from models.actions.sticker_changes import Asker, Changed, OwnersChange
from models.caller import Participant
from models.errors import (
    Conflict,
    Forbidden,
    StickerBound,
    StickerPaused,
    StickerRevoked,
    StickerUnbound,
    StickerUnknown,
    SwitchedOff,
    TooManyRequests,
    Unauthenticated,
)
from models.queries.stickers import sticker_face
from web import whereabouts
from web.answers import Answer
from web.endpoint import Call, Endpoint, Nothing, Shape, keeping
from web.signing import OWNER, Signer
from web.visitor import bearer


class StickerView(Shape):
    status: str
    district: str
    plate_hint: str | None
    plate_length: int | None
    reasons: list[str]


class StickerChanged(Shape):
    sticker: str
    status: str
    url: str


class Replacement(Shape):
    """``sticker``: the fresh one that is on the window now; without it a new code is made."""

    sticker: Annotated[str, Meta(min_length=1, max_length=64)] | None = None


def owner_token(signer: Signer, ownership: str) -> str:
    """What an owner shows for his sticker; worthless once the ownership has ended."""
    return signer.sign(OWNER, ownership)


async def look(call: Call[Nothing]) -> Answer:
    if call.site.settings.limits:
        call.site.look_ups.count(call.address, call.now)
    face = await sticker_face(call.site.store, call.path("code"))
    if face is None:
        raise StickerUnknown
    view = StickerView(
        status=face.status,
        district=face.district,
        plate_hint=face.plate_hint,
        plate_length=face.plate_length,
        reasons=list(REASONS),
    )
    return Answer(view)


async def _asker(call: Call[Nothing] | Call[Replacement]) -> Asker:
    """The owner's own token, or the link of a notice. Raises Unauthenticated for neither."""
    token = bearer(call.request.headers) or ""
    ownership = call.site.signer.verify(OWNER, token)
    if ownership is not None:
        return ownership
    caller = await callers.caller_of_token(call.site.store, token)
    if not isinstance(caller, Participant):
        raise Forbidden
    return caller


def _change(what: OwnersChange) -> Callable[[Call[Nothing]], Awaitable[Answer]]:
    async def change(call: Call[Nothing]) -> Answer:
        return await _do(call, what, None)

    return change


async def replace(call: Call[Replacement]) -> Answer:
    return await _do(call, "replace", call.body.sticker)


async def _do(call: Call[Nothing] | Call[Replacement], what: OwnersChange, new_code: str | None) -> Answer:
    public_url = call.site.settings.public_url

    def answer(changed: Changed) -> Answer:
        view = StickerChanged(
            sticker=changed.code, status=changed.status, url=f"{public_url}/s/{changed.code}"
        )
        return Answer(view)

    store = call.site.store
    changed = await sticker_changes.change_own(
        store,
        call.path("code"),
        what,
        await _asker(call),
        new_code=new_code,
        then=keeping(call, answer),
    )
    return answer(changed)


_ERRORS = (Unauthenticated, Forbidden, StickerUnknown, StickerUnbound, StickerRevoked, Conflict)


def _owners(what: OwnersChange, summary: str) -> Endpoint:
    return Endpoint(
        method="POST",
        path=f"/api/v1/stickers/{{code}}/{what}",
        name=f"{what}_sticker",
        own_token=True,
        handler=replace if what == "replace" else _change(what),
        summary=summary,
        module="move_car",
        where=whereabouts.to_its_end,
        body=Replacement if what == "replace" else Nothing,
        answers={200: StickerChanged},
        errors=(*_ERRORS, StickerBound if what == "replace" else StickerPaused),
        repeatable=True,
    )


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/stickers/{code}",
        name="sticker",
        handler=look,
        summary="What a scan shows: the state, province and city letter, and what may be asked.",
        module="move_car",
        where=whereabouts.of_sticker,
        answers={200: StickerView},
        errors=(StickerUnknown, SwitchedOff, TooManyRequests),
    ),
    _owners("pause", "The sticker says politely that it is paused."),
    _owners("resume", "The sticker works again."),
    _owners("unbind", "The car is sold or the phone gone: the sticker is fresh again."),
    _owners("replace", "The sticker is lost or worn: its code is worthless, another one takes its place."),
]
