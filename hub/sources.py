"""Where positions, replays and history of a channel come from: the log, or this hub's memory."""

from __future__ import annotations

from hub.actions import Subscribe
from hub.missed import Missed, missed_in
from hub.replays import Replays
from hub.rights import Kept, kept
from hub.streams import Streams


class Sources:
    """The log as channels see it (``hub.channels.Log``)."""

    def __init__(self, replays: Replays, streams: Streams) -> None:
        self._replays = replays
        self._streams = streams

    def epoch(self, channel: str) -> str:
        return (self._streams if kept(channel) is Kept.IN_MEMORY else self._replays).epoch(channel)

    def position(self, channel: str) -> int | None:
        return (self._streams if kept(channel) is Kept.IN_MEMORY else self._replays).position(channel)

    async def read(self, wanted: Subscribe) -> Missed | None:
        if kept(wanted.channel) is Kept.IN_MEMORY:
            return missed_in(self._streams.read(wanted))
        return await self._replays.read(wanted)
