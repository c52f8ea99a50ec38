"""Rings for what this hub's own deadlines did: its own follower hears it at once, the others by the doorbell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from models.feed.bell import Bell
from models.feed.entries import Entry


class OwnBell:
    """``hear`` is set when the hub is put together."""

    def __init__(self, others: Bell) -> None:
        self._others = others
        self.hear: Callable[[Sequence[Entry]], None] = _nobody

    def ring(self, entries: Sequence[Entry]) -> None:
        self.hear(entries)
        self._others.ring(entries)

    def notices(self) -> None:
        self._others.notices()

    def tell(self, channel: str, message: dict[str, Any]) -> None:
        self._others.tell(channel, message)


def _nobody(_entries: Sequence[Entry]) -> None:
    """Before the hub is put together."""
