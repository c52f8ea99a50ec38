"""One HTTP call to somebody else's server: bounded in time and bytes, never redirected, its failures told apart.

What matters to whoever sends something is whether the provider can have taken it. A connection that was never made
took nothing; anything that went wrong once the request had left may have.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import msgspec

from models.providers.failures import Limited, Transient, Unanswered

CALL_SECONDS = 5.0
LONGEST_ANSWER = 256 * 1024  # bytes
LONGEST_WAIT = timedelta(hours=24)
_NEVER_LEFT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """Raises Unanswered for anything that is no JSON: whoever answers so may have done anything."""
        try:
            return msgspec.json.decode(self.content)
        except msgspec.DecodeError:
            raise Unanswered("unreadable", str(self.status)) from None

    def members(self) -> dict[str, Any]:
        """The JSON object that came back; raises Unanswered."""
        found = self.json()
        if not isinstance(found, dict):
            raise Unanswered("unreadable", str(self.status))
        return found


def opened() -> httpx2.AsyncClient:
    """A client for calls. It follows no redirect and asks no proxy of the environment."""
    return httpx2.AsyncClient(timeout=CALL_SECONDS, follow_redirects=False, trust_env=False)


async def call(
    http: httpx2.AsyncClient, method: str, url: str, *, seconds: float = CALL_SECONDS, **sent: Any
) -> Reply:
    """Makes the call, which takes at most ``seconds`` in all. Raises Transient where it never left, else Unanswered."""
    try:
        async with asyncio.timeout(seconds), http.stream(method, url, **sent) as answer:
            content = b""
            async for part in answer.aiter_bytes():
                content += part
                if len(content) > LONGEST_ANSWER:
                    raise Unanswered("unreadable", str(answer.status_code))
    except _NEVER_LEFT as error:
        raise Transient("provider_away", type(error).__name__) from None
    except TimeoutError:
        raise Unanswered("timed_out") from None
    except httpx2.TimeoutException:
        raise Unanswered("timed_out") from None
    except httpx2.HTTPError as error:
        raise Unanswered("no_answer", type(error).__name__) from None
    return Reply(answer.status_code, dict(answer.headers.items()), content)


def check_status(reply: Reply, now: datetime | None = None) -> Reply:
    """The reply, if it is one of the provider's own program. Raises Limited for 429, Transient for 503, which say that
    nothing was done, and Unanswered for every other error of a server in between."""
    if reply.status == 429:
        raise Limited("provider_limit", "429", retry_after(reply, now) or timedelta(seconds=60))
    if reply.status == 503:
        raise Transient("busy", "503")
    if reply.status >= 500:
        raise Unanswered("provider_failed", str(reply.status))
    return reply


def retry_after(reply: Reply, now: datetime | None = None) -> timedelta | None:
    """What the header Retry-After asks for (RFC 9110, 10.2.3), at most a day."""
    said = reply.headers.get("retry-after", "").strip()
    if said.isdigit():
        return min(timedelta(seconds=int(said[:9])), LONGEST_WAIT)
    if now is None:
        return None
    try:
        wait = parsedate_to_datetime(said) - now
    except (TypeError, ValueError):
        return None
    return min(max(wait, timedelta(0)), LONGEST_WAIT)
