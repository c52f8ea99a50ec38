"""Speaking HTTP to a provider: one call, with what may go wrong on the way sorted into what it says of the message.

What a provider's answer means is its channel's; here is only what means the same of all: whether the request can have
arrived, and how much of an answer is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
import msgspec

from workers.channels.message import Refused, Unanswered

LONGEST = 65_536  # bytes of an answer
LONGEST_WAIT = timedelta(hours=1)  # however long a provider says: nobody wants to be told later
_NOT_ON_ITS_WAY = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """``content`` is at most ``LONGEST`` bytes."""

    status: int
    headers: httpx2.Headers
    content: bytes

    def json(self) -> Any:
        """What it says. Raises Unanswered when that is no JSON: it may have been taken."""
        try:
            return msgspec.json.decode(self.content)
        except msgspec.DecodeError:
            raise Unanswered("unreadable", code=str(self.status)) from None


async def call(client: httpx2.AsyncClient, method: str, url: str, **given: Any) -> Answer:
    """Asks once; ``given`` as ``httpx2.AsyncClient.stream`` takes it.

    Raises Refused (transient) when the request cannot have arrived, Refused (limited) for 429 and for 503 with
    Retry-After, Unanswered when it may have arrived: no answer, a broken or too long one, or 5xx.
    """
    try:
        async with client.stream(method, url, **given) as answer:
            content = await _read(answer)
    except _NOT_ON_ITS_WAY as error:
        raise Refused("transient", "provider_away", code=type(error).__name__) from None
    except httpx2.HTTPError as error:
        raise Unanswered("no_answer", code=type(error).__name__) from None
    status, after = answer.status_code, retry_after(answer.headers)
    if status == 429 or (status == 503 and after is not None):
        raise Refused("limited", "provider_limit", code=str(status), retry_after=after)
    if status >= 500:
        raise Unanswered("provider_failed", code=str(status))
    return Answer(status, answer.headers, content)


async def _read(answer: httpx2.Response) -> bytes:
    content = b""
    async for part in answer.aiter_bytes():
        content += part
        if len(content) > LONGEST:
            raise Unanswered("too_long", code=str(answer.status_code))
    return content


def retry_after(headers: httpx2.Headers) -> timedelta | None:
    """What Retry-After says in seconds (RFC 9110 section 10.2.3; a date counts as nothing said), at most an hour."""
    text = headers.get("retry-after", "").strip()
    if not text.isascii() or not text.isdigit():
        return None
    return min(timedelta(seconds=min(int(text[:9]), 1_000_000)), LONGEST_WAIT)
