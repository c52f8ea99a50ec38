"""How a process shows that it lives: bytes in a pipe that it inherits, or answers to PING.

A pulse is only listened to here; what silence means is decided in `vitals`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

BEAT_SECONDS = 0.5
ANSWER_SECONDS = 1.0
HEARTBEAT_VARIABLE = "WUFEN_HEARTBEAT_FD"


class Pulse(Protocol):
    """One life's sign of life."""

    @property
    def environ(self) -> Mapping[str, str]:
        """What the child's environment needs for it."""

    @property
    def inherited(self) -> tuple[int, ...]:
        """Descriptors that the child inherits."""

    def born(self) -> None:
        """The child has started; what only it needs is closed on this side."""

    async def listen(self, on_beat: Callable[[], None]) -> None:
        """Calls ``on_beat`` for every sign of life until cancelled."""

    def close(self) -> None:
        """That life is over, or never began."""


class PipePulse:
    """The child writes a byte every half second from its event loop.

    The pipe is a lifeline too: when the supervisor is gone, the child's next write fails and it ends itself.
    """

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)

    @property
    def environ(self) -> Mapping[str, str]:
        return {HEARTBEAT_VARIABLE: str(self._writer)}

    @property
    def inherited(self) -> tuple[int, ...]:
        return (self._writer,)

    def born(self) -> None:
        os.close(self._writer)

    async def listen(self, on_beat: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()

        def heard() -> None:
            if os.read(self._reader, 4_096):
                on_beat()
            else:
                # The child closed its end: from now on only silence.
                loop.remove_reader(self._reader)

        loop.add_reader(self._reader, heard)
        try:
            await asyncio.Event().wait()
        finally:
            loop.remove_reader(self._reader)

    def close(self) -> None:
        os.close(self._reader)


class PingPulse:
    """A Redis answers PING on its socket. That it is still loading its file is a sign of life as well."""

    environ: Mapping[str, str] = {}
    inherited: tuple[int, ...] = ()

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def born(self) -> None:
        """Nothing was opened for it."""

    def close(self) -> None:
        """Nothing is open."""

    async def listen(self, on_beat: Callable[[], None]) -> None:
        pause = BEAT_SECONDS / 10  # until the first answer; then at the pace of all others
        while True:
            with contextlib.suppress(OSError, TimeoutError, EOFError):
                async with asyncio.timeout(ANSWER_SECONDS):
                    await ask(self._socket, b"PING")
                on_beat()
                pause = BEAT_SECONDS
            await asyncio.sleep(pause)


async def ask(socket: Path, command: bytes) -> bytes:
    """One inline command to the Redis at ``socket`` over a connection of its own; returns the first line.

    Raises OSError when nobody listens there, EOFError when the connection ends without an answer.
    """
    reader, writer = await asyncio.open_unix_connection(socket)
    try:
        writer.write(command + b"\r\n")
        line = await reader.readline()
        if not line:
            raise EOFError
        return line
    finally:
        writer.close()
