"""A requester calls the owner by a number that is neither's."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from models.actions import private_calls
from models.clock import iso
from models.errors import Forbidden, NotFound, TooManyRequests, Unavailable
from web import whereabouts
from web.answers import Answer
from web.endpoint import Call, Endpoint, Shape


class OwnPhone(Shape):
    """``phone``: from which he will call; the provider connects no other."""

    phone: Annotated[str, Meta(min_length=1, max_length=30)]


class PrivateNumber(Shape):
    number: str
    until: str


async def begin(call: Call[OwnPhone]) -> Answer:
    if call.participant.incident_id != call.path("id"):
        raise Forbidden
    found = await private_calls.begin(call.site.store, call.participant, call.body.phone)
    return Answer(PrivateNumber(number=found.number, until=iso(found.until)))


ENDPOINTS = [
    Endpoint(
        method="PUT",
        path="/api/v1/incidents/{id}/call",
        name="call_owner",
        handler=begin,
        summary="A number by which the requester reaches the owner while the request lasts; nobody sees the other's.",
        module="move_car",
        where=whereabouts.to_its_end,
        body=OwnPhone,
        answers={200: PrivateNumber},
        errors=(NotFound, TooManyRequests, Unavailable),
    )
]
