"""Going on duty and off, and where an officer is meanwhile."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from models.actions import duty
from models.errors import Forbidden, NotOnDuty, SwitchedOff
from models.queries.officer import duty_of
from web import whereabouts
from web.answers import Answer
from web.api.shapes import IncidentView, Place
from web.endpoint import Call, Endpoint, Nothing, Shape


class Duty(Shape):
    on_duty: bool
    district: Annotated[str, Meta(min_length=1, max_length=12)]
    position: Place | None = None


class DutyView(Shape):
    """``offset`` and ``epoch`` are where the channel ``officer:<id>`` stands."""

    on_duty: bool
    district: str | None
    since: str | None
    position: dict[str, Any] | None
    incidents: list[IncidentView]
    offers: list[dict[str, Any]]
    offset: int
    epoch: str


async def look(call: Call[Nothing]) -> Answer:
    return Answer(await duty_of(call.site.store, call.officer))


async def change(call: Call[Duty]) -> Answer:
    body = call.body
    position = None if body.position is None else body.position.location("position")
    await duty.set_duty(call.site.store, call.officer, body.on_duty, body.district, position)
    return Answer(await duty_of(call.site.store, call.officer))


async def move(call: Call[Place]) -> Answer:
    await duty.move(call.site.store, call.officer, call.body.location("position"))
    return Answer(Nothing())


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/duty",
        name="duty",
        handler=look,
        summary="The officer's shift, what he has, and what he is asked.",
        module="duty",
        where=whereabouts.to_its_end,
        answers={200: DutyView},
    ),
    Endpoint(
        method="PUT",
        path="/api/v1/duty",
        name="set_duty",
        handler=change,
        summary="Go on duty or off. Whoever goes off gives his incidents back; saying the same twice changes nothing.",
        module="duty",
        where=whereabouts.of_new_shift,
        body=Duty,
        answers={200: DutyView},
        errors=(Forbidden, SwitchedOff),
    ),
    Endpoint(
        method="PUT",
        path="/api/v1/duty/position",
        name="move",
        handler=move,
        summary="Where the officer is now; only on duty.",
        module="duty",
        where=whereabouts.to_its_end,
        body=Place,
        answers={200: Nothing},
        errors=(NotOnDuty, Forbidden),
    ),
]
