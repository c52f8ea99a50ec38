"""How long a revoked person stays connected: ``python -m bench.revocation``.

Two hubs that serve real sockets, a database, and Redis that rings, or is away. One after the other 40 people,
connected to both hubs, are revoked; printed is the time from the commit to the last of their close frames.
Loopback only.
"""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from redis.asyncio import Redis

from hub.server import running
from models.clock import SystemClock, iso
from models.feed.append import Pending
from models.feed.bell import DOORBELL
from models.feed.channels import control
from models.feed.entries import to_bell
from models.ids import RandomIds
from models.secrets_file import with_secrets
from models.settings import Settings
from models.store import Store
from models.tables import CONTROL
from models.tokens import connection_token
from tests.support.databases import SqliteDatabases
from tests.support.hub_client import HubClient
from tests.support.recording import RecordingBell
from tests.support.redis_server import running_redis

PEOPLE = 40


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="wufen-bench-") as folder, running_redis() as redis_url:
        environ = {
            "WUFEN_HOME": f"{folder}/home",
            "WUFEN_DATABASE_URL": SqliteDatabases(Path(folder)).create(Path(folder) / "wufen.db"),
            "WUFEN_REDIS_URL": redis_url,
        }
        settings = replace(with_secrets(Settings.from_env(environ)), hub_port=0)
        for label, url in (("Redis rings", redis_url), ("Redis is away", f"unix://{folder}/nobody.sock")):
            took = sorted(asyncio.run(_revoke(settings, url)))
            print(
                f"{label}: p50 {took[len(took) // 2] * 1000:.0f} ms, most {took[-1] * 1000:.0f} ms",
                flush=True,
            )
    return 0


async def _revoke(settings: Settings, redis_of_hubs: str) -> list[float]:
    """Seconds for each of the people."""
    bell = RecordingBell()
    store = Store.open(settings, bell=bell, clock=SystemClock(), ids=RandomIds())
    hubs = replace(settings, redis_url=redis_of_hubs)
    loop = asyncio.get_running_loop()
    took = []
    async with running(hubs) as one, running(hubs) as two, Redis.from_url(settings.redis_url) as redis:
        for number in range(PEOPLE):
            subject = f"officer:{redis_of_hubs}-{number}"
            issued_at = store.clock.now() - timedelta(seconds=5)
            token = connection_token(settings.hub_token_secret, subject, [], issued_at, 600)
            async with AsyncExitStack() as stack:
                clients = []
                for _, port in (one, two):
                    url = f"ws://127.0.0.1:{port}/connection/websocket"
                    clients.append(await stack.enter_async_context(HubClient(url)))
                    await clients[-1].connect(token)
                began = await _commit(store, subject)
                await redis.publish(DOORBELL, to_bell(bell.entries))
                bell.entries.clear()
                await asyncio.gather(*(client.closed() for client in clients))
                took.append(loop.time() - began)
    await store.close()
    return took


async def _commit(store: Store, subject: str) -> float:
    """When the revocation was committed."""
    at = store.clock.now()
    async with store.change() as change:
        data = control("revoked", subject, iso(at), None)
        change.pending.append(Pending(CONTROL, "revoked", at, data, "system"))
    return asyncio.get_running_loop().time()


if __name__ == "__main__":
    raise SystemExit(main())
