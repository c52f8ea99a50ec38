"""The channels of this hub: subscribing and its answer, publishing, and who has to come back.

A channel with positions that nobody subscribes to any more is kept for a while, because those who were cut
off come back: they find its position and what it published lately in memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

import msgspec
import structlog

from hub import codes
from hub.actions import Subscribe
from hub.channel import Channel, Joining, Subscriber
from hub.codes import Fault
from hub.measures import Measures
from hub.missed import Missed, NotRead
from hub.recent import Recent, newest
from hub.rights import Kept, kept, namespace
from models.settings import Settings
from models.tasks import Tasks

log = structlog.get_logger()


class Log(Protocol):
    """Where positions and replays come from."""

    def epoch(self, channel: str) -> str:
        """What the offsets of a channel belong to."""
        ...

    def position(self, channel: str) -> int | None:
        """The newest offset of a channel as far as this hub has followed it; None when it cannot tell."""
        ...

    async def read(self, wanted: Subscribe) -> Missed | None:
        """What was published since, complete only if the position is of this epoch; None for a channel that
        does not exist, or not for this subscriber. Raises NotRead.
        """
        ...


class Channels:
    """All channels of this hub that have subscribers, or had some a while ago."""

    def __init__(self, log_: Log, tasks: Tasks, measures: Measures, settings: Settings) -> None:
        self._log = log_
        self._tasks = tasks
        self._measures = measures
        self._most_entries = settings.replay_entries
        self._most_bytes = settings.replay_bytes
        self._most_quiet = settings.hub_quiet_channels
        self._recent = Recent(settings.hub_recent_bytes)
        self._channels: dict[str, Channel] = {}
        self._quiet: dict[str, None] = {}  # without subscribers, the longest first
        self._dirty: list[Channel] = []
        self._loop = asyncio.get_running_loop()

    def __len__(self) -> int:
        """Those that have subscribers."""
        return len(self._channels) - len(self._quiet)

    def has(self, name: str) -> bool:
        """Whether publications of it are wanted here: for a subscriber, or for one who may come back."""
        return name in self._channels

    def members(self, name: str) -> list[Subscriber]:
        """Who is subscribed here."""
        channel = self._channels.get(name)
        return [] if channel is None else [*channel.live, *(one.subscriber for one in channel.joining)]

    def names(self, kind: str) -> list[str]:
        """The channels of a namespace that are wanted here."""
        return [name for name in self._channels if namespace(name) == kind]

    def publish(self, name: str, data: bytes, offset: int | None = None) -> None:
        """One publication to all subscribers; ``data`` is JSON."""
        channel = self._channels.get(name)
        if channel is None or channel.publish(data, offset):
            return
        # A hole that the order of the log should have made impossible: everybody comes back for a replay.
        log.warning("channel_hole", channel=name, offset=offset, known=channel.offset)
        self._send_away(channel)

    def attach(self, subscriber: Subscriber, wanted: Subscribe) -> None:
        """Subscribes, and answers the command: at once, or when the log has been read."""
        channel = self._channel(wanted.channel)
        if kept(wanted.channel) is Kept.NOT_AT_ALL:
            channel.flush()
            channel.live[subscriber] = None
            subscriber.subscribed(wanted, {})
            return
        joining = Joining(subscriber, wanted)
        channel.joining.append(joining)
        known = self._from_memory(channel, wanted)
        if known is not None:
            self._answer(channel, joining, known)
        else:
            self._tasks.start(self._join(channel, joining), f"replay {wanted.channel}")

    def _channel(self, name: str) -> Channel:
        channel = self._channels.get(name)
        if channel is None:
            recent = self._recent if kept(name) is Kept.IN_THE_LOG else None
            channel = Channel(name, self._log.position(name), self._mark_dirty, recent)
            self._channels[name] = channel
        self._quiet.pop(name, None)
        return channel

    def _from_memory(self, channel: Channel, wanted: Subscribe) -> Missed | None:
        """What the subscriber lacks, if this hub remembers all of it and may give it without asking the log."""
        if channel.offset is None or wanted.within is not None:
            return None
        since, epoch = wanted.since, self._log.epoch(channel.name)
        if since is None:
            return Missed(epoch, channel.offset)
        if since.epoch != epoch:
            return None
        count = channel.offset - since.offset
        if not 0 <= count <= min(len(channel.ring), self._most_entries):
            return None
        publications = newest(channel.ring, count)
        if sum(map(len, publications)) > self._most_bytes:
            return None
        return Missed(epoch, channel.offset, publications, complete=True)

    async def _join(self, channel: Channel, joining: Joining) -> None:
        try:
            missed = await self._log.read(joining.wanted)
        except NotRead:
            self._refuse(channel, joining, codes.INTERNAL)
            return
        if missed is None:
            fault = codes.UNKNOWN_CHANNEL if joining.wanted.within is None else codes.PERMISSION_DENIED
            self._refuse(channel, joining, fault)
        elif joining in channel.joining:
            self._answer(channel, joining, missed)

    def _answer(self, channel: Channel, joining: Joining, missed: Missed) -> None:
        wanted = joining.wanted
        recovered = wanted.since is not None and missed.complete
        if wanted.since is not None:
            self._measures.recoveries.labels("yes" if recovered else "no").inc()
            if not recovered and wanted.reject_unrecovered:
                self._refuse(channel, joining, codes.UNRECOVERABLE_POSITION)
                return
        held = [(offset, frame) for offset, frame in joining.held if offset > missed.offset]
        position = held[-1][0] if held else missed.offset
        if position != missed.offset + len(held) or (channel.offset or 0) > position:
            log.warning("replay_hole", channel=channel.name, read=missed.offset, known=channel.offset)
            self._refuse(channel, joining, codes.INTERNAL)
            return
        result = _subscribed(missed, recovering=wanted.since is not None, recovered=recovered)
        joining.subscriber.subscribed(wanted, result)
        if held:
            joining.subscriber.write(b"".join(frame for _, frame in held))
        channel.settle(joining, position)

    def _refuse(self, channel: Channel, joining: Joining, fault: Fault) -> None:
        if joining not in channel.joining:
            return  # left while the log was read
        channel.joining.remove(joining)
        joining.subscriber.refuse(channel.name, joining.wanted.command_id, fault)
        self._rest_if_empty(channel)

    def detach(self, subscriber: Subscriber, name: str) -> None:
        """Ends a subscription; nothing happens when there is none."""
        channel = self._channels.get(name)
        if channel is None:
            return
        channel.live.pop(subscriber, None)
        if channel.joining:
            channel.joining = [one for one in channel.joining if one.subscriber is not subscriber]
        self._rest_if_empty(channel)

    def _rest_if_empty(self, channel: Channel) -> None:
        name = channel.name
        if not channel.empty or self._channels.get(name) is not channel:
            return
        if channel.offset is None or kept(name) is not Kept.IN_THE_LOG:
            del self._channels[name]
            return
        self._quiet[name] = None
        if len(self._quiet) > self._most_quiet:
            self._forget(next(iter(self._quiet)))

    def _forget(self, name: str) -> None:
        del self._quiet[name]
        del self._channels[name]

    def followed(self) -> list[str]:
        """The channels of the log that are wanted here."""
        return [name for name in self._channels if kept(name) is Kept.IN_THE_LOG]

    def expect(self, positions: Mapping[str, int]) -> None:
        """Channels stand at these positions or beyond; the subscribers of one that does not come back."""
        for name, position in positions.items():
            channel = self._channels.get(name)
            if channel is not None and channel.offset is not None and channel.offset < position:
                log.warning("channel_behind", channel=name, known=channel.offset, offset=position)
                self._send_away(channel)

    def forget_positions(self) -> None:
        """The log is another one: every subscriber of it comes back and finds out where it stands now."""
        for channel in list(self._channels.values()):
            if kept(channel.name) is Kept.IN_THE_LOG:
                self._send_away(channel)

    def _send_away(self, channel: Channel) -> None:
        channel.flush()
        for joining in list(channel.joining):
            if joining.position is None:
                self._refuse(channel, joining, codes.INTERNAL)
            else:
                joining.subscriber.withdraw([channel.name], codes.INSUFFICIENT_STATE)
        for subscriber in list(channel.live):
            subscriber.withdraw([channel.name], codes.INSUFFICIENT_STATE)
        if channel.name in self._quiet:
            self._forget(channel.name)  # what it remembers is worth nothing

    def has_to_flush(self) -> bool:
        """Whether publications leave at the end of this turn."""
        return bool(self._dirty)

    def _mark_dirty(self, channel: Channel) -> None:
        if not self._dirty:
            self._loop.call_soon(self._flush)
        self._dirty.append(channel)

    def _flush(self) -> None:
        dirty, self._dirty = self._dirty, []
        delivered = 0
        for channel in dirty:
            delivered += channel.flush()
        self._measures.deliveries.inc(delivered)


def _subscribed(missed: Missed, *, recovering: bool, recovered: bool) -> dict[str, Any]:
    result: dict[str, Any] = {
        "recoverable": True,
        "positioned": True,
        "epoch": missed.epoch,
        "offset": missed.offset,
    }
    if recovering:
        result["was_recovering"] = True
    if recovered:
        result["recovered"] = True
        result["publications"] = msgspec.Raw(missed.publications)
    return result
