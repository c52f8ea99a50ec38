"""A stranger asks for a car to be moved: sticker, proof of standing there, reason; no sign-in."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from models.actions.requests import MoveRequest, Requested, request_move
from models.errors import (
    IllegalTransition,
    PlateTailLocked,
    PlateTailWrong,
    StickerPaused,
    StickerRevoked,
    StickerUnbound,
    StickerUnknown,
    SwitchedOff,
    TooManyRequests,
)
from web import whereabouts
from web.answers import Answer
from web.api.shapes import IncidentView, Place
from web.endpoint import Call, Endpoint, Shape, keeping


class Asked(Shape):
    """``plate_tail``: the last three characters of the plate."""

    sticker: Annotated[str, Meta(min_length=1, max_length=64)]
    plate_tail: Annotated[str, Meta(min_length=1, max_length=20)]
    reason: Literal["blocking", "space", "fire_lane", "other"]
    message: Annotated[str, Meta(max_length=200)] | None = None
    location: Place | None = None


class Answered(Shape):
    incident: IncidentView
    channel: str
    access_token: str


async def ask(call: Call[Asked]) -> Answer:
    body = call.body
    location = None if body.location is None else body.location.location("location")
    request = MoveRequest(
        sticker=body.sticker,
        plate_tail=body.plate_tail,
        reason=body.reason,
        message=body.message or None,
        location=location,
        device=call.device if call.own_device else None,
        address=call.address,
        prover=call.device,
    )
    return _answer(await request_move(call.site.store, request, then=keeping(call, _answer)))


def _answer(requested: Requested) -> Answer:
    incident = requested.view
    body = {
        "incident": incident,
        "channel": f"incident:{incident['id']}",
        "access_token": requested.token,
    }
    return Answer(body, 200 if requested.joined else 201)


ENDPOINTS = [
    Endpoint(
        method="POST",
        path="/api/v1/move-requests",
        name="request_move",
        answered_as="requester",
        handler=ask,
        summary="Ask for a car to be moved. One car has one open request: a second caller joins it (200).",
        module="move_car",
        where=whereabouts.of_body_sticker,
        body=Asked,
        answers={201: Answered, 200: Answered},
        errors=(
            StickerUnknown,
            StickerUnbound,
            StickerPaused,
            StickerRevoked,
            SwitchedOff,
            PlateTailWrong,
            PlateTailLocked,
            TooManyRequests,
            IllegalTransition,
        ),
        repeatable=True,
        in_one_change=True,
    ),
]
