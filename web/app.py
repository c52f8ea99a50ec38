"""The composition of the web: routes, what surrounds them, and what a process opens at its start."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute

from models.ids import RandomIds
from models.metrics import new_registry
from models.settings import Settings
from web import agency_files, cap, health, installable, page_routes, pages, static_files, tus
from web.dispatch import route
from web.endpoints import ENDPOINTS
from web.figures import measure_requests
from web.middleware.body_limit import BodyLimit
from web.middleware.csrf import Csrf
from web.middleware.errors import Errors, handlers
from web.middleware.headers import SecurityHeaders
from web.middleware.request_log import RequestLog
from web.middleware.resumable import Resumable
from web.open import open_site
from web.open311.routes import ROUTES as OPEN311
from web.providers.aliyun import ROUTES as ALIYUN
from web.site import Site
from web.visitor import OWN_PAGE
from web.wechat.routes import ROUTES as WECHAT

Opening = Callable[[Settings, CollectorRegistry], AbstractAsyncContextManager[Site]]


def make_app(settings: Settings, opening: Opening = open_site) -> Starlette:
    """``settings`` with their secrets; ``opening`` opens what the process works with when it starts."""
    registry = new_registry()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with opening(settings, registry) as site:
            app.state.site = site
            yield

    app = Starlette(
        routes=routes(),
        middleware=_middleware(settings, registry),
        exception_handlers=handlers(pages.refused),
        lifespan=lifespan,
    )
    app.state.registry = registry
    return app


def routes() -> list[BaseRoute]:
    """Everything that is answered, the API first: it is asked most."""
    return [
        *(route(endpoint) for endpoint in ENDPOINTS),
        *OPEN311,
        *cap.ROUTES,
        *agency_files.ROUTES,
        *WECHAT,
        *ALIYUN,
        *page_routes.ROUTES,
        *installable.ROUTES,
        *health.ROUTES,
        *static_files.ROUTES,
    ]


def _middleware(settings: Settings, registry: CollectorRegistry) -> list[Middleware]:
    """From the outside in."""
    ids = RandomIds()
    surrounding = [
        Middleware(RequestLog, ids=ids, measure=measure_requests(registry)),
        Middleware(SecurityHeaders, ids=ids, settings=settings),
        Middleware(Resumable),
        Middleware(Errors, page=pages.refused),
        Middleware(Csrf, settings=settings),
        Middleware(BodyLimit),
    ]
    if settings.origins:
        surrounding.insert(2, _foreign_pages(settings))
    return surrounding


def _foreign_pages(settings: Settings) -> Middleware:
    """Pages of the origins that an operator has named may call, with a bearer token and never with cookies."""
    return Middleware(
        CORSMiddleware,
        allow_origins=list(settings.origins),
        allow_methods=["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"],
        allow_headers=["authorization", "content-type", "idempotency-key", OWN_PAGE, *tus.ASKED],
        expose_headers=list(tus.TOLD),
        allow_credentials=False,
        max_age=600,
    )
