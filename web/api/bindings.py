"""Binding a sticker to a car: plate and phone, a code to the phone, the code back."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from models.actions import bindings
from models.actions.bindings import Begun, Bound, Wish
from models.clock import iso
from models.errors import (
    Conflict,
    LockedOut,
    NotFound,
    StickerBound,
    StickerRevoked,
    StickerUnbound,
    StickerUnknown,
    SwitchedOff,
    TooManyRequests,
)
from web import whereabouts
from web.answers import Answer
from web.api.stickers import owner_token
from web.endpoint import Call, Endpoint, Shape, keeping


class Binding(Shape):
    """``purpose`` manage: the sticker is the caller's already, and he has lost his token."""

    plate: Annotated[str, Meta(min_length=1, max_length=20)]
    phone: Annotated[str, Meta(min_length=1, max_length=30)]
    plate_class: Annotated[str, Meta(max_length=20)] | None = None
    name: Annotated[str, Meta(max_length=40)] | None = None
    purpose: Literal["bind", "manage"] = "bind"


class BindingBegun(Shape):
    binding: str
    expires_at: str


class Code(Shape):
    code: Annotated[str, Meta(min_length=1, max_length=12)]


class BindingConfirmed(Shape):
    sticker: str
    owner_token: str


async def begin(call: Call[Binding]) -> Answer:
    body = call.body
    wish = Wish(call.path("code"), body.plate, body.plate_class, body.phone, body.name, body.purpose)
    return _begun(
        await bindings.begin(call.site.store, wish, address=call.address, then=keeping(call, _begun))
    )


def _begun(begun: Begun) -> Answer:
    return Answer(BindingBegun(binding=begun.id, expires_at=iso(begun.expires_at)), 202)


async def confirm(call: Call[Code]) -> Answer:
    signer = call.site.signer

    def answer(bound: Bound) -> Answer:
        token = owner_token(signer, bound.ownership)
        return Answer(BindingConfirmed(sticker=bound.sticker, owner_token=token))

    code = call.body.code.strip()
    bound = await bindings.confirm(call.site.store, call.path("id"), code, then=keeping(call, answer))
    return answer(bound)


ENDPOINTS = [
    Endpoint(
        method="POST",
        path="/api/v1/stickers/{code}/binding",
        name="begin_binding",
        handler=begin,
        summary="Sends a six-digit code to the phone.",
        module="move_car",
        where=whereabouts.of_sticker_to_bind,
        body=Binding,
        answers={202: BindingBegun},
        errors=(StickerUnknown, StickerRevoked, StickerBound, StickerUnbound, SwitchedOff, TooManyRequests),
        repeatable=True,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/bindings/{id}/confirm",
        name="confirm_binding",
        handler=confirm,
        summary="The code binds; the answer holds the owner's token. Five wrong ones make the binding worthless.",
        module="move_car",
        where=whereabouts.to_its_end,
        body=Code,
        answers={200: BindingConfirmed},
        errors=(NotFound, LockedOut, Conflict, StickerBound),
        repeatable=True,
    ),
]
