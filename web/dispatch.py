"""From an endpoint to a route: who calls, may he, is the body sound, is its module on, was it answered before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.access.rights import Role, is_open, may, opens, role_of
from models.actions import audit, callers, own_sessions
from models.actions.idempotency import AnsweredMeanwhile, FirstAnswer, IdempotencyKey, first_answer
from models.caller import Caller, Officer, Wall
from models.errors import (
    Conflict,
    Forbidden,
    InvalidField,
    NotFound,
    SecondFactorMissing,
    SessionAsleep,
    Unauthenticated,
    WufenError,
)
from web import passes
from web.answers import Answer, FileAnswer, json_response, response
from web.body import canonical, read_json
from web.endpoint import Call, Endpoint, Nothing, Upload
from web.gate import check_module
from web.language import choose
from web.local import local_wall
from web.shown import shown
from web.signing import OWNER
from web.site import Site, site_of
from web.upload import read_upload
from web.visitor import BY_HAND, OWN_PAGE, SESSION_COOKIE, address_digest, bearer, device_digest
from web.whereabouts import city_of

LONGEST_KEY = 200  # characters of an Idempotency-Key
REPEATED = "idempotency-replayed"


def route(endpoint: Endpoint) -> Route:
    """The route of one endpoint."""

    async def answer(request: Request) -> Response:
        site = site_of(request)
        _check_path(request)
        caller, role = await _caller(request, site, endpoint)
        call, body = await _call(request, site, endpoint, caller, role)
        try:
            await check_module(endpoint, call)
            key = _key(request, endpoint, call, body)
            if key is None:
                return response(_shown(call, await endpoint.handler(call)))
            return await _once(endpoint, call, key)
        except WufenError as error:
            # The refusal is written further out, in the words of the place that the call is about.
            request.state.city = await city_of(call)
            await _record_refusal(site, endpoint, caller, error)
            raise

    return Route(endpoint.path, answer, methods=[endpoint.method], name=endpoint.name)


async def _record_refusal(site: Site, endpoint: Endpoint, caller: Caller | None, error: WufenError) -> None:
    """What an officer may not do there, and a change of rules, flags or accounts that could not be made."""
    if not isinstance(caller, Officer) or endpoint.records_refusals:
        return
    changes = caller.role == "administrator" and endpoint.method != "GET"
    if isinstance(error, Forbidden) or (changes and isinstance(error, Conflict)):
        why = error.params.get("why")
        reason = error.code if why is None else f"{error.code}: {why}"
        await audit.refused(site.store, caller, endpoint.name, reason)


def _check_path(request: Request) -> None:
    """PostgreSQL takes no NUL in a text; nothing of ours has such a name."""
    asked = (*request.path_params.values(), *(value for _, value in request.query_params.multi_items()))
    if any("\x00" in str(value) for value in asked):
        raise NotFound


async def _caller(request: Request, site: Site, endpoint: Endpoint) -> tuple[Caller | None, Role | None]:
    """Who calls, and in which column of the table he stands. Raises Unauthenticated, Forbidden."""
    if is_open(endpoint.name):
        return None, endpoint.answered_as or "anyone"
    token = bearer(request.headers)
    if endpoint.own_token and site.signer.verify(OWNER, token or "") is not None:
        return None, "owner"
    if endpoint.takes_pass and passes.holds(site, token):
        return None, "requester"
    if token is None:
        caller = await _of_cookies(request, site)
    else:
        caller = await callers.caller_of_token(site.store, token)
    role = role_of(caller)
    if may(role, endpoint.name):
        if isinstance(caller, Officer):
            if _only_shows(request, endpoint, caller):
                return Wall(caller.session_id, caller.districts), "wall"
            await _check_session(request, site, endpoint, caller)
        return caller, role
    # The sample city's wall may stand in the browser of somebody who is signed in as what may not look there.
    wall = await local_wall(request, site) if request.method == "GET" else None
    if wall is None or not may("wall", endpoint.name):
        if isinstance(caller, Officer):
            await audit.refused(site.store, caller, endpoint.name)
        raise Forbidden
    return wall, "wall"


def _only_shows(request: Request, endpoint: Endpoint, officer: Officer) -> bool:
    """A commander's screen that nobody sits at goes on showing what a wall shows, all day, and does nothing."""
    asleep = officer.standing == "asleep" and officer.role == "commander"
    return asleep and request.method == "GET" and may("wall", endpoint.name)


async def _check_session(request: Request, site: Site, endpoint: Endpoint, officer: Officer) -> None:
    """Raises SessionAsleep, SecondFactorMissing; else a call by hand keeps the session awake.

    Our pages say which calls are by hand: their timers would keep an empty chair awake for ever.
    """
    if not opens(officer.standing, endpoint.name):
        raise SessionAsleep if officer.standing == "asleep" else SecondFactorMissing
    # Trying to wake it is not being awake.
    if officer.standing == "open" and (BY_HAND in request.headers or OWN_PAGE not in request.headers):
        await own_sessions.touch(site.store, officer)


async def _of_cookies(request: Request, site: Site) -> Caller:
    """Who the browser's cookies speak for. A wall only ever looks."""
    try:
        token = request.cookies.get(SESSION_COOKIE, "")
        if not token:
            raise Unauthenticated
        if request.method != "GET" and OWN_PAGE not in request.headers:
            raise Forbidden(why="header")
        return await callers.caller_of_token(site.store, token)
    except Unauthenticated:
        wall = await local_wall(request, site) if request.method == "GET" else None
        if wall is None:
            raise
        return wall


async def _call(
    request: Request, site: Site, endpoint: Endpoint, caller: Caller | None, role: Role | None
) -> tuple[Call[Any], bytes]:
    body, raw = await _body(request, endpoint)
    device, own_device = device_digest(request, site.signer)
    call = Call(
        request=request,
        site=site,
        caller=caller,
        body=body,
        language=choose(request.scope),
        device=device,
        own_device=own_device,
        address=address_digest(request, site.signer),
        show=lambda answer: replace(
            answer, body=shown(role, endpoint.answers.get(answer.status), answer.body)
        ),
    )
    return call, raw


async def _body(request: Request, endpoint: Endpoint) -> tuple[Any, bytes]:
    """The decoded body, and bytes that are equal for equal bodies."""
    if endpoint.upload is not None:
        async with site_of(request).uploads:
            content = await read_upload(request, endpoint.upload)
        return Upload(content), content
    if endpoint.body is None:
        return Nothing(), b""
    value, raw = await read_json(request, endpoint.body)
    return value, canonical(raw) if "idempotency-key" in request.headers else raw


def _key(request: Request, endpoint: Endpoint, call: Call[Any], body: bytes) -> IdempotencyKey | None:
    given = request.headers.get("idempotency-key")
    if given is None or not endpoint.repeatable:
        return None
    if not 1 <= len(given) <= LONGEST_KEY or not given.isprintable():
        raise InvalidField(field="Idempotency-Key", why="out_of_range")
    # Who has no token yet is known by nothing that survives a change of network; his key and what he
    # knows (sticker and plate tail are in the body) have to do.
    caller = "anyone" if call.caller is None else call.caller.subject
    if endpoint.own_token:
        caller = f"owner {call.request.headers.get('authorization', '')}"
    return IdempotencyKey.of(caller, f"{request.method} {request.url.path}", given, body)


async def _once(endpoint: Endpoint, call: Call[Any], key: IdempotencyKey) -> Response:
    store = call.site.store
    before = None if endpoint.in_one_change else await first_answer(store, key)
    if before is not None:
        return _again(before)
    try:
        answer = await endpoint.handler(replace(call, key=key))
    except (AnsweredMeanwhile, WufenError):
        # Two of the same at once: whoever lost the race, by whatever refusal, gets the winner's answer.
        meanwhile = await first_answer(store, key)
        if meanwhile is None:
            raise
        return _again(meanwhile)
    return response(_shown(call, answer))


def _shown(call: Call[Any], answer: Answer | FileAnswer) -> Answer | FileAnswer:
    return answer if isinstance(answer, FileAnswer) else call.show(answer)


def _again(first: FirstAnswer) -> Response:
    headers = {"cache-control": "no-store", REPEATED: "true"}
    return json_response(first.text.encode(), first.status, headers)
