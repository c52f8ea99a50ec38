"""Is the process alive, is it ready, and what has it counted: asked by supervisors, balancers and monitors."""

from __future__ import annotations

import asyncio

from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.metrics import CONTENT_TYPE, collect
from web.answers import encode, json_response
from web.site import Site, site_of

PATIENCE_SECONDS = 1.0
LARGEST_DISTANCE = 0.5  # seconds between our clock and the database's


async def healthz(_request: Request) -> Response:
    """The loop turns; nothing else is asked."""
    return _answer(200, {"status": "ok"})


async def readyz(request: Request) -> Response:
    """The database answers and agrees about the time, and we know the rules. Without Redis we are slower, not less

    ready.
    """
    site = site_of(request)
    checks = {
        "database": await _database(site),
        "clock": _clock(site),
        "redis": await _redis(site),
        "configuration": "ok" if site.store.configuration.is_known else "unknown",
    }
    ready = all(checks[name] == "ok" for name in ("database", "clock", "configuration"))
    return _answer(200 if ready else 503, {"status": "ok" if ready else "unavailable", "checks": checks})


async def metrics(request: Request) -> Response:
    """The figures of all web processes of this machine, each labelled with its process."""
    site = site_of(request)
    process = site.settings.process_name or "web"
    figures = await collect("web", site.settings.run_dir, process, site.registry, also=("worker",))
    return Response(figures, headers={"content-type": CONTENT_TYPE, "cache-control": "no-store"})


async def _database(site: Site) -> str:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), site.store.database.read() as connection:
            await connection.execute(text("SELECT 1 FROM epochs"))
    except (SQLAlchemyError, OSError, TimeoutError):
        return "unavailable"
    return "ok"


def _clock(site: Site) -> str:
    if site.clock is None or abs(site.clock.distance().total_seconds()) <= LARGEST_DISTANCE:
        return "ok"
    return "distant"


async def _redis(site: Site) -> str:
    if site.redis is None:
        return "ok"
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await site.redis.ping()
    except (RedisError, OSError, TimeoutError):
        return "warning"
    return "ok"


def _answer(status: int, body: dict[str, object]) -> Response:
    return json_response(encode(body), status, {"cache-control": "no-store"})


ROUTES = [
    Route("/healthz", healthz, name="healthz"),
    Route("/readyz", readyz, name="readyz"),
    Route("/metrics", metrics, name="metrics"),
]
