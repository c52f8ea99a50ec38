"""Going on duty and off, what an officer does meanwhile, and where he is; what of his goes to whom at the end."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from models.actions import duty, staying
from models.actions.idempotency import Keeping
from models.duty.units import Vehicle
from models.errors import (
    Conflict,
    Forbidden,
    IllegalTransition,
    InvalidField,
    NotOnDuty,
    OpenItems,
    SwitchedOff,
)
from models.queries.handovers import colleagues
from models.queries.officer import duty_of
from web import whereabouts
from web.answers import Answer
from web.api.shapes import IncidentView, PanicView, Place
from web.endpoint import Call, Endpoint, Nothing, Shape, keeping

Id = Annotated[str, Meta(min_length=1, max_length=26)]


class Duty(Shape):
    """``zone``: the code of one of the district's; ``vehicle``: how the officer gets about; ``consent``: the answer of

    an officer who was just asked.
    """

    on_duty: bool
    district: Annotated[str, Meta(min_length=1, max_length=12)]
    position: Place | None = None
    zone: Annotated[str, Meta(min_length=1, max_length=20)] | None = None
    vehicle: Vehicle | None = None
    consent: bool | None = None


class ZoneView(Shape):
    """``polygon``: a ring of [lng, lat] in WGS-84."""

    id: str
    code: str
    name: str
    name_en: str
    polygon: list[list[float]] | None
    active: bool


class ConsentView(Shape):
    """``version`` is that of the wording in force; a place of signing on is kept ``keep_days`` days."""

    state: Literal["unasked", "given", "refused"]
    version: str
    at: str | None
    keep_days: int


class NextShift(Shape):
    id: str
    district: str
    name: str
    role: str
    starts_at: str
    ends_at: str
    zone: str | None
    zone_name: str | None
    zone_name_en: str | None


class DutyView(Shape):
    """``offset`` and ``epoch`` are where the channel ``officer:<id>`` stands.

    ``ends_at`` is the end of the rostered shift, null for one that is in no roster; at ``off_by`` the shift ends by
    itself. ``handovers`` are those that wait for an answer, each with ``id``, ``incident``, ``from`` and ``to``
    (service numbers), ``mine`` (the caller hands over), ``note`` and ``asked_at``.
    """

    on_duty: bool
    district: str | None
    since: str | None
    position: dict[str, Any] | None
    status: str
    status_at: str | None
    zone: ZoneView | None
    vehicle: Vehicle | None
    planned: bool
    ends_at: str | None
    off_by: str | None
    consent: ConsentView
    next: list[NextShift]
    handovers: list[dict[str, Any]]
    incidents: list[IncidentView]
    offers: list[dict[str, Any]]
    panic: PanicView | None
    offset: int
    epoch: str


class Status(Shape):
    status: Literal["available", "break", "busy", "out_of_service"]


class Consent(Shape):
    given: bool


class Staying(Shape):
    minutes: Annotated[int, Meta(ge=staying.LEAST_MINUTES, le=staying.MOST_MINUTES)]


class Item(Shape):
    """What becomes of an incident: back to the queue. A colleague takes it over by a hand-over."""

    incident: Id
    to: Literal["queue"]


class SigningOff(Shape):
    items: Annotated[list[Item], Meta(max_length=200)] = []


class Colleague(Shape):
    officer: str
    unit: str
    role: str
    status: str
    zone: str | None


class Colleagues(Shape):
    colleagues: list[Colleague]


async def _duty(call: Call[Any]) -> Answer:
    return Answer(await duty_of(call.site.store, call.officer))


async def look(call: Call[Nothing]) -> Answer:
    return await _duty(call)


async def change(call: Call[Duty]) -> Answer:
    body = call.body
    position = None if body.position is None else body.position.location("position")
    await duty.set_duty(
        call.site.store,
        call.officer,
        body.on_duty,
        body.district,
        position,
        zone=body.zone,
        vehicle=body.vehicle,
        consent=body.consent,
    )
    return await _duty(call)


async def move(call: Call[Place]) -> Answer:
    await duty.move(call.site.store, call.officer, call.body.location("position"))
    return Answer(Nothing())


async def set_status(call: Call[Status]) -> Answer:
    await duty.set_status(call.site.store, call.officer, call.body.status)
    return await _duty(call)


async def consent(call: Call[Consent]) -> Answer:
    await duty.answer_consent(call.site.store, call.officer, call.body.given)
    return await _duty(call)


async def stay(call: Call[Staying]) -> Answer:
    then: Keeping[None] | None = keeping(call, lambda _: Answer(Nothing()))
    await staying.stay(call.site.store, call.officer, call.body.minutes, then=then)
    return Answer(Nothing())


async def sign_off(call: Call[SigningOff]) -> Answer:
    told = {item.incident: item.to for item in call.body.items}
    await duty.sign_off(call.site.store, call.officer, told)
    return await _duty(call)


async def there(call: Call[Nothing]) -> Answer:
    store, officer = call.site.store, call.officer
    on = await duty_of(store, officer)
    if not on["on_duty"]:
        raise NotOnDuty
    return Answer({"colleagues": await colleagues(store, on["district"], officer.id)})


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
        errors=(Forbidden, SwitchedOff, InvalidField, IllegalTransition),
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
    Endpoint(
        method="PUT",
        path="/api/v1/duty/status",
        name="set_unit_status",
        handler=set_status,
        summary="What the officer is doing. Statuses of an assignment follow it and are not set.",
        module="duty",
        where=whereabouts.to_its_end,
        body=Status,
        answers={200: DutyView},
        errors=(NotOnDuty, Conflict, IllegalTransition),
    ),
    Endpoint(
        method="PUT",
        path="/api/v1/duty/consent",
        name="answer_consent",
        handler=consent,
        summary="The officer agrees to be located while on duty, or takes it back, which counts at once.",
        module="duty",
        where=whereabouts.to_its_end,
        body=Consent,
        answers={200: DutyView},
    ),
    Endpoint(
        method="POST",
        path="/api/v1/duty/stay",
        name="stay_on_duty",
        handler=stay,
        summary="Put off the end that would come by itself, at most until 24 hours after signing on.",
        module="duty",
        where=whereabouts.to_its_end,
        body=Staying,
        answers={200: Nothing},
        errors=(NotOnDuty, Conflict),
        repeatable=True,
    ),
    Endpoint(
        method="PUT",
        path="/api/v1/duty/sign-off",
        name="sign_off",
        handler=sign_off,
        summary="End the shift, saying of each incident in hand what becomes of it; else it is refused.",
        module="duty",
        where=whereabouts.to_its_end,
        body=SigningOff,
        answers={200: DutyView},
        errors=(OpenItems, IllegalTransition),
    ),
    Endpoint(
        method="GET",
        path="/api/v1/duty/colleagues",
        name="colleagues",
        handler=there,
        summary="Who else is on duty in the district and may take an incident over, the latest to come first.",
        module="duty",
        where=whereabouts.to_its_end,
        answers={200: Colleagues},
        errors=(NotOnDuty,),
    ),
]
