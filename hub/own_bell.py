"""Rings for what this hub's own deadlines did: its own follower hears it at once, the others by the doorbell."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from models.feed.bell import Bell
from models.feed.entries import Entry

HEARD_AT_ONCE = 200  # a large group leaves a thousand; in between, the loop may wake for what is due


class OwnBell:
    """``hear`` is set when the hub is put together."""

    def __init__(self, others: Bell) -> None:
        self._others = others
        self.hear: Callable[[Sequence[Entry]], None] = _nobody
        self._unheard: deque[Entry] = deque()

    def ring(self, entries: Sequence[Entry]) -> None:
        """In order, the first ones now and the rest as the loop comes round."""
        others_wait = bool(self._unheard)
        self._unheard.extend(entries)
        self._others.ring(entries)
        if not others_wait:
            self._hear_some()

    def _hear_some(self) -> None:
        count = min(HEARD_AT_ONCE, len(self._unheard))
        some = [self._unheard.popleft() for _ in range(count)]
        if self._unheard:
            asyncio.get_running_loop().call_soon(self._hear_some)
        self.hear(some)

    def notices(self) -> None:
        self._others.notices()

    def tell(self, channel: str, message: dict[str, Any]) -> None:
        self._others.tell(channel, message)


def _nobody(_entries: Sequence[Entry]) -> None:
    """Before the hub is put together."""
