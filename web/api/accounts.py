"""What an administrator does to somebody's signing in: looks at his sessions, ends them, lets him enrol anew."""

from __future__ import annotations

from models.actions import officers, own_sessions, second_factor
from models.errors import Forbidden, NotFound
from web.answers import Answer
from web.api.own_sessions import Sessions
from web.api.shapes import Reason
from web.endpoint import Call, Endpoint, Nothing, Shape


class ToAccount(Shape):
    """``reason`` is for the audit."""

    reason: Reason


async def sessions_of(call: Call[Nothing]) -> Answer:
    await _check(call)
    return Answer({"sessions": await own_sessions.listed(call.site.store, call.path("id"))})


async def sign_out(call: Call[ToAccount]) -> Answer:
    await own_sessions.sign_out_officer(
        call.site.store, call.path("id"), call.officer, reason=call.body.reason
    )
    return Answer(Nothing())


async def reset(call: Call[ToAccount]) -> Answer:
    await _check(call)
    await second_factor.reset(call.site.store, call.path("id"), call.officer, reason=call.body.reason)
    return Answer(Nothing())


async def _check(call: Call[Nothing] | Call[ToAccount]) -> None:
    async with call.site.store.change() as change:
        await officers.check_his(change, call.path("id"), call.officer)


_ERRORS = (NotFound, Forbidden)
ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/admin/officers/{id}/sessions",
        name="officer_sessions",
        handler=sessions_of,
        summary="What an officer is signed in with.",
        module="platform",
        answers={200: Sessions},
        errors=_ERRORS,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/admin/officers/{id}/sign-out",
        name="sign_out_officer",
        handler=sign_out,
        summary="End all of an officer's sessions: live connections are cut within a second.",
        module="platform",
        body=ToAccount,
        answers={200: Nothing},
        errors=_ERRORS,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/admin/officers/{id}/second-factor/reset",
        name="reset_second_factor",
        handler=reset,
        summary="The officer's phone is lost: his second factor and recovery codes are gone, and he enrols anew.",
        module="platform",
        body=ToAccount,
        answers={200: Nothing},
        errors=_ERRORS,
    ),
]
