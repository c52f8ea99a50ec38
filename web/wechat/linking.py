"""An owner in WeChat's browser says that he wants to be told there: out to the platform's door, and back.

The address that goes to the platform holds a state and nothing of the incident. Where to come back to, and for whom,
is in a cookie that only this browser has, sealed so that it opens with that very state and for ten minutes.
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.actions import wechat_people
from models.actions.callers import caller_of_token
from models.caller import Participant
from models.errors import NotFound, Unauthenticated
from models.privacy import SealBroken
from models.providers.calls import opened
from models.providers.failures import ProviderFailure
from models.wechat.client import authorize_url, sign_in
from models.wechat.setup import CHANNEL, Official, official_of
from web import pages, whereabouts
from web.language import choose
from web.site import Site, site_of

COOKIE = "wufen_wechat"
BACK = "/wechat/back"
LASTS = timedelta(minutes=10)
SEALED = "cookies.wechat"
LONGEST_STATE, LONGEST_CODE = 64, 512
# What the owner's page says of how it went.
Came = Literal["refused", "stand_in", "away"]

log = structlog.get_logger()


class _Way(msgspec.Struct):
    token: str
    until: int


def in_wechat(request: Request) -> bool:
    """Whether it is WeChat's browser; that of WeCom says so too, and is another one."""
    agent = request.headers.get("user-agent", "")
    return "MicroMessenger" in agent and "wxwork" not in agent


def official(site: Site, city: str) -> Official | None:
    """The city's account, None without one, or where it is set up wrongly."""
    try:
        return official_of(site.store.channels.of(city, CHANNEL))
    except (ValueError, KeyError):
        log.error("wechat_set_up_wrongly", city=city)
        return None


async def shown(request: Request, site: Site, owner: Participant) -> str | None:
    """What the owner's page says of being told by WeChat: ``offer``, ``linked``, how a try has just ended, or (None)
    nothing, where there is no account or it is another browser."""
    if not in_wechat(request) or official(site, await wechat_people.city_of(site.store, owner)) is None:
        return None
    if await wechat_people.is_linked(site.store, owner):
        return "linked"
    came = request.query_params.get("wechat", "")
    return came if came in get_args(Came) else "offer"


def begin(site: Site, account: Official, token: str) -> tuple[str, str]:
    """Where to go, and the cookie (a whole Set-Cookie value) that knows the way back."""
    state = site.store.ids.secret()
    until = site.store.clock.now() + LASTS
    way = msgspec.json.encode(_Way(token, int(until.timestamp())))
    sealed = base64.urlsafe_b64encode(site.store.vault.seal_bytes(SEALED, state, way)).decode()
    back = f"{site.settings.public_url}{BACK}"
    url = authorize_url(account.account, back, state, account.scope)
    return url, _cookie(site, sealed, int(LASTS.total_seconds()))


def _cookie(site: Site, value: str, seconds: int) -> str:
    secure = "; Secure" if site.settings.public_url.startswith("https://") else ""
    # Lax: the way back is a navigation that the platform's page begins.
    return f"{COOKIE}={value}; Path=/wechat; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


async def back(request: Request) -> Response:
    """The browser comes back from the platform's door."""
    site = site_of(request)
    token = _way_of(request, site)
    if token is None:
        return await _lost(request, site)
    came = await _finish(request, site, token)
    answer = RedirectResponse(f"/o/{token}{f'?wechat={came}' if came else ''}", 303)
    answer.headers.append("set-cookie", _cookie(site, "", 0))
    answer.headers["cache-control"] = "no-store"
    return answer


def _way_of(request: Request, site: Site) -> str | None:
    """The owner's token, if this browser began what this address ends, and not too long ago."""
    state, sealed = request.query_params.get("state", ""), request.cookies.get(COOKIE, "")
    if not state or len(state) > LONGEST_STATE:
        return None
    try:
        content = site.store.vault.open_bytes(SEALED, state, base64.urlsafe_b64decode(sealed))
        way = msgspec.json.decode(content, type=_Way)
    except (SealBroken, binascii.Error, ValueError, msgspec.DecodeError):
        return None
    return way.token if datetime.fromtimestamp(way.until, UTC) > site.store.clock.now() else None


async def _finish(request: Request, site: Site, token: str) -> Came | None:
    """None: he is told by WeChat from now on."""
    code = request.query_params.get("code", "")
    if not code or len(code) > LONGEST_CODE:
        return "refused"  # he said no at the door
    try:
        owner = await caller_of_token(site.store, token)
        if not isinstance(owner, Participant) or owner.role != "owner":
            return "refused"
        account = official(site, await wechat_people.city_of(site.store, owner))
        if account is None:
            return "away"
        async with opened() as http:
            found = await sign_in(http, account.account, code, seconds=account.seconds)
        if found.snapshot:
            return "stand_in"
        await wechat_people.link(site.store, owner, found.openid)
    except (Unauthenticated, NotFound):
        return "refused"
    except ProviderFailure as failure:
        log.warning("wechat_sign_in_failed", why=failure.why, reason=failure.reason, code=failure.code)
        return "refused" if failure.why == "permanent" else "away"
    return None


async def _lost(request: Request, site: Site) -> Response:
    """Somebody else's address, or an old one: nothing is bound, and nobody is told why."""
    _, here = await whereabouts.of_page(request)
    text = pages.words(request, here).say(choose(request.scope), "errors.wechat_lost")
    answer = pages.message(request, "wechat_lost", text, 403, here)
    answer.headers.append("set-cookie", _cookie(site, "", 0))
    return answer
