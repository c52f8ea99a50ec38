"""Enrolling a second factor: a secret to scan, a first code back, recovery codes to keep on paper."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from models.actions import own_sessions, second_factor
from models.errors import BadCredentials, Conflict, LockedOut
from models.printing import qr
from models.queries.installation import installation
from web.answers import Answer
from web.endpoint import Call, Endpoint, Shape


class Password(Shape):
    password: Annotated[str, Meta(min_length=1, max_length=256)]


class FirstCode(Shape):
    code: Annotated[str, Meta(min_length=1, max_length=12)]


class SecondFactorBegun(Shape):
    """``qr`` is an SVG of ``uri``; ``secret`` the same to type. Told only now."""

    secret: str
    uri: str
    qr: str


class RecoveryCodes(Shape):
    """Each is good once, instead of a code. Told only now."""

    recovery_codes: list[str]


async def begin(call: Call[Password]) -> Answer:
    store = call.site.store
    await own_sessions.check_password(
        store, call.officer, call.body.password, address=call.address, verify=call.site.verify
    )
    platform = (await installation(store)).platform or "Wufen"
    begun = await second_factor.begin(store, call.officer, platform)
    return Answer(SecondFactorBegun(secret=begun.secret, uri=begun.uri, qr=qr.svg(begun.uri, "TOTP")))


async def confirm(call: Call[FirstCode]) -> Answer:
    codes = await second_factor.confirm(call.site.store, call.officer, call.body.code)
    return Answer(RecoveryCodes(recovery_codes=list(codes)))


ENDPOINTS = [
    Endpoint(
        method="POST",
        path="/api/v1/second-factor",
        name="begin_second_factor",
        handler=begin,
        summary="Begin to enrol a second factor (TOTP, RFC 6238): the secret, and its QR code.",
        module="platform",
        body=Password,
        answers={200: SecondFactorBegun},
        errors=(BadCredentials, LockedOut, Conflict),
    ),
    Endpoint(
        method="POST",
        path="/api/v1/second-factor/confirm",
        name="confirm_second_factor",
        handler=confirm,
        summary="The first code: from now on signing in asks for one. Answers the recovery codes.",
        module="platform",
        body=FirstCode,
        answers={200: RecoveryCodes},
        errors=(Conflict,),
    ),
]
