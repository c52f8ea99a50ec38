"""Saying why one looks at personal data: once per incident, before it is shown."""

from __future__ import annotations

from typing import Literal

from models.actions import looks
from models.errors import Forbidden, NotFound
from web import whereabouts
from web.answers import Answer
from web.api.shapes import Reason
from web.endpoint import Call, Endpoint, Nothing, Shape, keeping


class Look(Shape):
    """``what``: a whole plate, a phone through the hub, a name, or a vehicle's history."""

    what: Literal["plate", "phone", "name", "history"]
    reason: Reason


async def look(call: Call[Look]) -> Answer:
    await looks.give_reason(
        call.site.store,
        call.officer,
        call.path("id"),
        call.body.what,
        call.body.reason,
        then=keeping(call, _recorded),
    )
    return _recorded("")


def _recorded(_incident: str) -> Answer:
    return Answer(Nothing())


ENDPOINTS = [
    Endpoint(
        method="POST",
        path="/api/v1/incidents/{id}/looks",
        name="look",
        handler=look,
        summary="Say why one looks at personal data of this incident; recorded, whether it is permitted or not.",
        module="move_car",
        where=whereabouts.to_its_end,
        body=Look,
        answers={200: Nothing},
        errors=(NotFound, Forbidden),
        repeatable=True,
        records_refusals=True,
    ),
]
