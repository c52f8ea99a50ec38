"""Who is connected with which sockets. Nearly everybody has one, and that costs one reference."""

from __future__ import annotations

from hub.transport import Socket


class Subjects:
    """Sockets by subject (``officer:<id>``, …)."""

    def __init__(self) -> None:
        self._sockets: dict[str, Socket | set[Socket]] = {}

    def __len__(self) -> int:
        return len(self._sockets)

    def add(self, subject: str, socket: Socket) -> None:
        """The subject came with this socket."""
        there = self._sockets.get(subject)
        if there is None:
            self._sockets[subject] = socket
        elif isinstance(there, set):
            there.add(socket)
        else:
            self._sockets[subject] = {there, socket}

    def discard(self, subject: str, socket: Socket) -> None:
        """The socket is gone; nothing happens when it was not there."""
        there = self._sockets.get(subject)
        if there is socket:
            del self._sockets[subject]
        elif isinstance(there, set):
            there.discard(socket)
            if not there:
                del self._sockets[subject]

    def count(self, subject: str) -> int:
        """How many sockets the subject has."""
        there = self._sockets.get(subject)
        if there is None:
            return 0
        return len(there) if isinstance(there, set) else 1

    def of(self, subject: str) -> list[Socket]:
        """The subject's sockets, as they are now."""
        there = self._sockets.get(subject)
        if there is None:
            return []
        return list(there) if isinstance(there, set) else [there]
