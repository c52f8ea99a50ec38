"""Where positions, replays and history of a channel come from: the log, or this hub's memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from hub.actions import Subscribe
from hub.missed import Missed
from hub.rights import Kept, kept


class Source(Protocol):
    """What keeps channels of one kind."""

    def epoch(self, channel: str) -> str: ...

    def position(self, channel: str) -> int | None: ...

    async def read(self, wanted: Subscribe) -> Missed | None: ...


class Sources:
    """The log as channels see it (``hub.channels.Log``)."""

    def __init__(self, sources: Mapping[Kept, Source]) -> None:
        self._sources = sources

    def epoch(self, channel: str) -> str:
        return self._sources[kept(channel)].epoch(channel)

    def position(self, channel: str) -> int | None:
        source = self._sources.get(kept(channel))  # none: nothing is kept of it
        return None if source is None else source.position(channel)

    async def read(self, wanted: Subscribe) -> Missed | None:
        return await self._sources[kept(wanted.channel)].read(wanted)
