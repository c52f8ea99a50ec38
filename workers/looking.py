"""A look that is taken again and again as long as the worker lives, whatever comes of one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


async def keep_looking(
    look: Callable[[], Awaitable[object]], seconds: float, failed: Callable[[str], None]
) -> None:
    """Looks until cancelled, ``seconds`` apart. Several workers may.

    What goes wrong (the database is away, say) is told to ``failed`` by its name, once until a look comes off again.
    """
    failing = False
    while True:
        try:
            await look()
            failing = False
        except Exception as error:
            if not failing:
                failed(type(error).__name__)
            failing = True
        await asyncio.sleep(seconds)
