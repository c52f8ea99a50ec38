"""What somebody is signed in with: listed, ended, put to sleep and woken. The session itself is `web.api.sessions`."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from models.actions import own_sessions
from models.errors import BadCredentials, InvalidField, LockedOut, NotFound
from web.answers import Answer
from web.endpoint import Call, Endpoint, Nothing, Shape


class SessionView(Shape):
    """``asleep``: it wants to know again who is there. ``current``: the one that asks."""

    id: str
    device: str | None
    since: str
    last_used_at: str | None
    expires_at: str
    asleep: bool
    current: bool


class Sessions(Shape):
    sessions: list[SessionView]


class Awake(Shape):
    """The password, or a code of the second factor."""

    password: Annotated[str, Meta(min_length=1, max_length=256)] | None = None
    code: Annotated[str, Meta(min_length=1, max_length=40)] | None = None


async def mine(call: Call[Nothing]) -> Answer:
    officer = call.officer
    found = await own_sessions.listed(call.site.store, officer.id, current=officer.session_id)
    return Answer({"sessions": found})


async def end(call: Call[Nothing]) -> Answer:
    await own_sessions.end_one(call.site.store, call.officer, call.path("id"))
    return Answer(Nothing())


async def lock(call: Call[Nothing]) -> Answer:
    await own_sessions.lock(call.site.store, call.officer)
    return Answer(Nothing())


async def unlock(call: Call[Awake]) -> Answer:
    if (call.body.password is None) == (call.body.code is None):
        raise InvalidField(field="password", why="required")
    await own_sessions.unlock(
        call.site.store,
        call.officer,
        password=call.body.password,
        code=call.body.code,
        address=call.address,
        verify=call.site.verify,
    )
    return Answer(Nothing())


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/sessions",
        name="own_sessions",
        handler=mine,
        summary="What the caller is signed in with, the one used last first.",
        module="platform",
        answers={200: Sessions},
    ),
    Endpoint(
        method="DELETE",
        path="/api/v1/sessions/{id}",
        name="end_session",
        handler=end,
        summary="End one of the caller's own sessions; its live connections end.",
        module="platform",
        answers={200: Nothing},
        errors=(NotFound,),
    ),
    Endpoint(
        method="POST",
        path="/api/v1/sessions/current/lock",
        name="lock_session",
        handler=lock,
        summary="Put this session to sleep until its owner says again who he is.",
        module="platform",
        body=Nothing,
        answers={200: Nothing},
    ),
    Endpoint(
        method="POST",
        path="/api/v1/sessions/current/unlock",
        name="unlock_session",
        handler=unlock,
        summary="Wake this session, by the password or a code of the second factor.",
        module="platform",
        body=Awake,
        answers={200: Nothing},
        errors=(BadCredentials, LockedOut),
    ),
]
