"""Signing in and out: two doors, one for police, commanders and administrators, one for auxiliary officers."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta
from sqlalchemy import select

from models.actions import second_factor, sessions
from models.actions.callers import idle_limit
from models.actions.sessions import Door, SignedIn, Trying
from models.caller import Officer
from models.clock import iso
from models.errors import (
    BadCredentials,
    LockedOut,
    RegistrationRefused,
    RegistrationWaiting,
    SecondFactorNeeded,
    WrongDoor,
)
from models.tables import districts
from web.answers import Answer
from web.endpoint import Call, Endpoint, Nothing, Shape
from web.visitor import SESSION_COOKIE, device_name


class Credentials(Shape):
    """``code``: of the second factor where the account has one, or a recovery code."""

    username: Annotated[str, Meta(min_length=1, max_length=60)]
    password: Annotated[str, Meta(min_length=1, max_length=256)]
    code: Annotated[str, Meta(min_length=1, max_length=40)] | None = None


class Named(Shape):
    """``modules`` are those that are on there for this officer."""

    code: str
    name: str
    name_en: str
    modules: list[str]


class Me(Shape):
    """``second_factor``: ``on``, ``off``, or ``due`` when the role needs one before anything else opens.

    ``idle_seconds``: after so long without a person's hand the session falls asleep.
    """

    id: str
    role: str
    service_number: str
    unit: str
    districts: list[Named]
    second_factor: str
    idle_seconds: int


class Session(Shape):
    access_token: str
    role: str
    districts: list[str]
    id: str
    service_number: str
    unit: str
    expires_at: str


async def _sign_in(call: Call[Credentials], door: Door) -> Answer:
    trying = Trying(
        username=call.body.username.strip(),
        password=call.body.password,
        door=door,
        address=call.address,
        code=call.body.code,
        device=device_name(call.request),
    )
    signed_in = await sessions.sign_in(call.site.store, trying, verify=call.site.verify)
    officer = signed_in.officer
    session = Session(
        access_token=signed_in.token,
        districts=sorted(officer.districts),
        expires_at=iso(signed_in.expires_at),
        **_facts(officer),
    )
    return Answer(session, cookies=(_cookie(call, signed_in),))


async def sign_in_police(call: Call[Credentials]) -> Answer:
    return await _sign_in(call, "police")


async def sign_in_auxiliary(call: Call[Credentials]) -> Answer:
    return await _sign_in(call, "auxiliary")


async def sign_out(call: Call[Nothing]) -> Answer:
    await sessions.sign_out(call.site.store, call.officer)
    return Answer(Nothing(), cookies=(f"{SESSION_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax",))


async def me(call: Call[Nothing]) -> Answer:
    query = (
        select(districts.c.code, districts.c.name, districts.c.name_en)
        .where(districts.c.code.in_(sorted(call.officer.districts)))
        .order_by(districts.c.code)
    )
    async with call.site.store.database.read() as connection:
        rows = (await connection.execute(query)).all()
        on = await second_factor.is_on(connection, call.officer.id)
    flags = call.site.store.flags
    named = [
        Named(
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            modules=list(flags.modules(row.code, call.officer)),
        )
        for row in rows
    ]
    due = not on and call.officer.role in call.site.settings.second_factor
    idle = idle_limit(call.officer.role, call.site.settings)
    return Answer(
        Me(
            districts=named,
            second_factor="on" if on else "due" if due else "off",
            idle_seconds=int(idle.total_seconds()),
            **_facts(call.officer),
        )
    )


def _facts(officer: Officer) -> dict[str, Any]:
    return {
        "id": officer.id,
        "role": officer.role,
        "service_number": officer.service_number,
        "unit": officer.unit,
    }


def _cookie(call: Call[Credentials], signed_in: SignedIn) -> str:
    seconds = call.site.settings.session_seconds
    secure = "; Secure" if call.site.settings.public_url.startswith("https://") else ""
    return f"{SESSION_COOKIE}={signed_in.token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


_ERRORS = (
    BadCredentials,
    WrongDoor,
    LockedOut,
    SecondFactorNeeded,
    RegistrationWaiting,
    RegistrationRefused,
)
ENDPOINTS = [
    Endpoint(
        method="POST",
        path="/api/v1/sessions",
        name="sign_in",
        handler=sign_in_police,
        summary="Sign in as police officer, commander or administrator. Sets a session cookie too.",
        module="platform",
        body=Credentials,
        answers={200: Session},
        errors=_ERRORS,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/auxiliary/sessions",
        name="sign_in_auxiliary",
        handler=sign_in_auxiliary,
        summary="Sign in as auxiliary officer. Sets a session cookie too.",
        module="platform",
        body=Credentials,
        answers={200: Session},
        errors=_ERRORS,
    ),
    Endpoint(
        method="DELETE",
        path="/api/v1/sessions/current",
        name="sign_out",
        handler=sign_out,
        summary="Sign out: the token is worthless from now on, and live connections end.",
        module="platform",
        answers={200: Nothing},
    ),
    Endpoint(
        method="GET",
        path="/api/v1/me",
        name="me",
        handler=me,
        summary="Who the token belongs to.",
        module="platform",
        answers={200: Me},
    ),
]
