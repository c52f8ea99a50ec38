"""The pages that need no script: what is where, what everybody may do here, help, and who sees what."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from web import pages
from web.local import shows_samples
from web.whereabouts import of_page


async def index(request: Request) -> Response:
    site, here = await of_page(request)
    doors = [
        {"url": url, "key": key}
        for key, url in (
            ("menu", "/menu"),
            ("accident", "/accident" if site.store.flags.is_anywhere("accidents") else ""),
            ("hazard", "/hazard" if site.store.flags.is_anywhere("hazards") else ""),
            ("report", "/report" if site.store.flags.is_anywhere("reports") else ""),
            ("officer", "/officer" if site.store.flags.is_anywhere("duty") else ""),
            ("auxiliary", "/auxiliary" if site.store.flags.is_anywhere("duty") else ""),
            ("commander", "/commander" if site.store.flags.is_anywhere("move_car") else ""),
            ("review", "/review" if site.store.flags.is_anywhere("reports") else ""),
            ("wall", "/wall" if site.store.flags.is_anywhere("move_car") else ""),
            ("admin", "/admin"),
            ("audit", "/audit"),
            ("phones", "/phones" if await shows_samples(request, site) else ""),
            ("notice", "/n" if site.store.flags.is_anywhere("duty") else ""),
            ("help", "/help"),
            ("privacy", "/privacy"),
        )
        if url
    ]
    return pages.page(request, "index.html", here=here, doors=doors)


# Each on a square of 24: a car, a car that was hit, a camera, a hole in the road.
_ICONS = {
    "move_car": "M4 15v-3l2-5h12l2 5v3M4 15h16v3h-3v-2H7v2H4zM7 12.500h.01M17 12.500h.01",
    "accident": "M2 17v-3l1.500-4H9l1.500 4v3zM4 17v2M9 17v2M14 6l1 3 3-1.500-1 3 3 1-3 1.500 1 3-3-1.500",
    "report": "M4 8h3l1.500-2h7L17 8h3v11H4zM12 16.500a3.200 3.200 0 1 0 0-6.400 3.200 3.200 0 0 0 0 6.400z",
    "hazard": "M12 4l9 15.500H3zM12 10v4.500M12 17h.01",
}


async def menu(request: Request) -> Response:
    """What everybody may do, on one page (S28): the modules that are open somewhere; a scan begins the first."""
    site, here = await of_page(request)
    on = site.store.flags.is_anywhere
    offered = (
        ("move_car", "", on("move_car")),
        ("accident", "/accident", on("accidents")),
        ("report", "/report", on("reports")),
        ("hazard", "/hazard", on("hazards")),
    )
    modules = [{"key": key, "url": url, "icon": _ICONS[key]} for key, url, there in offered if there]
    return pages.page(request, "menu.html", here=here, modules=modules, notice=on("duty"))


async def help_page(request: Request) -> Response:
    _, here = await of_page(request)
    return pages.page(request, "help.html", here=here)


async def privacy(request: Request) -> Response:
    _, here = await of_page(request)
    return pages.page(request, "privacy.html", here=here)
