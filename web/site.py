"""What every request needs of its process, made once at start and passed along; nothing is opened here."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from prometheus_client import CollectorRegistry
from redis.asyncio import Redis
from starlette.requests import Request

from models.actions.sessions import Verify
from models.clock import DatabaseClock
from models.queries.vehicle_shares import VehicleShares
from models.settings import Settings
from models.store import Store
from web.assets import Assets
from web.limits import LookUps
from web.signing import Signer


@dataclass(frozen=True, slots=True)
class Site:
    """``drawing`` lets few photos be redrawn at once, ``uploads`` few come in: they take a core, and memory.

    ``appending``: resumable uploads that may be coming in at once, each with a piece in memory.
    ``clock`` is the store's own where it follows the database's, for the readiness check.
    """

    settings: Settings
    store: Store
    assets: Assets
    signer: Signer
    look_ups: LookUps
    # Of short codes that open something: fewer of those.
    short_codes: LookUps
    # Of pictures that anybody may see: a page of a list shows many at once.
    shown: LookUps
    verify: Verify
    drawing: asyncio.Semaphore
    uploads: asyncio.Semaphore
    appending: asyncio.Semaphore
    registry: CollectorRegistry
    shares: VehicleShares
    redis: Redis | None = None
    clock: DatabaseClock | None = None


def site_of(request: Request) -> Site:
    """The site that the lifespan has put into the application's state."""
    site: Site = request.app.state.site
    return site
