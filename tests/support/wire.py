"""A client of the hub in the same loop, over a pair of sockets: it writes and reads at once, and never waits.

For tests that decide by themselves in which order things happen. Bytes lie in the kernel until the loop turns.
"""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from hub.switchboard import Switchboard
from hub.transport import Socket

_CHUNK_BYTES = 1 << 20


class Wire:
    """One connection to the hub behind ``switchboard``."""

    def __init__(self) -> None:
        self._protocol = ClientProtocol(parse_uri("ws://localhost/connection/websocket"))
        self._mine: socket.socket | None = None
        self.over = False  # the hub hung up

    async def open(self, switchboard: Switchboard) -> None:
        """Hands the other end to the hub, and asks for a WebSocket."""
        mine, theirs = socket.socketpair()
        mine.setblocking(False)
        self._mine = mine
        await asyncio.get_running_loop().connect_accepted_socket(lambda: Socket(switchboard), theirs)
        self._protocol.send_request(self._protocol.connect())
        self._flush()

    def say(self, *commands: dict[str, Any]) -> None:
        """Sends commands in one frame."""
        if self._protocol.state.name == "CONNECTING":
            self._read()
        self._protocol.send_text("\n".join(map(json.dumps, commands)).encode())
        self._flush()

    def heard(self) -> list[dict[str, Any]]:
        """Replies and pushes since the last time; pings are answered."""
        messages = []
        for frame in self._read():
            if frame.opcode is Opcode.TEXT:
                messages += [json.loads(line) for line in bytes(frame.data).splitlines()]
        if {} in messages:
            self.say({})
        return [message for message in messages if message]

    def cut(self) -> None:
        """The line breaks; what was under way is lost."""
        if self._mine is not None:
            self._mine.close()
        self.over = True

    def _read(self) -> list[Frame]:
        assert self._mine is not None
        try:
            while data := self._mine.recv(_CHUNK_BYTES):
                self._protocol.receive_data(data)
            self.over = True
        except BlockingIOError:
            pass
        except OSError:
            self.over = True
        return [event for event in self._protocol.events_received() if isinstance(event, Frame)]

    def _flush(self) -> None:
        assert self._mine is not None
        for data in self._protocol.data_to_send():
            if data and not self.over:
                try:
                    self._mine.sendall(data)
                except OSError:
                    self.over = True
