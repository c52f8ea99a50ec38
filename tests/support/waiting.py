"""The only place of the tests that lets time pass: asks again until something is so, and gives up aloud.

For what sends no message: a process that is starting, a file that is to appear. Else wait for the message.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

Answer = TypeVar("Answer")

_PAUSE_SECONDS = 0.02


def until(ask: Callable[[], Answer | None], what: str, seconds: float = 10) -> Answer:
    """Returns the first answer of `ask` that is neither None nor False. Raises TimeoutError naming `what`."""
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer is not None and answer is not False:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:g} s in vain for {what}")
        time.sleep(_PAUSE_SECONDS)  # noqa: TID251 - nothing tells us; asking again is all there is


async def until_async(ask: Callable[[], Awaitable[Answer | None]], what: str, seconds: float = 10) -> Answer:
    """The same inside an event loop."""
    end = time.monotonic() + seconds
    while True:
        answer = await ask()
        if answer is not None and answer is not False:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:g} s in vain for {what}")
        await asyncio.sleep(_PAUSE_SECONDS)
