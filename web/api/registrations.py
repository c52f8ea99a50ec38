"""Asking for an account at one of the two doors, and an administrator's word on it."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from msgspec import Meta

from models import passwords
from models.actions import registrations
from models.actions.registrations import Applicant, Door
from models.errors import Conflict, Forbidden, InvalidField, NotFound, TooManyRequests
from models.queries import registrations as queries
from web.answers import Answer
from web.api.shapes import Reason
from web.endpoint import Call, Endpoint, Nothing, Shape, keeping


class Registration(Shape):
    """The service number is the user name from then on."""

    service_number: Annotated[str, Meta(min_length=2, max_length=20, pattern=r"^[A-Za-z0-9-]+$")]
    unit: Annotated[str, Meta(min_length=1, max_length=60)]
    name: Annotated[str, Meta(min_length=1, max_length=40)]
    password: Annotated[str, Meta(min_length=1, max_length=256)]
    district: Annotated[str, Meta(min_length=1, max_length=12)]


class Registered(Shape):
    status: str


class RegistrationView(Shape):
    """``rivals``: others that wait under a number that is or looks the same; ``account``: who has such a number."""

    id: str
    door: str
    service_number: str
    unit: str
    name: str
    district: str
    at: str
    rivals: int
    account: str | None


class Registrations(Shape):
    registrations: list[RegistrationView]


class Approval(Shape):
    """``checked``: it is made sure whose number it is, where somebody else lays claim to it."""

    role: Literal["police", "auxiliary", "commander", "administrator"]
    checked: bool = False


class RefusalOfRegistration(Shape):
    """``whole_number``: and all others that wait for the number in one's districts."""

    reason: Reason
    whole_number: bool = False


class Approved(Shape):
    officer: str


async def register_police(call: Call[Registration]) -> Answer:
    return await _register(call, "police")


async def register_auxiliary(call: Call[Registration]) -> Answer:
    return await _register(call, "auxiliary")


async def _register(call: Call[Registration], door: Door) -> Answer:
    body = call.body
    try:
        async with call.site.drawing:
            password_hash = await asyncio.to_thread(passwords.hash_password, body.password)
    except passwords.PasswordRefused as refused:
        raise InvalidField(field="password", why=refused.why) from None
    for field, text in (("unit", body.unit), ("name", body.name)):
        if not text.strip():
            raise InvalidField(field=field, why="required")
    applicant = Applicant(
        door=door,
        service_number=body.service_number,
        unit=body.unit.strip(),
        name=body.name.strip(),
        password_hash=password_hash,
        district=body.district,
        address=call.address,
    )
    await registrations.register(call.site.store, applicant, then=keeping(call, _registered))
    return _registered("")


def _registered(_id: str) -> Answer:
    return Answer(Registered(status="waiting"), 201)


async def waiting(call: Call[Nothing]) -> Answer:
    found = await queries.waiting(call.site.store, sorted(call.officer.districts))
    return Answer({"registrations": found})


async def approve(call: Call[Approval]) -> Answer:
    then = keeping(call, _approved)
    officer_id = await registrations.approve(
        call.site.store,
        call.path("id"),
        call.officer,
        call.body.role,
        checked=call.body.checked,
        then=then,
    )
    return _approved(officer_id)


def _approved(officer_id: str) -> Answer:
    return Answer(Approved(officer=officer_id))


async def refuse(call: Call[RefusalOfRegistration]) -> Answer:
    await registrations.refuse(
        call.site.store,
        call.path("id"),
        call.officer,
        reason=call.body.reason,
        whole_number=call.body.whole_number,
        then=keeping(call, lambda _: Answer(Nothing())),
    )
    return Answer(Nothing())


_DECIDING = (NotFound, Forbidden, Conflict)
ENDPOINTS = [
    Endpoint(
        method="POST",
        path="/api/v1/registrations",
        name="register",
        handler=register_police,
        summary="Ask for an account as police. It opens nothing before an administrator has approved it.",
        module="platform",
        body=Registration,
        answers={201: Registered},
        errors=(TooManyRequests,),
        repeatable=True,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/auxiliary/registrations",
        name="register_auxiliary",
        handler=register_auxiliary,
        summary="Ask for an account as auxiliary officer. It opens nothing before an administrator has approved it.",
        module="platform",
        body=Registration,
        answers={201: Registered},
        errors=(TooManyRequests,),
        repeatable=True,
    ),
    Endpoint(
        method="GET",
        path="/api/v1/admin/registrations",
        name="registrations",
        handler=waiting,
        summary="Who waits for an account in the administrator's districts, the oldest first.",
        module="platform",
        answers={200: Registrations},
    ),
    Endpoint(
        method="POST",
        path="/api/v1/admin/registrations/{id}/approve",
        name="approve_registration",
        handler=approve,
        summary="The account is there, with the password that was chosen.",
        module="platform",
        body=Approval,
        answers={200: Approved},
        errors=_DECIDING,
        repeatable=True,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/admin/registrations/{id}/refuse",
        name="refuse_registration",
        handler=refuse,
        summary="No account, with a reason that whoever asked reads at the door.",
        module="platform",
        body=RefusalOfRegistration,
        answers={200: Nothing},
        errors=_DECIDING,
        repeatable=True,
    ),
]
