"""Alive, ready, counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from redis.asyncio import Redis

from models.clock import DatabaseClock, SystemClock
from models.database import Database
from tests.web.client import Client


async def test_alive_and_ready(web: Client) -> None:
    assert (await web.get("/healthz")).json() == {"status": "ok"}
    ready = await web.get("/readyz")
    assert (ready.status_code, ready.json()["checks"]) == (
        200,
        {"database": "ok", "clock": "ok", "redis": "ok", "configuration": "ok"},
    )


async def test_without_redis_it_is_slower_not_less_ready(web: Client) -> None:
    redis: Redis = Redis.from_url("unix:///nowhere/redis.sock")
    web.app.state.site = replace(web.app.state.site, redis=redis)
    ready = await web.get("/readyz")
    assert (ready.status_code, ready.json()["checks"]["redis"]) == (200, "warning")
    await redis.aclose()


async def test_without_a_database_it_is_alive_and_not_ready(web: Client) -> None:
    gone = Database.open("postgresql://nobody@127.0.0.1:1/none")
    site = web.app.state.site
    web.app.state.site = replace(site, store=replace(site.store, database=gone))
    assert (await web.get("/healthz")).status_code == 200
    assert (await web.get("/readyz")).status_code == 503
    answer = await web.get("/api/v1/districts")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "1"
    page = await web.get("/help")
    assert (page.status_code, page.headers["content-type"][:9]) == (503, "text/html")
    await gone.close()


async def test_who_does_not_know_the_rules_yet_is_not_ready(web: Client) -> None:
    site = web.app.state.site
    web.app.state.site = replace(site, store=replace(site.store))
    ready = await web.get("/readyz")
    assert (ready.status_code, ready.json()["checks"]["configuration"]) == (503, "unknown")
    await web.app.state.site.store.configuration.refresh()
    assert (await web.get("/readyz")).status_code == 200


async def test_half_a_second_off_the_databases_clock_is_not_ready(web: Client) -> None:
    for seconds, status in ((0.4, 200), (0.6, 503), (-0.6, 503)):

        async def told(connection: object = None, seconds: float = seconds) -> datetime:
            return SystemClock().now() + timedelta(seconds=seconds)

        clock = DatabaseClock(told)
        await clock.measure()
        web.app.state.site = replace(web.app.state.site, clock=clock)
        assert (await web.get("/readyz")).status_code == status, seconds
    assert clock.now().tzinfo is UTC


async def test_metrics_count_by_route_and_name_nobody(web: Client) -> None:
    await web.get("/api/v1/stickers/sticker-one")
    await web.get("/o/very-secret")
    answer = await web.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'process="web"' in answer.text
    assert 'route="/api/v1/stickers/{code}"' in answer.text
    assert 'route="/o/{token}"' in answer.text
    assert "very-secret" not in answer.text
    assert "sticker-one" not in answer.text
