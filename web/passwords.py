"""Checking passwords without holding up anybody else: in threads, few at once."""

from __future__ import annotations

import asyncio

from models.actions.sessions import Verify
from models.errors import Unavailable
from models.passwords import verify_password

# Each takes a core for some 40 ms and 19 MiB: more at once only slow everything down.
AT_ONCE = 2
# A flood of sign-ins makes nobody wait longer than some two seconds, and takes no memory.
MOST_WAITING = 100


def gate(at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING) -> Verify:
    """A check that lets so many run at once and some wait; it raises Unavailable for whoever comes beyond them."""
    places = asyncio.Semaphore(at_once)
    there = 0

    async def verify(kept: str | None, password: str) -> bool:
        nonlocal there
        if there >= at_once + most_waiting:
            raise Unavailable
        there += 1
        try:
            async with places:
                return await asyncio.to_thread(verify_password, kept, password)
        finally:
            there -= 1

    return verify
