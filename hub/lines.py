"""The hub's sockets behind one descriptor of the loop, so that they have their share of each turn and no more.

The loop serves whatever is ready before it does anything else. When thousands come back at once that takes
seconds, in which nothing live leaves; and it accepts a single connection a turn, however long a turn with live
delivery is. Here sockets are served for about as long as everything else took in a turn, in the order in which
they became ready, and what is left over is ready in the next one again. Linux (epoll).

A line is a transport as asyncio has them, as far as ``hub.transport`` needs it.
"""

from __future__ import annotations

import asyncio
import select
import socket
from collections.abc import Callable
from time import perf_counter
from typing import Any

import structlog

log = structlog.get_logger()

LEAST_SECONDS, MOST_SECONDS = 0.004, 0.02  # of a turn; a delivery to thousands takes tens of milliseconds
READY_AT_ONCE = 16  # sockets that are asked for at a time, between two looks at the clock
ACCEPTED_AT_ONCE = 16  # connections; whoever is in needs the loop too
READ_BYTES = 65_536  # of one socket at a time
NO_ROOM_SECONDS = 1.0  # without accepting, when the system has no descriptor or memory for another one


class Lines:
    """Accepts on ``listening``, which it takes over, and serves everybody who came.

    ``protocol`` makes what reads a line. ``waits``: whether something is about to leave, which goes first.
    """

    def __init__(
        self, listening: socket.socket, protocol: Callable[[], asyncio.Protocol], waits: Callable[[], bool]
    ) -> None:
        self._listening = listening
        self._protocol = protocol
        self._waits = waits
        self._served_at = perf_counter()
        self._lines: dict[int, Line] = {}
        self._loop = asyncio.get_running_loop()
        self.epoll = select.epoll()
        self.epoll.register(listening, select.EPOLLIN)
        self._loop.add_reader(self.epoll.fileno(), self._serve)

    def stop_listening(self) -> None:
        """Nobody else comes in; whoever is in stays."""
        self._listening.close()

    def close(self) -> None:
        """Nobody comes in, and whoever is left is cut."""
        self.stop_listening()
        self._loop.remove_reader(self.epoll.fileno())
        for line in list(self._lines.values()):
            line.abort()
        self.epoll.close()

    def _serve(self) -> None:
        if self._waits():
            return
        now = perf_counter()
        until = now + min(max(now - self._served_at, LEAST_SECONDS), MOST_SECONDS)
        self._serve_until(until)
        self._served_at = perf_counter()

    def _serve_until(self, until: float) -> None:
        lines, accepting = self._lines, self._listening.fileno()
        while True:
            ready = self.epoll.poll(0, READY_AT_ONCE)
            for descriptor, events in ready:
                line = lines.get(descriptor)
                if line is not None:
                    line.serve(events)
                elif descriptor == accepting:
                    self._accept()
            if len(ready) < READY_AT_ONCE or perf_counter() > until:
                return

    def _accept(self) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                accepted, peer = self._listening.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:
                # It would be ready again at once, and in vain.
                log.warning("accepting_failed", error=type(error).__name__, number=error.errno)
                self.epoll.unregister(self._listening)
                self._loop.call_later(NO_ROOM_SECONDS, self._accept_again)
                return
            accepted.setblocking(False)
            line = Line(self, accepted, peer, self._protocol())
            self._lines[accepted.fileno()] = line
            self.epoll.register(accepted, select.EPOLLIN)
            line.begin()

    def _accept_again(self) -> None:
        if self._listening.fileno() >= 0:
            self.epoll.register(self._listening, select.EPOLLIN)

    def forget(self, descriptor: int) -> None:
        """The line is over. Its descriptor is closed in a later turn, so that it is not another's in this one."""
        del self._lines[descriptor]
        self.epoll.unregister(descriptor)


class Line(asyncio.Transport):
    """One accepted socket. ``write`` is for what the kernel did not take when the protocol tried."""

    __slots__ = (
        "_closing",
        "_high",
        "_lines",
        "_over",
        "_paused",
        "_peer",
        "_protocol",
        "_socket",
        "_waiting",
    )

    def __init__(self, lines: Lines, accepted: socket.socket, peer: Any, protocol: asyncio.Protocol) -> None:
        self._lines = lines
        self._socket = accepted
        self._peer = peer
        self._protocol = protocol
        self._waiting: bytearray | None = None
        self._high = 0
        self._paused = False  # more waits than the protocol wanted, and it was told
        self._closing = False  # as soon as nothing waits
        self._over = False

    def begin(self) -> None:
        """Tells the protocol that it has a line."""
        self._protocol.connection_made(self)

    def serve(self, events: int) -> None:
        """Something can be read or written, or the peer is gone."""
        if events & select.EPOLLOUT:
            self._write_on()
        if self._over:
            return
        if self._closing:
            if events & (select.EPOLLHUP | select.EPOLLERR):
                self.abort()
        elif events & ~select.EPOLLOUT:
            self._read()

    def _read(self) -> None:
        try:
            data = self._socket.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            self.abort()
            return
        if not data:
            self.close()
            return
        try:
            self._protocol.data_received(data)
        except Exception:
            # What one peer said must not end the others' turn.
            log.exception("line_failed")
            self.abort()

    def write(self, data: Any) -> None:
        if self._over or self._closing:
            return
        if self._waiting is None:
            self._waiting = bytearray()
            self._lines.epoll.modify(self._socket, select.EPOLLIN | select.EPOLLOUT)
        self._waiting += data
        self._watch_level()

    def _write_on(self) -> None:
        if self._waiting is None:
            return
        try:
            sent = self._socket.send(self._waiting)
        except BlockingIOError:
            return
        except OSError:
            self.abort()
            return
        del self._waiting[:sent]
        if not self._waiting:
            self._waiting = None
            if self._closing:
                self._end()
            else:
                self._lines.epoll.modify(self._socket, select.EPOLLIN)
        self._watch_level()

    def _watch_level(self) -> None:
        over = self.get_write_buffer_size() > self._high
        if over and not self._paused:
            self._protocol.pause_writing()
        self._paused = over

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._high = high or 0
        self._watch_level()

    def get_write_buffer_size(self) -> int:
        return 0 if self._waiting is None else len(self._waiting)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return {"socket": self._socket, "peername": self._peer}.get(name, default)

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        """Reads no more, and ends when what waits is written."""
        if self._closing:
            return
        self._closing = True
        if self._waiting is None:
            self._end()
        else:
            self._lines.epoll.modify(self._socket, select.EPOLLOUT)

    def abort(self) -> None:
        """Ends at once."""
        self._closing = True
        self._waiting = None
        self._end()

    def _end(self) -> None:
        if self._over:
            return
        self._over = True
        self._lines.forget(self._socket.fileno())
        asyncio.get_running_loop().call_soon(self._lost)

    def _lost(self) -> None:
        self._protocol.connection_lost(None)
        self._socket.close()
