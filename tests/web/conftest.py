"""The web as an application over a real store on each of the two databases, called as a client would."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette

from models.settings import Settings
from models.store import Store
from tests.web.client import Client
from tests.web.rule_desk import HE, SU, administrator
from web.app import make_app
from web.open import make_site
from web.site import Site


def app_of(store: Store) -> Starlette:
    """The application over a store that is open, as it is after its start."""

    @asynccontextmanager
    async def opening(_settings: Settings, _registry: CollectorRegistry) -> AsyncIterator[Site]:
        raise AssertionError("the site is there already")
        yield

    app = make_app(store.settings, opening)
    app.state.site = make_site(store.settings, store, app.state.registry)
    return app


@pytest.fixture
async def web(store: Store) -> AsyncIterator[Client]:
    """A client of the web with all limits in force."""
    await store.configuration.refresh()
    async with Client(app_of(store), store) as client:
        yield client


@pytest.fixture
async def unlimited(store: Store) -> AsyncIterator[Client]:
    """The same with WUFEN_LIMITS=off."""
    settings = replace(store.settings, limits=False)
    freed = replace(store, settings=settings)
    async with Client(app_of(freed), freed) as client:
        yield client


@pytest.fixture
async def su(web: Client) -> dict[str, str]:
    """The headers of an administrator of Yucheng."""
    return await administrator(web, SU)


@pytest.fixture
async def he(web: Client) -> dict[str, str]:
    """Of another, who has Mingshan too."""
    return await administrator(web, HE)
