"""The open channels of test mode, in this hub's memory: what was published lately, bounded in every direction.

A stream that nobody listens to and that holds nothing any more is forgotten; the next one of its name has
another epoch, so that a client with an old position is told so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from hub.actions import Look, Since, Subscribe
from hub.missed import Missed
from hub.protocol import publication
from models.queries.log import Replay

MOST_ENTRIES = 100  # of one channel
LIFE_SECONDS = 300.0  # of an entry
MOST_STREAMS = 20_000
MOST_BYTES = 64 * 1024 * 1024  # of all publications; beyond, the channels longest silent lose theirs


class Stream:
    """One channel: where it stands, and its last entries as ``(offset, published at, data)``."""

    __slots__ = ("entries", "epoch", "offset", "size")

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self.offset = 0
        self.size = 0  # bytes of all entries
        self.entries: deque[tuple[int, float, bytes]] = deque()

    def append(self, data: bytes, now: float) -> None:
        """The newest entry; the oldest goes when there are too many."""
        self.offset += 1
        self.entries.append((self.offset, now, data))
        self.size += len(data)
        if len(self.entries) > MOST_ENTRIES:
            self.drop_first()

    def drop_first(self) -> None:
        """Forgets the oldest entry."""
        self.size -= len(self.entries.popleft()[2])

    def expire(self, now: float) -> None:
        """Forgets what is too old."""
        while self.entries and now - self.entries[0][1] > LIFE_SECONDS:
            self.drop_first()


class Streams:
    """``in_use``: whether somebody is subscribed. ``seconds`` is a monotonic clock, ``new_id`` makes epochs.

    All but ``ensure`` and ``sweep`` are about a stream that is there.
    """

    def __init__(
        self, in_use: Callable[[str], bool], *, seconds: Callable[[], float], new_id: Callable[[], str]
    ) -> None:
        self._in_use = in_use
        self._seconds = seconds
        self._new_id = new_id
        self._streams: dict[str, Stream] = {}  # the one published to last comes last
        self._size = 0

    def __len__(self) -> int:
        return len(self._streams)

    def ensure(self, channel: str) -> bool:
        """Makes the stream if there is none; False when there are as many as a hub holds, all in use."""
        stream = self._streams.get(channel)
        if stream is not None:
            self._expire(stream, self._seconds())
            return True
        if len(self._streams) >= MOST_STREAMS:
            self.sweep()
            if len(self._streams) >= MOST_STREAMS:
                return False
        self._streams[channel] = Stream(self._new_id())
        return True

    def epoch(self, channel: str) -> str:
        """Which stream of that name this is."""
        return self._streams[channel].epoch

    def position(self, channel: str) -> int:
        """The newest offset."""
        return self._streams[channel].offset

    def append(self, channel: str, data: bytes) -> int:
        """Keeps a publication, and returns its offset."""
        stream = self._streams[channel] = self._streams.pop(channel)
        before = stream.size
        stream.append(data, self._seconds())
        self._size += stream.size - before
        self._make_room()
        return stream.offset

    async def read(self, wanted: Subscribe) -> Missed:
        """What was published since; complete only if nothing of it was forgotten."""
        stream = self._streams[wanted.channel]
        since = wanted.since
        if since is None or not _is_of(since, stream):
            return Missed(stream.epoch, stream.offset)
        found = [publication(data, offset) for offset, _, data in stream.entries if offset > since.offset]
        complete = len(found) == stream.offset - since.offset
        return Missed(stream.epoch, stream.offset, found if complete else (), complete=complete)

    def look(self, wanted: Look) -> Replay | None:
        """A page of history; None when the position is of another stream."""
        stream = self._streams[wanted.channel]
        since = wanted.since
        if since is not None and not _is_of(since, stream):
            return None
        found = [(offset, data.decode()) for offset, _, data in stream.entries]
        if wanted.reverse:
            found.reverse()
        if since is not None:
            sign = -1 if wanted.reverse else 1
            found = [one for one in found if sign * one[0] > sign * since.offset]
        return Replay(stream.epoch, stream.offset, found[: wanted.limit], complete=True)

    def sweep(self) -> None:
        """Forgets what is too old, and whole streams that are of no use to anybody."""
        now = self._seconds()
        for channel, stream in list(self._streams.items()):
            self._expire(stream, now)
            if not stream.entries and not self._in_use(channel):
                del self._streams[channel]

    def _expire(self, stream: Stream, now: float) -> None:
        before = stream.size
        stream.expire(now)
        self._size += stream.size - before

    def _make_room(self) -> None:
        while self._size > MOST_BYTES:
            longest_silent = next(stream for stream in self._streams.values() if stream.entries)
            self._size -= len(longest_silent.entries[0][2])
            longest_silent.drop_first()


def _is_of(since: Since, stream: Stream) -> bool:
    """An empty epoch fits every stream, as the protocol has it."""
    return since.epoch in ("", stream.epoch)
