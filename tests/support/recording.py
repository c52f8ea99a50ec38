"""A bell that remembers what was rung, for tests that look at what a change announces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.feed.entries import Entry


class RecordingBell:
    """``entries`` in the order in which they were rung."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.notices_rung = 0
        self.told: list[tuple[str, dict[str, Any]]] = []

    def ring(self, entries: Sequence[Entry]) -> None:
        self.entries.extend(entries)

    def notices(self) -> None:
        self.notices_rung += 1

    def tell(self, channel: str, message: dict[str, Any]) -> None:
        self.told.append((channel, message))
