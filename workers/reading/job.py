"""The job that reads plates off photos: claims one after the other, has it looked at, and records what was read.

One picture that hangs, breaks or cannot be opened ends as not read, and the next one has its turn.
"""

from __future__ import annotations

import asyncio
import signal
import time

import structlog

from models.actions import captures, readings
from models.actions.readings import Claimed
from models.errors import Unavailable
from models.parking.signs import Candidate
from models.privacy import SealBroken
from models.store import Store
from workers import measures
from workers.desk import at_the_desk
from workers.reading.looker import Looker, LookerFailed, of_this_process

GO_ON_SECONDS = 10.0  # one job reads what arrives meanwhile too, and leaves the rest to the next

log = structlog.get_logger()


def drain() -> int:
    """Reads what waits; returns how many photos were dealt with. What RQ calls."""
    looker, began, done = of_this_process(), time.monotonic(), 0
    while time.monotonic() < began + GO_ON_SECONDS:
        claimed = at_the_desk(readings.claim)
        if claimed is None:
            break
        read_one(looker, claimed)
        done += 1
    return done


def read_one(looker: Looker, claimed: Claimed) -> None:
    """Looks at a picture and records what came of it."""
    began, found = time.monotonic(), list[Candidate]()
    try:
        found = looker.look(at_the_desk(lambda store: _original(store, claimed)))
        outcome = "read" if found else "nothing"
    except LookerFailed as failed:
        outcome = failed.why
        _load_anew(looker)
    except (FileNotFoundError, SealBroken):
        outcome = "gone"
    except Unavailable:  # its lease ends, and somebody reads it then
        log.warning("photo_not_read", capture=claimed.id, why="media_away", attempts=claimed.attempts)
        return
    if outcome not in {"read", "nothing"}:
        log.warning("photo_not_read", capture=claimed.id, why=outcome, attempts=claimed.attempts)
    took_ms = int(1000 * (time.monotonic() - began))
    at_the_desk(lambda store: _finish(store, claimed, found, took_ms))
    measures.readings.labels(outcome).inc()


def _load_anew(looker: Looker) -> None:
    """At once, so that the next officer need not wait for it. A reader that cannot read ends; others start it anew."""
    try:
        looker.load()
    except LookerFailed as failed:
        log.error("reader_not_loaded", why=failed.why)
        signal.raise_signal(signal.SIGTERM)


async def _original(store: Store, claimed: Claimed) -> bytes:
    sealed = await asyncio.to_thread(store.media.read, claimed.original)
    return await asyncio.to_thread(captures.original, store, claimed.id, sealed)


async def _finish(store: Store, claimed: Claimed, found: list[Candidate], took_ms: int) -> None:
    if await readings.finish(store, claimed, found, took_ms):
        waited = (store.clock.now() - claimed.received_at).total_seconds()
        measures.reading_time.observe(max(0.0, waited))
