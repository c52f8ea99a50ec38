"""Alibaba Cloud pushes what became of text messages (SmsReport). It signs nothing, so it has to know a key of ours.

A report names its message by our own key, which also settles one of which nobody knew whether it was taken. The number
that it is about is not read.
"""

from __future__ import annotations

import hmac

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from models.actions import settling
from models.aliyun.messages import Report, ReportsUnreadable, reports_of
from models.errors import Forbidden, InvalidJson, NotFound, Unavailable
from web.site import Site, site_of
from web.visitor import address_digest

TAKEN = {"code": 0, "msg": "接收成功"}

log = structlog.get_logger()


async def sms(request: Request) -> Response:
    """Raises Forbidden without the city's key, InvalidJson for what is no report, Unavailable to have it come again."""
    site = site_of(request)
    now = site.store.clock.now()
    setup = site.store.channels.of(request.path_params["city"], "sms")
    key = None if setup is None else setup.secrets.get("report_key")
    if not key:
        raise NotFound
    if not hmac.compare_digest(request.query_params.get("key", "").encode(), key.encode()):
        if site.settings.limits:
            site.look_ups.count(address_digest(request, site.signer), now)
        log.warning("report_refused", city=request.path_params["city"], channel="sms")
        raise Forbidden
    try:
        found = reports_of(await request.body())
    except ReportsUnreadable:
        raise InvalidJson from None
    try:
        for one in found:
            await _record(site, one)
    except (SQLAlchemyError, OSError, TimeoutError):
        raise Unavailable from None
    return JSONResponse(TAKEN)


async def _record(site: Site, one: Report) -> None:
    await settling.reported(
        site.store,
        "sms",
        "delivered" if one.arrived else "failed",
        at=one.at or site.store.clock.now(),
        provider_id=one.provider_id,
        key=one.key,
        failure=None if one.arrived else "not_delivered",
        code=None if one.arrived else one.code or None,
    )


ROUTES = [Route("/aliyun/sms/{city}", sms, methods=["POST"], name="aliyun_sms")]
