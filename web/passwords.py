"""Checking passwords without holding up anybody else: in threads, few at once."""

from __future__ import annotations

import asyncio

from models.actions.sessions import Verify
from models.passwords import verify_password

# Each takes a core for some 40 ms and 19 MiB: more at once only slow everything down.
AT_ONCE = 2


def gate(at_once: int = AT_ONCE) -> Verify:
    """A check that lets so many run at once and the others wait."""
    places = asyncio.Semaphore(at_once)

    async def verify(kept: str | None, password: str) -> bool:
        async with places:
            return await asyncio.to_thread(verify_password, kept, password)

    return verify
