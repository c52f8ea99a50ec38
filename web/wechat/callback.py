"""Callbacks of a city's official account: scans, follows, and what became of messages.

Answered within five seconds or asked again; what a call causes is caused once, and its answer is the same each time.
Nothing of what a person writes is kept.
"""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from models.actions import provider_calls, settling
from models.errors import Forbidden, NotFound, Unavailable
from models.wechat.callbacks import CallbackRefused, Incoming, echo, read, text_reply
from models.wechat.scenes import page_of
from models.wechat.setup import CHANNEL, Official, official_of
from web.site import Site, site_of

SECONDS = 4.0  # the platform waits for five
DONE = "success"
SENT_EVENTS = frozenset({"templatesendjobfinish", "subscribe_msg_sent_event"})

log = structlog.get_logger()


async def confirm(request: Request) -> Response:
    """The platform asks whether this address is the account's."""
    site = site_of(request)
    official = _official(request, site)
    try:
        said = echo(official.account, request.query_params, site.store.clock.now())
    except CallbackRefused:
        raise Forbidden from None
    return PlainTextResponse(said)


async def receive(request: Request) -> Response:
    """One call of the platform. Raises Forbidden for anybody else's, Unavailable where it has to come again."""
    site = site_of(request)
    official = _official(request, site)
    now = site.store.clock.now()
    try:
        incoming = read(official.account, request.query_params, await request.body(), now)
    except CallbackRefused:
        log.warning("wechat_callback_refused", city=official.city)
        raise Forbidden from None
    try:
        async with asyncio.timeout(SECONDS):
            await _deal_with(site, incoming)
    except (TimeoutError, SQLAlchemyError, OSError):
        raise Unavailable from None
    said = _reply(site, official, incoming)
    if said is None:
        return PlainTextResponse(DONE)
    nonce = site.store.ids.digits(10)
    return Response(text_reply(official.account, incoming, said, now, nonce), media_type="text/xml")


def _official(request: Request, site: Site) -> Official:
    """Raises NotFound for a city without an account, or one that takes no callbacks."""
    city = request.path_params["city"]
    known = site.store.texts.cities
    official = official_of(site.store.channels.of(city, CHANNEL)) if city in known else None
    if official is None or not official.account.token:
        raise NotFound
    return official


async def _deal_with(site: Site, incoming: Incoming) -> None:
    if incoming.event not in SENT_EVENTS or incoming.message_id is None:
        return
    if not await provider_calls.first_time(site.store, incoming.key):
        return
    try:
        await _report(site, incoming, incoming.message_id)
    except BaseException:
        await asyncio.shield(provider_calls.forget(site.store, incoming.key))
        raise


async def _report(site: Site, incoming: Incoming, message_id: str) -> None:
    """``success``, ``failed:user block``, ``failed: system failed``, or the code of a subscription message."""
    status = (incoming.status or "").lower()
    arrived = status == "success"
    refused = "block" in status or status == "43101"
    await settling.reported(
        site.store,
        CHANNEL,
        "delivered" if arrived else "failed",
        at=site.store.clock.now(),
        provider_id=message_id,
        failure=None if arrived else "refused_or_used_up" if refused else "refused",
        code=None if arrived else status or None,
    )


def _reply(site: Site, official: Official, incoming: Incoming) -> str | None:
    """Whoever scans a sticker's code gets its page, whoever follows gets the menu; nobody else is spoken to."""
    if incoming.event not in {"subscribe", "scan"}:
        return None
    path = page_of(incoming.scene)
    words = site.store.texts.of(official.city)
    key = "wechat.reply.sticker" if path.startswith("/s/") else "wechat.reply.welcome"
    return words.say("zh", key, {"url": f"{site.settings.public_url}{path}"})
