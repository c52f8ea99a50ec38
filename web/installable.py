"""What makes the officers' pages an app on the phone: manifest, icons, and the service worker of each door.

None of it knows a person: it is the same for everybody who opens the door. What the worker does is
`web/ui/src/worker`.
"""

from __future__ import annotations

import asyncio
import json
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.errors import NotFound
from models.queries.installation import installation
from web import pages
from web.assets import BASE, FOLDER
from web.icons import SIZES, icon
from web.language import choose
from web.site import site_of

DOORS = ("officer", "auxiliary")
BUILD_HEADER = "wufen-build"
WORKER = "worker"
ONE_WEEK = 604_800  # seconds
# A worker fetches by the policy of its own script, and needs nothing but this server and the map's tiles.
WORKERS_POLICY = "default-src 'none'; connect-src 'self'"
COLOURS = {"officer": "#1455d9", "auxiliary": "#0b7a52"}


async def manifest(request: Request, door: str) -> Response:
    """The web app manifest in the caller's language (W3C, Web Application Manifest)."""
    site = site_of(request)
    language = choose(request.scope)
    here = await installation(site.store)
    path = f"/{door}"
    say = partial(pages.words(request, here).say, language)
    body = {
        "id": path,
        "name": f"{pages.platform(request, here)} · {say(f'officer.app.{door}')}",
        "short_name": say(f"officer.app.{door}"),
        "description": say("officer.app.means"),
        "lang": "zh-CN" if language == "zh" else "en",
        "start_url": path,
        "scope": path,
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#f2f4f7",
        "theme_color": COLOURS[door],
        "icons": [
            {"src": f"{path}/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png"}
            for size in (192, 512)
        ]
        + [
            {
                "src": f"{path}/icon-512.png?maskable=1",
                "sizes": "512x512",
                "type": "image/png",
                "purpose": "maskable",
            }
        ],
    }
    return Response(
        json.dumps(body, ensure_ascii=False),
        media_type="application/manifest+json",
        headers={"cache-control": "no-cache"},
    )


async def picture(request: Request, door: str) -> Response:
    """An icon of one of our sizes; raises NotFound for any other."""
    size = request.path_params["size"]
    if size not in SIZES:
        raise NotFound
    content = await asyncio.to_thread(icon, door, size, request.query_params.get("maskable") == "1")
    return Response(content, media_type="image/png", headers={"cache-control": f"public, max-age={ONE_WEEK}"})


async def worker(request: Request, door: str) -> Response:
    """The service worker's script, with the build that it keeps printed before it. NotFound before there is a build."""
    assets = site_of(request).assets
    page, script = assets.of("officer"), assets.of(WORKER)
    if page is None or script is None:
        raise NotFound
    code = await asyncio.to_thread((FOLDER / script.js.removeprefix(BASE)).read_text, "utf-8")
    tiles = list(
        dict.fromkeys(origin for layer in site_of(request).settings.tiles_url for origin in layer.origins)
    )
    build = json.dumps({"version": assets.version, "shell": f"/{door}", "files": page.all, "tiles": tiles})
    headers = {
        "cache-control": "no-cache",
        "service-worker-allowed": f"/{door}",
        "content-security-policy": " ".join([WORKERS_POLICY, *tiles]),
    }
    return Response(f"const BUILD={build};\n{code}", media_type="text/javascript", headers=headers)


ROUTES = [
    Route(f"/{door}/{path}", partial(endpoint, door=door), name=f"{door}_{name}")
    for door in DOORS
    for path, endpoint, name in (
        ("manifest.webmanifest", manifest, "manifest"),
        ("icon-{size:int}.png", picture, "icon"),
        ("service-worker.js", worker, "worker"),
    )
]
