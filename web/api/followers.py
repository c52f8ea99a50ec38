"""A follower's phone: left by himself for news of one hazard, and stopped by one tap."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from models.actions import hazard_contacts
from models.caller import Participant
from models.errors import Conflict, Forbidden, InvalidField, NotFound
from web import whereabouts
from web.answers import Answer
from web.endpoint import Call, Endpoint, Nothing, Shape
from web.visitor import bearer


class LeftPhone(Shape):
    phone: Annotated[str, Meta(min_length=1, max_length=30)]


class PhoneKept(Shape):
    """``told``: the phone, masked."""

    told: str


async def leave(call: Call[LeftPhone]) -> Answer:
    who = _himself(call)
    token = bearer(call.request.headers) or ""
    return Answer({"told": await hazard_contacts.leave(call.site.store, who, token, call.body.phone)})


async def stop(call: Call[Nothing]) -> Answer:
    await hazard_contacts.stop(call.site.store, _himself(call))
    return Answer(status=204)


def _himself(call: Call[LeftPhone] | Call[Nothing]) -> Participant:
    """Whoever follows this one. Raises Forbidden, Unauthenticated."""
    if call.participant.incident_id != call.path("id"):
        raise Forbidden
    return call.participant


ENDPOINTS = [
    Endpoint(
        method="PUT",
        path="/api/v1/hazards/{id}/phone",
        name="leave_phone",
        handler=leave,
        summary="Leave a phone for news of this hazard. It is sealed, shown to nobody, and erased by rule.",
        module="hazards",
        where=whereabouts.to_its_end,
        body=LeftPhone,
        answers={200: PhoneKept},
        errors=(InvalidField, NotFound, Conflict, Forbidden),
    ),
    Endpoint(
        method="DELETE",
        path="/api/v1/hazards/{id}/phone",
        name="stop_messages",
        handler=stop,
        summary="No more messages about this hazard; the phone is forgotten.",
        module="hazards",
        where=whereabouts.to_its_end,
        answers={204: None},
        errors=(NotFound, Forbidden),
    ),
]
