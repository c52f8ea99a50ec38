"""A client as the protocol wants it, which checks every single thing that it is told against the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.tokens import connection_token
from tests.support.wire import Wire

if TYPE_CHECKING:
    from tests.hub.gapless.world import HubHere, World

MAY_TRY_AGAIN = {100}  # errors of a subscription after which a client asks again


@dataclass
class Reader:
    """What a client has of one channel. ``since`` is the position that a pending command asked from."""

    offset: int = 0
    epoch: str = ""
    state: str = "out"  # out, asked, in
    since: tuple[int, str] | None = None


class Client:
    """Follows channels; survives cuts with its positions. Raises AssertionError for whatever is wrong."""

    def __init__(self, world: World, number: int, channels: Sequence[str]) -> None:
        self._world = world
        self.number = number
        self.channels = tuple(channels)
        self.readers = {channel: Reader() for channel in channels}
        self._wire: Wire | None = None
        self._asked: dict[int, str] = {}
        self._next = 1
        self.connected = False

    async def connect(self, here: HubHere) -> None:
        """To a hub that serves; an older connection is cut."""
        self.cut()
        line = Wire()
        if not await here.take(line):
            return
        self._wire = line
        settings = self._world.store.settings
        now = self._world.store.clock.now()
        token = connection_token(settings.hub_token_secret, "wall:1", self.channels, now, 600)
        await self._world.settle()
        line.say({"id": 1, "connect": {"token": token}})
        await self._world.settle()
        assert self.connected, "a hub that serves refused a good token"

    def subscribe(self, channel: str) -> None:
        """From where it stands; for the first time: from the end."""
        reader = self.readers[channel]
        if not self.connected or self._wire is None or reader.state != "out":
            return
        self._next += 1
        request: dict[str, Any] = {"channel": channel}
        reader.since = (reader.offset, reader.epoch) if reader.epoch else None
        if reader.since is not None:
            request |= {"recover": True, "offset": reader.offset, "epoch": reader.epoch}
        self._asked[self._next] = channel
        reader.state = "asked"
        self._wire.say({"id": self._next, "subscribe": request})

    def unsubscribe(self, channel: str) -> None:
        """Leaves for a while, and remembers where it was."""
        if self.connected and self._wire is not None and self.readers[channel].state == "in":
            self.hear()
            self._next += 1
            self.readers[channel].state = "out"
            self._wire.say({"id": self._next, "unsubscribe": {"channel": channel}})

    def cut(self) -> None:
        """The line breaks; what was on it is lost."""
        if self._wire is not None:
            self._wire.cut()
        self._wire, self.connected = None, False
        self._asked.clear()
        for reader in self.readers.values():
            reader.state = "out"

    async def come_back(self, here: HubHere) -> None:
        """What an official client does by itself: connect, and subscribe to what it is not subscribed to."""
        if not self.connected:
            await self.connect(here)
        for channel in self.channels:
            self.subscribe(channel)

    def hear(self) -> None:
        """Takes in what has come, and checks it."""
        if self._wire is None:
            return
        for message in self._wire.heard():
            if "push" in message:
                self._pushed(message["push"])
            elif "connect" in message:
                self.connected = True
            elif message["id"] in self._asked:
                self._answered(self._asked.pop(message["id"]), message)
        if self._wire is not None and self._wire.over:
            self.cut()

    def _pushed(self, push: dict[str, Any]) -> None:
        channel = push["channel"]
        reader = self.readers[channel]
        if "unsubscribe" in push:
            assert push["unsubscribe"]["code"] == 2500, push
            reader.state = "out"
        elif reader.state == "in":
            self._take(channel, push["pub"])

    def _answered(self, channel: str, message: dict[str, Any]) -> None:
        reader = self.readers[channel]
        if "error" in message:
            assert message["error"]["code"] in MAY_TRY_AGAIN, message
            reader.state = "out"
            return
        result = message["subscribe"]
        assert result["recoverable"]
        reader.state = "in"
        if result.get("recovered"):
            assert (result["epoch"], reader.since) == (reader.epoch, (reader.offset, reader.epoch))
            for publication in result["publications"]:
                self._take(channel, publication)
            assert reader.offset == result["offset"], f"{channel}: the replay ends before its own end"
            return
        if reader.since is not None:
            assert result["was_recovering"]
            self._expect_unrecoverable(channel, result)
        assert "publications" not in result
        assert result["offset"] <= len(self._world.log[result["epoch"], channel])
        reader.offset, reader.epoch = result["offset"], result["epoch"]

    def _expect_unrecoverable(self, channel: str, result: dict[str, Any]) -> None:
        """It was told to load the state anew: there must be a reason."""
        reader = self.readers[channel]
        missed = result["offset"] - reader.offset
        most = self._world.store.settings.replay_entries
        assert result["epoch"] != reader.epoch or missed > most, f"{channel}: {missed} were to be had"

    def _take(self, channel: str, publication: dict[str, Any]) -> None:
        reader = self.readers[channel]
        assert publication["offset"] == reader.offset + 1, (
            f"client {self.number} has {channel} up to {reader.offset} and was sent {publication['offset']}"
        )
        reader.offset += 1
        truth = self._world.log[reader.epoch, channel][reader.offset - 1]
        assert publication["data"]["incident"]["version"] == truth, f"{channel} at {reader.offset}"

    def expect_current(self) -> None:
        """It has everything, up to the end of the log."""
        for channel, reader in self.readers.items():
            end = (len(self._world.log[self._world.epoch, channel]), self._world.epoch)
            assert reader.state == "in", f"client {self.number} is not subscribed to {channel}"
            assert (reader.offset, reader.epoch) == end, f"client {self.number} in {channel}"
