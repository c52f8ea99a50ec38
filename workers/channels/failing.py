"""What a provider's failure says of a notice: the clients' words (``models.providers.failures``) in the channels'."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

from models.providers.calls import opened
from models.providers.failures import Limited, ProviderFailure
from workers.channels.message import Refused, Unanswered, Why


@asynccontextmanager
async def asking() -> AsyncIterator[httpx2.AsyncClient]:
    """A client for one delivery. Raises Refused and Unanswered for what a provider's client raises, and Refused for an

    account that is set up in a way that nobody can speak by (a ValueError, a KeyError).
    """
    async with opened() as http:
        try:
            yield http
        except ProviderFailure as failure:
            raise said(failure) from None
        except (ValueError, KeyError) as wrong:
            raise Refused("setup", "set_up_wrongly", code=type(wrong).__name__) from None


def said(failure: ProviderFailure) -> Refused | Unanswered:
    if failure.why == "unanswered":
        return Unanswered(failure.reason, code=failure.code)
    why: Why = failure.why
    after = failure.retry_after if isinstance(failure, Limited) else None
    return Refused(why, failure.reason, code=failure.code, retry_after=after)
