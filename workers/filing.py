"""Hazards go to agencies that speak Open311: filed, asked after, and what they say comes back.

Runs at the worker's desk, beside its jobs: an endpoint that does not answer keeps no notice waiting. Several workers
may; a filing is claimed under a lease. A call that may have arrived is not simply made again: the endpoint is asked
first whether our number is there.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

import httpx2
import structlog

from models.actions import agency_claims
from models.actions.agency_claims import POLL, Claimed
from models.open311.answers import LONGEST, AnswerUnreadable, Told, error_of, requests_of
from models.queries.open311 import time
from models.store import Store
from workers.looking import keep_looking

LOOK_SECONDS = 5.0
CALL_SECONDS = 10.0
# What another try may mend; everything else of 400 and above says that the call itself is wrong.
_LATER = frozenset({408, 425, 429})

log = structlog.get_logger()


class _Failed(Exception):
    """``final``: the same call would fail again."""

    def __init__(self, why: str, *, final: bool = False) -> None:
        self.why = why
        self.final = final
        super().__init__(why)


async def watch(store: Store) -> None:
    """Until cancelled."""
    await keep_looking(
        partial(file_due, store),
        LOOK_SECONDS,
        lambda error: log.warning("filings_not_looked_at", error=error),
    )


async def file_due(store: Store) -> int:
    """Deals with what is due; returns how many filings that were."""
    claimed = await agency_claims.claim(store)
    if claimed:
        async with httpx2.AsyncClient(timeout=CALL_SECONDS, follow_redirects=False) as client:
            await asyncio.gather(*(_deal_with(store, client, one) for one in claimed))
    return len(claimed)


async def _deal_with(store: Store, client: httpx2.AsyncClient, one: Claimed) -> None:
    try:
        if one.step == "due":
            await _file(store, client, one)
        elif one.step == "token":
            await _number(store, client, one)
        else:
            await _ask(store, client, one)
    except _Failed as failed:
        log.warning("filing_failed", filing=one.id, agency=one.agency, why=failed.why, attempts=one.attempts)
        await agency_claims.again(store, one, failed.why, final=failed.final)


async def _file(store: Store, client: httpx2.AsyncClient, one: Claimed) -> None:
    """Files it, or takes up what an earlier try has filed."""
    told = await _there_already(client, one) if one.attempts > 1 else None
    if told is None:
        told = _first(await _call(client, "POST", f"{one.endpoint}/requests.xml", _form(store, one)))
    if told.number is None and told.token is None:
        # A service of the kind "blackbox": it says nothing, now or later.
        await agency_claims.put(store, one, status="ended", filed_at=store.clock.now(), error=None)
        return
    await agency_claims.put(
        store,
        one,
        status="token" if told.number is None else "filed",
        token=told.token,
        service_request_id=told.number,
        filed_at=store.clock.now(),
        due_at=store.clock.now() + (timedelta(minutes=1) if told.number is None else POLL),
        attempts=0,
        error=None,
    )


def _form(store: Store, one: Claimed) -> dict[str, str]:
    """What the street shows, and our number; nothing of whoever reported it."""
    incident = one.incident
    name = store.texts.in_district(incident.district).say("zh", f"open311.service.{incident.reason}")
    form = {
        "service_code": one.service,
        "description": f"{name} {incident.place or ''}\n[{incident.id}]".strip(),
    }
    if one.jurisdiction:
        form["jurisdiction_id"] = one.jurisdiction
    if one.key:
        form["api_key"] = one.key
    if incident.lat is not None and incident.lng is not None:
        form |= {"lat": f"{incident.lat:.6f}", "long": f"{incident.lng:.6f}"}
    if incident.place:
        form["address_string"] = incident.place
    return form


async def _there_already(client: httpx2.AsyncClient, one: Claimed) -> Told | None:
    query = {"service_code": one.service, "start_date": time(one.incident.requested_at - timedelta(days=1))}
    if one.jurisdiction:
        query["jurisdiction_id"] = one.jurisdiction
    found = await _call(client, "GET", f"{one.endpoint}/requests.xml", query)
    return next(
        (told for told in found if f"[{one.incident.id}]" in told.description and told.status != "closed"),
        None,
    )


async def _number(store: Store, client: httpx2.AsyncClient, one: Claimed) -> None:
    """The number that belongs to a token, once there is one."""
    told = _first(await _call(client, "GET", f"{one.endpoint}/tokens/{one.token}.xml", _where(one)))
    if told.number is None:
        raise _Failed("no number yet")
    due_at = store.clock.now() + POLL
    await agency_claims.put(
        store, one, status="filed", service_request_id=told.number, due_at=due_at, attempts=0, error=None
    )


async def _ask(store: Store, client: httpx2.AsyncClient, one: Claimed) -> None:
    """What has become of it there."""
    told = _first(await _call(client, "GET", f"{one.endpoint}/requests/{one.number}.xml", _where(one)))
    done = told.status == "closed"
    values = {
        "status": "ended" if done else "filed",
        "remote_status": told.status,
        "error": None,
        "attempts": 0,
    }
    if await agency_claims.put(store, one, due_at=store.clock.now() + POLL, **values):
        await agency_claims.heard(store, one, told.status, told.expected)


def _where(one: Claimed) -> dict[str, str]:
    return {"jurisdiction_id": one.jurisdiction} if one.jurisdiction else {}


def _first(found: list[Told]) -> Told:
    if not found:
        raise _Failed("an empty answer")
    return found[0]


async def _call(client: httpx2.AsyncClient, method: str, url: str, given: dict[str, str]) -> list[Told]:
    """One call; at most so many bytes of its answer are read. Raises _Failed."""
    sent = {"data": given} if method == "POST" else {"params": given}
    try:
        async with client.stream(method, url, **sent) as answer:  # type: ignore[arg-type]
            content = b""
            async for part in answer.aiter_bytes():
                content += part
                if len(content) > LONGEST:
                    raise _Failed("the answer is too long")
    except httpx2.HTTPError as error:
        raise _Failed(type(error).__name__) from None
    if answer.status_code >= 300:
        later = answer.status_code >= 500 or answer.status_code in _LATER
        raise _Failed(f"{answer.status_code} {error_of(content)}".strip(), final=not later)
    try:
        return requests_of(content)
    except AnswerUnreadable as error:
        raise _Failed(f"unreadable: {error}") from None
