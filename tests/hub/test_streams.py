"""The memory of test mode's open channels: bounded in entries, age, bytes and number."""

from __future__ import annotations

import json

import pytest

from hub import streams
from hub.actions import Look, Since, Subscribe
from hub.streams import LIFE_SECONDS, Streams


class Room:
    """Streams with a clock that the test moves, and channels that somebody uses."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.used: set[str] = set()
        self._epochs = iter("abcdefgh")
        self.streams = Streams(
            self.used.__contains__, seconds=lambda: self.now, new_id=lambda: next(self._epochs)
        )

    def publish(self, channel: str, *texts: str) -> list[int]:
        assert self.streams.ensure(channel)
        return [self.streams.append(channel, text.encode()) for text in texts]

    async def missed(self, channel: str, offset: int, epoch: str = "a") -> tuple[list[int], bool]:
        assert self.streams.ensure(channel)
        missed = await self.streams.read(Subscribe(1, channel, Since(offset, epoch)))
        return [pub["offset"] for pub in json.loads(missed.publications)], missed.complete

    def page(
        self, channel: str, limit: int = 500, since: Since | None = None, *, reverse: bool = False
    ) -> list[int]:
        found = self.streams.look(Look(1, channel, limit, since, reverse))
        assert found is not None
        return [number for number, _ in found.publications]


async def test_what_was_missed_comes_whole_and_in_order() -> None:
    room = Room()
    assert room.publish("news", "1", "2", "3") == [1, 2, 3]
    assert await room.missed("news", 1) == ([2, 3], True)
    assert await room.missed("news", 3) == ([], True)
    assert await room.missed("news", 0, epoch="") == ([1, 2, 3], True)


async def test_a_position_of_another_stream_or_from_the_future_is_not_recovered() -> None:
    room = Room()
    room.publish("news", "1")
    assert await room.missed("news", 0, epoch="z") == ([], False)
    assert await room.missed("news", 2) == ([], False)


async def test_what_is_too_much_or_too_old_is_forgotten_and_never_half_replayed() -> None:
    room = Room()
    room.publish("news", *["1"] * (streams.MOST_ENTRIES + 1))
    assert await room.missed("news", 0) == ([], False)
    assert (await room.missed("news", 1))[1] is True
    room.now += LIFE_SECONDS + 1
    assert await room.missed("news", 100) == ([], False)
    assert await room.missed("news", 101) == ([], True)


def test_history_goes_both_ways_from_a_position_that_is_not_part_of_it() -> None:
    room = Room()
    room.publish("news", *"12345")
    assert room.page("news", 0) == []
    assert room.page("news", 2) == [1, 2]
    assert room.page("news", 2, reverse=True) == [5, 4]
    assert room.page("news", 2, Since(2, "a")) == [3, 4]
    assert room.page("news", 2, Since(4, "a"), reverse=True) == [3, 2]
    assert room.streams.look(Look(1, "news", 2, Since(2, "z"))) is None


async def test_beyond_the_bytes_the_channels_longest_silent_lose_theirs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streams, "MOST_BYTES", 10)
    room = Room()
    room.publish("old", "12345")
    room.publish("new", "12345")
    room.publish("new", "1")
    assert room.page("old") == []
    assert room.page("new") == [1, 2]
    assert await room.missed("old", 0) == ([], False)


def test_a_channel_too_many_is_refused_until_another_is_of_no_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MOST_STREAMS", 2)
    room = Room()
    room.used.add("watched")
    assert room.streams.ensure("watched")
    room.publish("written", "1")
    assert not room.streams.ensure("third")
    room.now += LIFE_SECONDS + 1
    assert room.streams.ensure("third")
    room.used.add("third")
    assert room.streams.ensure("watched")
    assert not room.streams.ensure("written")


async def test_a_channel_that_was_forgotten_comes_back_with_another_epoch() -> None:
    room = Room()
    room.publish("news", "1")
    room.now += LIFE_SECONDS + 1
    room.streams.sweep()
    assert len(room.streams) == 0
    room.publish("news", "1")
    assert await room.missed("news", 1, epoch="a") == ([], False)
