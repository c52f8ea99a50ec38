"""Who is in a channel, on all hubs. It is asked when somebody wants to know, and kept nowhere: a hub that died
cannot answer, and so its clients are gone with it.

A question goes to every hub on Redis, the asking one included: if not even its own answer comes back, Redis is
away and nobody can tell. What leaves a hub is what may be shown, so nobody's id is in it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from hub import codes
from hub.actions import Who
from hub.codes import Fault
from hub.protocol import ClientInfo, presence_result
from models.tasks import Tasks

QUESTIONS = "wufen:attendance"
PATIENCE_SECONDS = 0.5  # for hubs that are believed to be alive
KEEP_SECONDS = 1.0  # an answer serves whoever asks the same
MOST_KEPT = 1_000  # channels that are asked about within that time
MOST_SHOWN = 1_000  # connections of one channel on one hub; more are only counted


class Question(msgspec.Struct):
    """``hub`` is the one that asks."""

    hub: str
    id: int
    channel: str


class Told(msgspec.Struct):
    """What ``hub`` knows: how many connections, of whom (as digests), and the first of them."""

    hub: str
    id: int
    clients: int
    users: list[str]
    shown: list[ClientInfo]


class Asked:
    """A question that waits for hubs, and what was told so far."""

    def __init__(self, hubs: Iterable[str]) -> None:
        self.missing = set(hubs)
        self.told: list[Told] = []
        self.complete = asyncio.Event()

    def take(self, told: Told) -> None:
        """One hub's answer."""
        self.missing.discard(told.hub)
        self.told.append(told)
        if not self.missing:
            self.complete.set()

    def result(self, kind: str) -> dict[str, Any] | Fault:
        """The answer to ``presence`` or ``presence_stats``; never a part of the truth."""
        clients = sum(told.clients for told in self.told)
        if kind == "presence_stats":
            users = {user for told in self.told for user in told.users}
            return {"num_clients": clients, "num_users": len(users)}
        shown = [info for told in self.told for info in told.shown]
        return codes.LIMIT_EXCEEDED if clients > len(shown) else presence_result(shown)


class Attendance:
    """``here``: the connections of a channel on this hub. ``live``: all hubs believed to be alive. ``tell``
    publishes on Redis.
    """

    def __init__(
        self,
        own: str,
        here: Callable[[str], list[ClientInfo]],
        live: Callable[[], list[str]],
        tell: Callable[[str, dict[str, Any]], None],
        tasks: Tasks,
    ) -> None:
        self._own = own
        self._here = here
        self._live = live
        self._tell = tell
        self._tasks = tasks
        self._loop = asyncio.get_running_loop()
        self._next = 0
        self._waiting: dict[int, Asked] = {}
        self._latest: dict[str, asyncio.Task[Asked | None]] = {}
        self.answers = f"{QUESTIONS}:{own}"  # where this hub is told

    async def answer(self, wanted: Who) -> dict[str, Any] | Fault:
        """What a client asked for, or why it cannot be told."""
        latest = self._latest.get(wanted.channel)
        if latest is None:
            if len(self._latest) >= MOST_KEPT:
                return codes.TOO_MANY_REQUESTS
            latest = self._tasks.start(self._ask(wanted.channel), f"attendance {wanted.channel}")
            self._latest[wanted.channel] = latest
            self._loop.call_later(KEEP_SECONDS, self._latest.pop, wanted.channel, None)
        asked = await asyncio.shield(latest)
        return codes.INTERNAL if asked is None else asked.result(wanted.kind)

    async def _ask(self, channel: str) -> Asked | None:
        self._next += 1
        number = self._next
        asked = self._waiting[number] = Asked(self._live())
        self._tell(QUESTIONS, {"hub": self._own, "id": number, "channel": channel})
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await asked.complete.wait()
        except TimeoutError:
            if self._own in asked.missing:
                return None
        finally:
            del self._waiting[number]
        return asked

    def hear_question(self, message: bytes) -> None:
        """A hub asks. Raises msgspec.DecodeError for anything else."""
        question = msgspec.json.decode(message, type=Question)
        here = self._here(question.channel)
        told = Told(
            self._own,
            question.id,
            len(here),
            sorted({_digest(info.user) for info in here}),
            [_as_shown(info) for info in here[:MOST_SHOWN]],
        )
        self._tell(f"{QUESTIONS}:{question.hub}", msgspec.json.decode(msgspec.json.encode(told)))

    def hear_answer(self, message: bytes) -> None:
        """A hub tells. Raises msgspec.DecodeError for anything else."""
        told = msgspec.json.decode(message, type=Told)
        asked = self._waiting.get(told.id)
        if asked is not None:
            asked.take(told)


def _digest(user: str) -> str:
    return hashlib.blake2b(user.encode(), digest_size=8).hexdigest()


def _as_shown(info: ClientInfo) -> ClientInfo:
    """What kind of subject, but not which one: the street knows an officer by his number only."""
    return msgspec.structs.replace(info, user=info.user.partition(":")[0])
