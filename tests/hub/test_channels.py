"""Whoever subscribes, leaves and comes back, in whatever order things happen: each entry once and in order.

The model is a plain list. The hub follows it late, reads of it begin and end when the example says so, and the
memory of the hub is small enough to be too small.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import hypothesis.strategies as st
import msgspec
from hypothesis import given, settings

from hub.actions import Since, Subscribe
from hub.channels import Channels
from hub.codes import Fault, Unsubscribed
from hub.measures import Measures
from hub.missed import Missed
from hub.protocol import ClientInfo, publication
from models.settings import Settings
from models.tasks import Tasks

CHANNEL, EPOCH = "district:1", "one"
CLIENTS = 4


def entry(offset: int) -> bytes:
    return b'{"n":%d}' % offset


@dataclass
class Read:
    """A read of the log that a subscriber waits for."""

    wanted: Subscribe
    seen: int | None = None  # how long the log was when it was looked at
    done: asyncio.Event = field(default_factory=asyncio.Event)


class ListLog:
    """The log as a list of which only the length matters: entry n says n."""

    def __init__(self, *, only_log_knows: bool) -> None:
        self._only_log_knows = only_log_knows  # where a channel stands, as with an incident's
        self.length = 0
        self.followed = 0
        self.reads: list[Read] = []

    def epoch(self, channel: str) -> str:
        return EPOCH

    def position(self, channel: str) -> int | None:
        return None if self._only_log_knows else self.followed

    async def read(self, wanted: Subscribe) -> Missed | None:
        read = Read(wanted)
        self.reads.append(read)
        await read.done.wait()
        self.reads.remove(read)
        assert read.seen is not None
        since = wanted.since
        if since is None or since.epoch != EPOCH or since.offset > read.seen:
            return Missed(EPOCH, read.seen)
        missed = [publication(entry(n), n) for n in range(since.offset + 1, read.seen + 1)]
        return Missed(EPOCH, read.seen, missed, complete=True)


class Client:
    """Writes down whatever breaks the rule: the next entry or none. An exception would end in the loop."""

    def __init__(self, leave: Callable[[Client], None]) -> None:
        self._leave = leave
        self.has: list[int] = []
        self.is_subscribed = False
        self.waiting = False
        self.recovered = 0
        self.wrong: list[str] = []

    def info(self, channel: str) -> ClientInfo:
        return ClientInfo()

    def write(self, data: bytes) -> None:
        for message in unframed(data):
            pub = message["push"]["pub"]
            if not self.is_subscribed or pub != {
                "data": {"n": len(self.has) + 1},
                "offset": len(self.has) + 1,
            }:
                self.wrong.append(f"{pub} after {self.has}")
            self.has.append(pub["offset"])

    def send(self, message: bytes) -> None:
        self.wrong.append(f"{message!r} was not asked for")

    def subscribed(self, wanted: Subscribe, attached: dict[str, Any]) -> None:
        result = json.loads(msgspec.json.encode(attached))
        self.waiting, self.is_subscribed = False, True
        if result.get("recovered"):
            self.recovered += 1
            self.has += [pub["offset"] for pub in result["publications"]]
            contents = [pub["data"]["n"] for pub in result["publications"]]
        else:
            self.has = list(range(1, result["offset"] + 1))  # the snapshot, which is not the hub's affair
            contents = []
        whole = list(range(1, result["offset"] + 1))
        if self.has != whole or contents != whole[len(whole) - len(contents) :]:
            self.wrong.append(f"{result} makes {self.has}")

    def refuse(self, channel: str, command_id: int, fault: Fault) -> None:
        self.waiting = False

    def withdraw(self, channels: list[str], why: Unsubscribed) -> None:
        self._leave(self)


def unframed(data: bytes) -> list[dict[str, Any]]:
    """The messages of unmasked text frames shorter than 65,536 bytes."""
    messages = []
    while data:
        assert data[0] == 0x81
        at, size = (4, int.from_bytes(data[2:4], "big")) if data[1] == 126 else (2, data[1])
        messages.append(json.loads(data[at : at + size]))
        data = data[at + size :]
    return messages


class Town:
    """One hub's channels, the log, and the clients; a step is a number that means something to somebody."""

    def __init__(
        self, tasks: Tasks, recent_bytes: int, quiet_channels: int, *, only_log_knows: bool = False
    ) -> None:
        self.log = ListLog(only_log_knows=only_log_knows)
        own = replace(
            Settings.from_env({}),
            hub_recent_bytes=recent_bytes,
            hub_quiet_channels=quiet_channels,
            replay_entries=6,
        )
        self.channels = Channels(self.log, tasks, Measures(), own)
        self.clients = [Client(self.leave) for _ in range(CLIENTS)]

    def happen(self, count: int) -> None:
        self.log.length += count

    def follow(self, count: int) -> None:
        for _ in range(min(count, self.log.length - self.log.followed)):
            self.log.followed += 1
            self.channels.publish(CHANNEL, entry(self.log.followed), self.log.followed)

    def come(self, which: int) -> None:
        client = self.clients[which % CLIENTS]
        if client.is_subscribed or client.waiting:
            return
        client.waiting = True
        epoch = EPOCH if which < 3 * CLIENTS else "another"
        since = None if which < CLIENTS else Since(len(client.has), epoch)
        self.channels.attach(client, Subscribe(1, CHANNEL, since))

    def go(self, which: int) -> None:
        self.leave(self.clients[which % CLIENTS])

    def leave(self, client: Client) -> None:
        client.is_subscribed = client.waiting = False
        self.channels.detach(client, CHANNEL)

    def look(self, which: int) -> None:
        """A read sees the log as it is now; a database may answer later than it looks."""
        if self.log.reads:
            read = self.log.reads[which % len(self.log.reads)]
            read.seen = self.log.length if read.seen is None else read.seen

    async def answer(self, which: int) -> None:
        if self.log.reads:
            self.look(which)
            self.log.reads[which % len(self.log.reads)].done.set()
        await turns()

    async def finish(self) -> None:
        """Everything that is under way comes to its end, and everybody is back."""
        for _ in range(3):
            while self.log.reads:
                await self.answer(0)
            self.follow(self.log.length)
            for which in range(CLIENTS):
                self.come(CLIENTS + which)
            await turns()


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["happen", "follow", "follow", "come", "come", "go", "look", "answer", "turn"]),
        st.integers(0, 4 * CLIENTS - 1),
    ),
    max_size=60,
)


@settings(max_examples=120, deadline=None)
@given(
    steps=STEPS,
    recent_bytes=st.sampled_from([0, 300, 100_000]),
    quiet=st.integers(0, 1),
    only_log=st.booleans(),
)
def test_everybody_has_each_entry_once_and_in_order(
    steps: list[tuple[str, int]], recent_bytes: int, quiet: int, only_log: bool
) -> None:
    asyncio.run(_play(steps, recent_bytes, quiet, only_log))


async def _play(steps: list[tuple[str, int]], recent_bytes: int, quiet: int, only_log: bool) -> None:
    async with Tasks() as tasks:
        town = Town(tasks, recent_bytes, quiet, only_log_knows=only_log)
        for name, number in steps:
            if name == "turn":
                await turns()
            elif name == "answer":
                await town.answer(number)
            else:
                getattr(town, name)(number)
        await town.finish()
        everything = list(range(1, town.log.length + 1))
        assert [client.wrong for client in town.clients] == [[]] * CLIENTS
        assert [client.has for client in town.clients] == [everything] * CLIENTS


async def test_those_who_were_cut_off_together_come_back_without_a_read() -> None:
    async with Tasks() as tasks:
        town = Town(tasks, 100_000, 1)
        town.happen(3)
        town.follow(3)
        for which in range(CLIENTS):
            town.come(which)
        for which in range(CLIENTS):
            town.go(which)
        town.happen(5)
        town.follow(5)
        for which in range(CLIENTS):
            town.come(CLIENTS + which)
        assert not town.log.reads
        assert [client.has for client in town.clients] == [[1, 2, 3, 4, 5, 6, 7, 8]] * CLIENTS
        assert [client.recovered for client in town.clients] == [1] * CLIENTS


async def test_what_memory_does_not_hold_any_more_is_read() -> None:
    async with Tasks() as tasks:
        town = Town(tasks, 300, 1)
        town.happen(1)
        town.follow(1)
        town.come(0)
        town.go(0)
        town.happen(6)
        town.follow(6)
        town.come(CLIENTS)
        await turns()
        assert len(town.log.reads) == 1
        await town.answer(0)
        assert town.clients[0].has == [1, 2, 3, 4, 5, 6, 7]


async def test_a_channel_is_forgotten_when_too_many_are_quiet() -> None:
    async with Tasks() as tasks:
        town = Town(tasks, 100_000, 1)
        town.log.followed = town.log.length = 1
        for name in ("district:1", "district:2"):
            client = Client(town.leave)
            town.channels.attach(client, Subscribe(1, name))
            town.channels.detach(client, name)
        assert not town.channels.has("district:1")
        assert town.channels.has("district:2")
        assert len(town.channels) == 0


async def test_a_channel_that_somebody_came_back_to_is_not_forgotten() -> None:
    async with Tasks() as tasks:
        town = Town(tasks, 100_000, 1)
        back, passing = Client(town.leave), Client(town.leave)
        town.channels.attach(back, Subscribe(1, "district:1"))
        town.channels.detach(back, "district:1")
        town.channels.attach(back, Subscribe(1, "district:1"))
        for name in ("district:2", "district:3"):
            town.channels.attach(passing, Subscribe(1, name))
            town.channels.detach(passing, name)
        assert (town.channels.has("district:1"), town.channels.has("district:2")) == (True, False)
