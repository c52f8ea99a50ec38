"""Who is in a channel on all hubs: what is asked, what is shown, and what happens when nobody answers."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from hub import attendance
from hub.actions import Who
from hub.attendance import QUESTIONS, Attendance
from hub.codes import Fault
from hub.protocol import ClientInfo
from models.tasks import Tasks
from tests.hub.conftest import Running, StartHub
from tests.support.city import YUCHENG, ZHANG
from tests.support.waiting import until_async

CHANNEL = f"district:{YUCHENG}"


class Street:
    """Hubs that hear each other; ``deaf`` ones hear nothing."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self.hubs: dict[str, Attendance] = {}
        self.deaf: set[str] = set()
        self.questions = 0

    def add(self, name: str, *here: ClientInfo) -> Attendance:
        hub = Attendance(name, lambda _: list(here), lambda: list(self.hubs), self._tell, self._tasks)
        self.hubs[name] = hub
        return hub

    def _tell(self, channel: str, message: dict[str, Any]) -> None:
        asyncio.get_running_loop().call_soon(self._deliver, channel, json.dumps(message).encode())

    def _deliver(self, channel: str, message: bytes) -> None:
        self.questions += channel == QUESTIONS
        for name, hub in self.hubs.items():
            if name in self.deaf:
                continue
            if channel == QUESTIONS:
                hub.hear_question(message)
            elif channel == hub.answers:
                hub.hear_answer(message)


async def ask(hub: Attendance, kind: Any = "presence") -> Any:
    answer = await hub.answer(Who(1, kind, CHANNEL))
    return answer.code if isinstance(answer, Fault) else answer


async def test_all_hubs_are_asked_once_for_all_who_ask() -> None:
    async with Tasks() as tasks:
        street = Street(tasks)
        one = street.add("a", ClientInfo("officer:x", "c1"), ClientInfo("wall:y", "c2"))
        street.add("b", ClientInfo("officer:x", "c3"))
        stats, shown = await asyncio.gather(ask(one, "presence_stats"), ask(one))
        assert stats == {"num_clients": 3, "num_users": 2}
        assert {name: info.user for name, info in shown["presence"].items()} == {
            "c1": "officer",
            "c2": "wall",
            "c3": "officer",
        }
        assert street.questions == 1


async def test_a_hub_that_does_not_answer_is_not_there() -> None:
    async with Tasks() as tasks:
        street = Street(tasks)
        one = street.add("a", ClientInfo("officer:x", "c1"))
        street.add("b", ClientInfo("officer:y", "c2"))
        street.deaf.add("b")
        assert await ask(one, "presence_stats") == {"num_clients": 1, "num_users": 1}


async def test_a_hub_that_does_not_even_hear_itself_cannot_tell() -> None:
    async with Tasks() as tasks:
        street = Street(tasks)
        one = street.add("a", ClientInfo("officer:x", "c1"))
        street.deaf.add("a")
        assert await ask(one) == 100


async def test_too_many_are_counted_but_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attendance, "MOST_SHOWN", 1)
    async with Tasks() as tasks:
        one = Street(tasks).add("a", ClientInfo("officer:x", "c1"), ClientInfo("officer:y", "c2"))
        assert await ask(one) == 106
        assert await ask(one, "presence_stats") == {"num_clients": 2, "num_users": 2}


async def test_two_hubs_on_redis_know_of_each_others_clients(hub: Running, start_hub: StartHub) -> None:
    async with start_hub() as (other, url):
        there = Running(other, url, hub.settings, hub.clock)

        async def heard() -> bool:
            return len(hub.hub.presence.live()) == 2

        await until_async(heard, "the other hub")
        info = {"officer": "100001"}
        async with hub.client() as commander, there.watching(CHANNEL), there.client() as officer:
            await officer.connect(hub.token(ZHANG.subject, CHANNEL, info=info))
            await officer.subscribe(CHANNEL)
            name = (await commander.connect(hub.token("officer:chief", CHANNEL, watched=[CHANNEL])))["client"]
            await commander.subscribe(CHANNEL)
            here = (await commander.ask(presence={"channel": CHANNEL}))["presence"]["presence"]
            assert here.pop(name) == {"user": "officer", "client": name}
            assert [{**one, "client": ""} for one in sorted(here.values(), key=lambda one: one["user"])] == [
                {"user": "officer", "client": "", "conn_info": info},
                {"user": "wall", "client": ""},
            ]
            stats = (await commander.ask(presence_stats={"channel": CHANNEL}))["presence_stats"]
            assert stats == {"num_clients": 3, "num_users": 3}
            # Whoever only follows the feed is not told who else does.
            for request in ({"presence": {"channel": CHANNEL}}, {"presence_stats": {"channel": CHANNEL}}):
                assert (await officer.ask(**request))["error"]["code"] == 103
