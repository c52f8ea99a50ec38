"""Everybody who is connected to this hub: carries out what connections ask for, finds people, cuts them off.

Also the wheel: one sweep that visits each connection once per ping interval, so that nobody needs a timer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import structlog

from hub import codes
from hub.actions import (
    Action,
    Call,
    Close,
    Connected,
    Hold,
    Joined,
    Look,
    Publish,
    Send,
    Subscribe,
    Unsubscribe,
    Welcome,
    Who,
)
from hub.channels import Channels
from hub.codes import Disconnect, Fault
from hub.connection import Connection
from hub.door import Door
from hub.handshake import Opening, open_connection
from hub.measures import Measures
from hub.open_channels import OpenChannels
from hub.protocol import batch, error_reply, reply
from hub.rights import Kept, kept
from hub.standing import Terms
from hub.subjects import Subjects
from hub.transport import Socket
from models.clock import Clock
from models.ids import Ids
from models.settings import Settings

log = structlog.get_logger()

STEPS_PER_SECOND = 10  # of the wheel
DRAIN_SECONDS = 3.0  # in which a stopping hub sends everybody elsewhere
DRAIN_STEP_SECONDS = 0.05
HANG_UP_SECONDS = 1.0  # that peers have to hang up, before they are cut off


class Switchboard:
    """Made once per hub. ``pages`` answers plain HTTP, ``calls`` remote calls, ``questions`` those about
    channels; ``open_channels`` are those of test mode.
    """

    def __init__(
        self,
        settings: Settings,
        terms: Terms,
        channels: Channels,
        *,
        clock: Clock,
        ids: Ids,
        origins: Sequence[str | None],
        measures: Measures,
        door: Door,
        pages: Callable[[Socket, str], None],
        calls: Callable[[Socket, Call], None],
        questions: Callable[[Socket, Publish | Who | Look], None],
        open_channels: OpenChannels,
    ) -> None:
        self.queue_bytes = settings.hub_queue_bytes
        self.replay_bytes = settings.replay_bytes
        self.replays_waiting = 0
        self.channels = channels
        self._terms = terms
        self._clock = clock
        self._ids = ids
        self._origins = origins
        self._measures = measures
        self._door = door
        self._pages = pages
        self._calls = calls
        self._questions = questions
        self._open = open_channels
        self._wheel: list[set[Socket]] = [set() for _ in range(settings.hub_ping_seconds * STEPS_PER_SECOND)]
        self._next = 0
        self.subjects = Subjects()

    def __len__(self) -> int:
        """Sockets of any kind, plain HTTP included."""
        return sum(map(len, self._wheel))

    def now(self) -> float:
        return self._clock.now().timestamp()

    def new_connection(self) -> Connection:
        self._measures.connections.inc()
        return Connection(self._terms, self._ids.new())

    def arrived(self, socket: Socket) -> int:
        """Gives the socket its place on the wheel, evenly."""
        self._next = (self._next + 1) % len(self._wheel)
        self._wheel[self._next].add(socket)
        self._door.arrived(socket)
        return self._next

    def open(self, socket: Socket, head: bytes) -> Opening:
        opening = open_connection(head, self._origins, lambda *request: self._door.admit(socket, *request))
        if opening.page is None:
            self._measures.handshakes.labels(str(opening.status)).inc()
        return opening

    def show_page(self, socket: Socket, path: str) -> None:
        self._pages(socket, path)

    def perform(self, socket: Socket, actions: list[Action]) -> None:
        """Carries out what a connection wants; replies in a row leave as one frame."""
        replies: list[bytes] = []
        for action in actions:
            if type(action) is Send and not action.replay:
                replies.append(action.message)
                continue
            if replies:
                socket.send(batch(replies))
                replies.clear()
            self._do(socket, action)
        if replies:
            socket.send(batch(replies))

    def _do(self, socket: Socket, action: Action) -> None:
        match action:
            case Subscribe():
                self._attach(socket, action)
            case Send(message):
                socket.send(message, replay=True)
            case Hold():
                socket.hold()
            case Welcome(message):
                socket.release(message)
            case Joined(channel, listens):
                self._open.joined(socket, channel, listens=listens)
            case Unsubscribe(channel):
                self._detach(socket, channel)
            case Connected():
                self._door.known(socket)
                for holder in _holders(socket):
                    self.subjects.add(holder, socket)
            case Call():
                self._calls(socket, action)
            case Publish() | Who() | Look():
                self._questions(socket, action)
            case Close(why):
                socket.close(why)

    def _attach(self, socket: Socket, wanted: Subscribe) -> None:
        if kept(wanted.channel) is Kept.IN_MEMORY and not self._open.admits(wanted.channel):
            socket.refuse(wanted.channel, wanted.command_id, codes.LIMIT_EXCEEDED)
        else:
            self.channels.attach(socket, wanted)

    def _detach(self, socket: Socket, channel: str) -> None:
        self.channels.detach(socket, channel)
        if kept(channel) is Kept.IN_MEMORY:
            self._open.left(socket, channel)

    def ended(self, socket: Socket, why: Disconnect) -> None:
        """The hub hung up; nothing is written to this connection any more."""
        self._measures.disconnects.labels(str(why.code)).inc()
        self._forget(socket)

    def left(self, socket: Socket) -> None:
        """The line is gone."""
        self._wheel[socket.bucket].discard(socket)
        self._door.left(socket)
        self._forget(socket)

    def _forget(self, socket: Socket) -> None:
        connection = socket.connection
        if connection is None:
            return
        self._measures.connections.dec()
        for channel in connection.subscriptions:
            self._detach(socket, channel)
        for holder in _holders(socket):
            self.subjects.discard(holder, socket)

    def end_shift(self, subject: str, district_channels: Iterable[str]) -> None:
        """Takes the district's live channels from whoever's shift is over."""
        for socket in self.subjects.of(subject):
            connection = socket.connection
            if connection is None or connection.claims is None:
                continue
            lost = [name for name in district_channels if not connection.is_named(name)]
            if lost:
                self.perform(socket, connection.off_duty(lost))

    def cut(self, subject: str) -> None:
        """Ends the connections of a revoked subject, save those whose token is newer."""
        revocations = self._terms.revocations
        for socket in self.subjects.of(subject):
            connection = socket.connection
            if (
                connection is None
                or connection.claims is None
                or not revocations.is_revoked(connection.claims)
            ):
                continue
            doubtful = revocations.is_doubtful(connection.claims)
            socket.close(codes.EXPIRED if doubtful else codes.REVOKED)

    def answer(self, socket: Socket, command_id: int, kind: str, answer: dict[str, Any] | Fault) -> None:
        """Answers a command, if its connection is still there."""
        if socket.connection is None:
            return
        if isinstance(answer, Fault):
            socket.send(error_reply(command_id, answer))
        else:
            socket.send(reply(command_id, kind, answer))

    async def turn_wheel(self) -> None:
        """Visits everybody once per ping interval, until cancelled."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        at = 0
        while True:
            now = self.now()
            for socket in tuple(self._wheel[at]):
                socket.visit(now)
            at = (at + 1) % len(self._wheel)
            due = max(due + 1 / STEPS_PER_SECOND, loop.time())
            await asyncio.sleep(due - loop.time())

    async def drain(self, seconds: float = DRAIN_SECONDS) -> None:
        """Sends everybody elsewhere in paced batches, so that the other hubs are not overrun."""
        everybody = [socket for bucket in self._wheel for socket in bucket]
        steps = max(1, int(seconds / DRAIN_STEP_SECONDS))
        size = max(20, -(-len(everybody) // steps))
        for start in range(0, len(everybody), size):
            for socket in everybody[start : start + size]:
                socket.close(codes.SHUTDOWN)
            await asyncio.sleep(DRAIN_STEP_SECONDS)
        for _ in range(int(HANG_UP_SECONDS / DRAIN_STEP_SECONDS)):
            if not len(self):
                break
            await asyncio.sleep(DRAIN_STEP_SECONDS)
        for bucket in self._wheel:
            for socket in tuple(bucket):
                socket.abort()
        log.info("drained", connections=len(everybody))


def _holders(socket: Socket) -> tuple[str, ...]:
    """Under whose names the socket is found: its subject, and the sign-in behind it."""
    connection = socket.connection
    return () if connection is None or connection.claims is None else connection.claims.holders
