"""Which page is where: requester and owner, the officers' doors, the wall, the phones, the administrator, help."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.actions import callers, evidence, response_time, sessions, settling
from models.actions.requests import REASONS
from models.caller import Participant
from models.errors import NotFound, SwitchedOff, Unauthenticated
from models.flags.definitions import feature_key
from models.incident.reasons import reasons
from models.queries.incident import incident_for
from models.queries.installation import Installation, city_maps, district_names
from models.queries.stickers import StickerFace, sticker_face, sticker_face_of_incident, sticker_place
from web import (
    accident_pages,
    front_pages,
    hazard_pages,
    pages,
    paper_notices,
    report_pages,
    whereabouts,
)
from web.gate import check_place
from web.installable import BUILD_HEADER
from web.language import choose
from web.local import WALL_COOKIE, local_wall, shows_samples
from web.site import Site, site_of
from web.visitor import address_digest
from web.wechat import linking

# Pages only: answers of the API are short, and some hold secrets beside what a caller wrote.
PACKED = [Middleware(GZipMiddleware, minimum_size=1024)]
DEAD = frozenset({"revoked", "replaced"})


async def sticker(request: Request) -> Response:
    """What a scan opens: the request, the binding of a fresh sticker, or why neither is possible."""
    site, here = await whereabouts.of_page(request)
    if site.settings.limits:
        site.look_ups.count(address_digest(request, site.signer), site.store.clock.now())
    code = request.path_params["code"]
    face = await sticker_face(site.store, code) if "\x00" not in code else None
    if face is None:
        return _sentence(request, here, "sticker_unknown", 404)
    if face.status in DEAD:
        return _sentence(request, _at(here, face), f"sticker_{face.status}", 410)
    here = _at(here, face)
    try:
        await _check_module(request, face)
    except SwitchedOff as off:
        text = pages.words(request, here).say(choose(request.scope), f"errors.{off.code}.{off.params['why']}")
        return pages.message(request, off.code, text, off.status, here)
    data = await _driver(request, face, "bind" if face.status == "fresh" else "request")
    if face.status == "paused":
        response = _paused(request, here, data)
    else:
        response = pages.shell(request, "driver", data, areas=("driver",), here=here)
    pages.name_device(request, response)
    return response


async def _check_module(request: Request, face: StickerFace) -> None:
    """Raises SwitchedOff where nobody can be asked to move, except for whoever is asked already."""
    fresh = face.status == "fresh"
    place = await whereabouts.scanned(site_of(request).store, face.code, beforehand=fresh)
    if place is not None:
        await check_place(request, site_of(request), "move_car", place)


def _paused(request: Request, here: Installation, data: dict[str, Any]) -> Response:
    """The polite sentence, and below it, for the owner's own phone, the way back."""
    site = site_of(request)
    language = choose(request.scope)
    assets = site.assets.of("driver")
    boot = {
        "page": "driver",
        "lang": language,
        "messages": pages.words(request, here).areas(language, ("common", "driver")),
        "data": {**data, "platform": here.platform, "mode": "paused"},
    }
    with_script = {"boot": boot, "assets": assets} if assets else {}
    return _sentence(request, here, "sticker_paused", 200, **with_script)


async def owner(request: Request) -> Response:
    """What the link of a notice opens. The token stands in the address, so nothing may keep or pass it on."""
    site, here = await whereabouts.of_page(request)
    token = request.path_params["token"]
    try:
        caller = await callers.caller_of_token(site.store, token)
        if not isinstance(caller, Participant) or caller.role != "owner":
            raise Unauthenticated
        view = await incident_for(site.store, caller.incident_id, caller)
    except (Unauthenticated, NotFound):
        return _sentence(request, here, "link_ended", 410)
    await settling.seen(site.store, caller)
    face = await _face_of(site, caller)
    data = {**await _driver(request, face, "owner"), "token": token, "incident": view}
    if (told := await linking.shown(request, site, caller)) is not None:
        data["wechat"] = told
    return pages.shell(request, "driver", data, areas=("driver", "owner"), here=_at(here, face))


async def _face_of(site: Site, caller: Participant) -> StickerFace:
    face = await sticker_face_of_incident(site.store, caller.incident_id)
    if face is None:
        raise NotFound
    return face


async def _driver(request: Request, face: StickerFace, mode: str) -> dict[str, Any]:
    chinese, store = choose(request.scope) == "zh", site_of(request).store
    return {
        "mode": mode,
        "sticker": face.code,
        "plate_hint": face.plate_hint or "",
        "plate_length": face.plate_length or 0,
        "district_name": face.district_name if chinese else face.district_name_en,
        "reasons": list(REASONS),
        "response_seconds": response_time.before_asking(
            store, face.district, REASONS, face.respond_seconds, store.clock.now()
        ),
        "photos_most": await _photos_most(site_of(request), face),
    }


async def _photos_most(site: Site, face: StickerFace) -> int:
    """How many photos may go with a request; 0 where they are not on for this sticker's car or owner."""
    flags, key = site.store.flags, feature_key("request_photos")
    on = flags.is_plain(key)
    if not on:
        place = await sticker_place(site.store, face.code)
        unit = None if place is None else place.units[flags.unit(key)]
        on = flags.is_on(key, face.district, unit=unit)
    return evidence.most_before_asking(site.store, face.district, site.store.clock.now()) if on else 0


async def officer(request: Request) -> Response:
    return await _door(request, "police")


async def auxiliary(request: Request) -> Response:
    return await _door(request, "auxiliary")


async def register(request: Request) -> Response:
    return await _door(request, "police", mode="register")


async def register_auxiliary(request: Request) -> Response:
    return await _door(request, "auxiliary", mode="register")


async def _door(request: Request, door: str, mode: str | None = None) -> Response:
    site, here = await whereabouts.of_page(request)
    version = site.assets.version
    data = {
        "door": door,
        "build": version,
        "worded": here.city is not None,
        "reasons": reasons(),
    }
    if mode is not None:
        data["mode"] = mode
    template = "auxiliary.html" if door == "auxiliary" else None
    response = pages.shell(
        request,
        "officer",
        data,
        areas=("staff", "account", "accident", "officer", "duty", "rules", "vehicles", "parking"),
        here=here,
        template=template,
    )
    response.headers[BUILD_HEADER] = version
    return response


async def wall(request: Request) -> Response:
    """At the sample city's own machine it opens without a sign-in; else its script asks for a commander's."""
    site, here = await whereabouts.of_page(request)
    shown = await local_wall(request, site)
    token = None
    if shown is None and await shows_samples(request, site):
        token = await sessions.open_wall(site.store)
    local = shown is not None or token is not None
    names = await district_names(site.store) if local else []
    key = "name" if choose(request.scope) == "zh" else "name_en"
    districts = [{"code": one["code"], "name": one[key]} for one in names]
    maps = [
        {"code": one["code"], "name": one[key], "districts": one["districts"], "drawing": one["drawing"]}
        for one in await city_maps(site.store)
    ]
    data = {"districts": districts, "maps": maps}
    response = pages.shell(request, "wall", data, areas=("staff", "account", "wall"), here=here)
    if token is not None and response.status_code == 200:
        seconds = int(sessions.WALL_LASTS.total_seconds())
        response.set_cookie(WALL_COOKIE, token, max_age=seconds, httponly=True, samesite="strict")
    return response


async def commander(request: Request) -> Response:
    _, here = await whereabouts.of_page(request)
    return pages.shell(
        request,
        "commander",
        {"reasons": reasons()},
        areas=(
            "staff",
            "account",
            "accident",
            "channels",
            "commander",
            "case",
            "audit",
            "vehicles",
            "parking",
            "exports",
            "rules",
        ),
        here=here,
    )


async def phones(request: Request) -> Response:
    site, here = await whereabouts.of_page(request)
    if not await shows_samples(request, site):
        raise NotFound
    return pages.shell(request, "phones", {}, areas=("phones",), here=here)


async def admin(request: Request) -> Response:
    _, here = await whereabouts.of_page(request)
    areas = (
        "staff",
        "account",
        "admin",
        "rules",
        "desk",
        "texts",
        "vehicles",
        "agencies",
        "calendar",
        "channels",
        "jobs",
    )
    return pages.shell(request, "admin", {}, areas=areas, here=here)


async def roster(request: Request) -> Response:
    _, here = await whereabouts.of_page(request)
    return pages.shell(request, "roster", {}, areas=("staff", "account", "duty", "roster"), here=here)


async def report(request: Request) -> Response:
    site, here = await whereabouts.of_page(request)
    shown = await report_pages.tell(request, site, here)
    if shown is not None:
        return shown
    text = pages.words(request, here).say(choose(request.scope), "errors.switched_off.reports")
    return pages.message(request, "switched_off", text, 403, here)


async def followed_report(request: Request) -> Response:
    site, here = await whereabouts.of_page(request)
    return await report_pages.follow(request, site, here) or _sentence(request, here, "link_ended", 410)


async def review(request: Request) -> Response:
    _, here = await whereabouts.of_page(request)
    areas = ("staff", "account", "reports", "review", "exports")
    return pages.shell(request, "review", {}, areas=areas, here=here)


async def audit(request: Request) -> Response:
    _, here = await whereabouts.of_page(request)
    return pages.shell(request, "audit", {}, areas=("staff", "account", "audit"), here=here)


async def notice(request: Request) -> Response:
    """What the code of a paper notice opens."""
    site, here = await whereabouts.of_page(request)
    return await paper_notices.show(request, site, here)


async def notice_code(request: Request) -> Response:
    """Where the code of a paper notice is typed."""
    _, here = await whereabouts.of_page(request)
    return await paper_notices.ask(request, here)


async def hazard(request: Request) -> Response:
    site, here = await whereabouts.of_page(request)
    shown = await hazard_pages.report(request, site, here)
    if shown is not None:
        return shown
    text = pages.words(request, here).say(choose(request.scope), "errors.switched_off.hazards")
    return pages.message(request, "switched_off", text, 403, here)


async def followed_hazard(request: Request) -> Response:
    site, here = await whereabouts.of_page(request)
    return await hazard_pages.follow(request, site, here) or _sentence(request, here, "link_ended", 410)


def _at(here: Installation, face: StickerFace) -> Installation:
    return replace(here, platform=face.platform, city=face.city)


def _sentence(request: Request, here: Installation, code: str, status: int, **values: Any) -> Response:
    text = pages.words(request, here).say(choose(request.scope), f"errors.{code}")
    return pages.message(request, code, text, status, here, **values)


ROUTES = [
    Route("/", front_pages.index, name="index", middleware=PACKED),
    Route("/menu", front_pages.menu, name="menu_page", middleware=PACKED),
    Route("/s/{code}", sticker, name="sticker_page", middleware=PACKED),
    Route("/o/{token}", owner, name="owner_page", middleware=PACKED),
    Route("/officer", officer, name="officer_page", middleware=PACKED),
    Route("/auxiliary", auxiliary, name="auxiliary_page", middleware=PACKED),
    Route("/officer/register", register, name="register_page", middleware=PACKED),
    Route("/auxiliary/register", register_auxiliary, name="register_auxiliary_page", middleware=PACKED),
    Route("/wall", wall, name="wall_page", middleware=PACKED),
    Route("/commander", commander, name="commander_page", middleware=PACKED),
    Route("/phones", phones, name="phones_page", middleware=PACKED),
    Route("/admin", admin, name="admin_page", middleware=PACKED),
    Route("/roster", roster, name="roster_page", middleware=PACKED),
    Route("/report", report, name="report_page", middleware=PACKED),
    Route("/r/{token}", followed_report, name="followed_report_page", middleware=PACKED),
    Route("/review", review, name="review_page", middleware=PACKED),
    Route("/audit", audit, name="audit_page", middleware=PACKED),
    Route("/n", notice_code, name="notice_code_page", middleware=PACKED),
    Route("/n/{code}", notice, name="notice_page", middleware=PACKED),
    Route("/hazard", hazard, name="hazard_page", middleware=PACKED),
    Route("/h/{token}", followed_hazard, name="followed_hazard_page", middleware=PACKED),
    Route("/hazards", hazard_pages.desk, name="hazards_desk_page", middleware=PACKED),
    Route("/accident", accident_pages.accident, name="accident_page", middleware=PACKED),
    Route("/a/{token}", accident_pages.party, name="accident_party_page", middleware=PACKED),
    Route("/v", accident_pages.verify, name="verify_page", middleware=PACKED),
    Route("/v/{code}", accident_pages.verify, name="verify_code_page", middleware=PACKED),
    Route("/help", front_pages.help_page, name="help_page", middleware=PACKED),
    Route("/privacy", front_pages.privacy, name="privacy_page", middleware=PACKED),
]
