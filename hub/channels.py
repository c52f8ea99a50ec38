"""Channels: who is subscribed, and fan-out. An entry is framed once and the same bytes go to everybody.

What is published within one turn of the loop leaves as one write per connection. A new subscriber is attached
live first; what is published while the log is read for him is held back, then merged, so that there is
neither a hole nor a repeat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

import structlog

from hub import codes
from hub.actions import Subscribe
from hub.codes import Fault, Unsubscribed
from hub.frames import text_frame
from hub.measures import Measures
from hub.protocol import ClientInfo, publication, publication_push, reply
from hub.rights import Kept, kept, namespace
from models.queries.log import Replay
from models.tasks import Tasks

log = structlog.get_logger()

MOST_HELD = 5_000  # publications that wait for one subscriber's replay


class Subscriber(Protocol):
    """A connection, as far as channels need it."""

    def write(self, data: bytes) -> None: ...

    @property
    def info(self) -> ClientInfo: ...

    def send(self, message: bytes, *, replay: bool = False) -> None: ...

    def refuse(self, channel: str, command_id: int, fault: Fault) -> None: ...

    def withdraw(self, channels: list[str], why: Unsubscribed) -> None: ...


class Log(Protocol):
    """Where positions and replays come from."""

    def epoch(self, channel: str) -> str:
        """What the offsets of a channel belong to."""
        ...

    def position(self, channel: str) -> int | None:
        """The newest offset of a channel as far as this hub has followed it; None when it cannot tell."""
        ...

    async def read(self, wanted: Subscribe) -> Replay | None:
        """What was published since, complete only if the position is of this epoch; None for a channel that
        does not exist, or not for this subscriber.
        """
        ...


class Joining:
    """A subscriber who is not yet where the channel is: his replay is being read, or it was ahead of us."""

    __slots__ = ("held", "position", "subscriber", "wanted")

    def __init__(self, subscriber: Subscriber, wanted: Subscribe) -> None:
        self.subscriber = subscriber
        self.wanted = wanted
        self.held: list[tuple[int, bytes]] = []
        self.position: int | None = None  # what the subscriber has; None while the log is read


class Channel:
    """One channel that somebody on this hub is subscribed to."""

    __slots__ = ("_dirty", "_turn", "joining", "live", "name", "offset")

    def __init__(self, name: str, offset: int | None, dirty: Callable[[Channel], None]) -> None:
        self.name = name
        self.offset = offset  # of the newest publication that went out here; None: not known yet
        self.live: set[Subscriber] = set()
        self.joining: list[Joining] = []
        self._dirty = dirty
        self._turn: list[bytes] = []  # frames of this turn of the loop

    @property
    def empty(self) -> bool:
        return not self.live and not self.joining

    def publish(self, data: bytes, offset: int | None) -> bool:
        """Sends to everybody at the end of this turn; False when publications before this one are missing."""
        if offset is not None:
            if self.offset is not None and offset != self.offset + 1:
                return offset <= self.offset
            self.offset = offset
            self._promote(offset)
        frame = text_frame(publication_push(self.name, data, offset))
        if self.live:
            if not self._turn:
                self._dirty(self)
            self._turn.append(frame)
        if self.joining and offset is not None:
            self._hold(offset, frame)
        return True

    def flush(self) -> int:
        """Writes what this turn brought; returns the number of deliveries."""
        turn = self._turn
        if not turn:
            return 0
        data = turn[0] if len(turn) == 1 else b"".join(turn)
        self._turn = []
        live = self.live
        for subscriber in live:
            subscriber.write(data)
        return len(turn) * len(live)

    def settle(self, joining: Joining, position: int) -> None:
        """The subscriber has everything up to ``position``; he is live as soon as the channel is there too."""
        joining.position = position
        joining.held = []
        if self.offset is None:
            self.offset = position
        if self.offset >= position:
            self._go_live([joining])

    def _promote(self, offset: int) -> None:
        ready = [one for one in self.joining if one.position is not None and one.position < offset]
        if ready:
            self._go_live(ready)

    def _go_live(self, ready: list[Joining]) -> None:
        self.flush()  # what waits to be written they have already
        for one in ready:
            self.joining.remove(one)
            self.live.add(one.subscriber)

    def _hold(self, offset: int, frame: bytes) -> None:
        for one in self.joining:
            if one.position is None and len(one.held) <= MOST_HELD:
                one.held.append((offset, frame))


class Channels:
    """All channels of this hub that have subscribers."""

    def __init__(self, log_: Log, tasks: Tasks, measures: Measures) -> None:
        self._log = log_
        self._tasks = tasks
        self._measures = measures
        self._channels: dict[str, Channel] = {}
        self._dirty: list[Channel] = []
        self._loop = asyncio.get_running_loop()
        # Called with a new subscriber of a channel without positions, by namespace.
        self.greeters: dict[str, Callable[[str, Subscriber], None]] = {}

    def __len__(self) -> int:
        return len(self._channels)

    def has(self, name: str) -> bool:
        """Whether anybody here is subscribed to it."""
        return name in self._channels

    def members(self, name: str) -> list[Subscriber]:
        """Who is subscribed here."""
        channel = self._channels.get(name)
        return [] if channel is None else [*channel.live, *(one.subscriber for one in channel.joining)]

    def names(self, kind: str) -> list[str]:
        """The channels of a namespace that have subscribers here."""
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
        channel = self._channels.get(wanted.channel)
        if channel is None:
            channel = Channel(wanted.channel, self._log.position(wanted.channel), self._mark_dirty)
            self._channels[wanted.channel] = channel
        kind = namespace(wanted.channel)
        if kept(wanted.channel) is Kept.NOT_AT_ALL:
            channel.flush()
            channel.live.add(subscriber)
            subscriber.send(reply(wanted.command_id, "subscribe", {}))
            if kind in self.greeters:
                self.greeters[kind](wanted.channel, subscriber)
            return
        joining = Joining(subscriber, wanted)
        channel.joining.append(joining)
        if channel.offset is not None and self._is_current(wanted, channel.offset):
            self._answer(
                channel, joining, Replay(self._log.epoch(channel.name), channel.offset, [], complete=True)
            )
        else:
            self._tasks.start(self._join(channel, joining), f"replay {wanted.channel}")

    def _is_current(self, wanted: Subscribe, offset: int) -> bool:
        """Whether the subscriber lacks nothing that this hub has, and may have it without asking the log."""
        since = wanted.since
        here = since is None or since == (offset, self._log.epoch(wanted.channel))
        return here and wanted.within is None

    async def _join(self, channel: Channel, joining: Joining) -> None:
        try:
            replay = await self._log.read(joining.wanted)
        except Exception as error:
            log.warning("replay_failed", channel=channel.name, error=type(error).__name__)
            self._refuse(channel, joining, codes.INTERNAL)
            return
        if replay is None:
            fault = codes.UNKNOWN_CHANNEL if joining.wanted.within is None else codes.PERMISSION_DENIED
            self._refuse(channel, joining, fault)
        elif joining in channel.joining:
            self._answer(channel, joining, replay)

    def _answer(self, channel: Channel, joining: Joining, replay: Replay) -> None:
        wanted = joining.wanted
        recovered = wanted.since is not None and replay.complete
        if wanted.since is not None:
            self._measures.recoveries.labels("yes" if recovered else "no").inc()
            if not recovered and wanted.reject_unrecovered:
                self._refuse(channel, joining, codes.UNRECOVERABLE_POSITION)
                return
        held = [(offset, frame) for offset, frame in joining.held if offset > replay.offset]
        position = held[-1][0] if held else replay.offset
        if position != replay.offset + len(held) or (channel.offset or 0) > position:
            log.warning("replay_hole", channel=channel.name, read=replay.offset, known=channel.offset)
            self._refuse(channel, joining, codes.INTERNAL)
            return
        result = _subscribed(replay, recovering=wanted.since is not None, recovered=recovered)
        joining.subscriber.send(reply(wanted.command_id, "subscribe", result), replay=recovered)
        if held:
            joining.subscriber.write(b"".join(frame for _, frame in held))
        channel.settle(joining, position)

    def _refuse(self, channel: Channel, joining: Joining, fault: Fault) -> None:
        if joining not in channel.joining:
            return  # left while the log was read
        channel.joining.remove(joining)
        joining.subscriber.refuse(channel.name, joining.wanted.command_id, fault)
        self._drop_if_empty(channel)

    def detach(self, subscriber: Subscriber, name: str) -> None:
        """Ends a subscription; nothing happens when there is none."""
        channel = self._channels.get(name)
        if channel is None:
            return
        channel.live.discard(subscriber)
        if channel.joining:
            channel.joining = [one for one in channel.joining if one.subscriber is not subscriber]
        self._drop_if_empty(channel)

    def _drop_if_empty(self, channel: Channel) -> None:
        if channel.empty and self._channels.get(channel.name) is channel:
            del self._channels[channel.name]

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


def _subscribed(replay: Replay, *, recovering: bool, recovered: bool) -> dict[str, Any]:
    result: dict[str, Any] = {
        "recoverable": True,
        "positioned": True,
        "epoch": replay.epoch,
        "offset": replay.offset,
    }
    if recovering:
        result["was_recovering"] = True
    if recovered:
        result["recovered"] = True
        result["publications"] = [publication(data, offset) for offset, data in replay.publications]
    return result
