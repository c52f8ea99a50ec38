"""Many at once, on real databases: what is committed together is as if each had come alone."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from models.actions.commands import act
from models.actions.duty import set_duty
from models.actions.idempotency import AnsweredMeanwhile, FirstAnswer, IdempotencyKey, Keeping, first_answer
from models.actions.requests import MoveRequest, Requested, request_move
from models.errors import AlreadyAccepted, PlateTailWrong, StickerUnknown
from models.incident.commands import Accept
from models.store import Store
from models.tables import deadlines, events, first_answers, heads, incidents, notices, participants
from tests.support.city import LI, YUCHENG, ZHANG, ask
from tests.support.parked import park
from tests.support.recording import RecordingBell

ASKER = """
import asyncio, os, sys
from models.actions.requests import MoveRequest, request_move
from models.feed.bell import SilentBell
from models.secrets_file import with_secrets
from models.settings import Settings
from models.store import Store

class Deadly(SilentBell):
    def ring(self, entries):
        os._exit(9)

async def main(first: int, count: int, dies: bool) -> None:
    settings = with_secrets(Settings.from_env({n: v for n, v in os.environ.items() if n.startswith("WUFEN_")}))
    store = Store.open(settings, bell=Deadly() if dies else SilentBell())
    await asyncio.gather(*(
        request_move(store, MoveRequest(f"parked-{n}", f"{n:05}"[-3:], "blocking"))
        for n in range(first, first + count)
    ))
    await store.close()

asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "dies"))
"""


def process(store: Store, first: int, count: int, end: str = "lives") -> subprocess.Popen[bytes]:
    root = Path(__file__).resolve().parents[3]
    environ = {
        "WUFEN_HOME": str(store.settings.home),
        "WUFEN_DATABASE_URL": store.settings.database_url,
        "PATH": "",
    }
    return subprocess.Popen([sys.executable, "-c", ASKER, str(first), str(count), end], cwd=root, env=environ)


async def count(store: Store, table: Any) -> int:
    async with store.database.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def offsets(store: Store) -> list[int]:
    async with store.database.read() as connection:
        query = select(events.c.offset).where(events.c.district == YUCHENG).order_by(events.c.offset)
        head = select(heads.c.head).where(heads.c.district == YUCHENG)
        found = list((await connection.execute(query)).scalars())
        assert (await connection.execute(head)).scalar_one() == len(found)
    return found


async def test_forty_at_once_are_forty_incidents_announced_in_the_order_of_the_log(
    store: Store, bell: RecordingBell
) -> None:
    requests = await park(store, 40)
    made = await asyncio.gather(*(request_move(store, request) for request in requests))
    assert len({one.view["id"] for one in made}) == 40
    assert await offsets(store) == list(range(1, 41))
    assert [entry.offset for entry in bell.entries] == list(range(1, 41))
    per_request = {incidents: 1, participants: 2, deadlines: 5, notices: 1}
    assert {table: await count(store, table) for table in per_request} == {
        table: 40 * each for table, each in per_request.items()
    }


async def test_who_fails_among_many_changes_nothing_and_spoils_nothing(
    store: Store, bell: RecordingBell
) -> None:
    requests = await park(store, 6)
    wrong = [MoveRequest("parked-4", "xxx", "blocking"), MoveRequest("nowhere", "000", "blocking")]
    ends = await asyncio.gather(
        *(request_move(store, request) for request in (requests[0], *wrong, *requests[1:4])),
        return_exceptions=True,
    )
    assert [type(end) for end in ends] == [
        Requested, PlateTailWrong, StickerUnknown, Requested, Requested, Requested
    ]  # fmt: skip
    assert await offsets(store) == [1, 2, 3, 4]
    assert await count(store, participants) == 8


async def test_many_at_one_car_are_one_incident_that_the_others_join(store: Store) -> None:
    (request,) = await park(store, 1)
    made = await asyncio.gather(*(request_move(store, request) for _ in range(12)))
    assert len({one.view["id"] for one in made}) == 1
    assert sorted(one.joined for one in made) == [False] + [True] * 11
    assert max(one.view["requesters"] for one in made) == 12
    assert await offsets(store) == list(range(1, 13))


async def test_of_two_officers_who_accept_in_one_group_one_gets_it(store: Store) -> None:
    for officer in (ZHANG, LI):
        await set_duty(store, officer, True, YUCHENG)
    asked = await ask(store)
    ends = await asyncio.gather(
        act(store, asked.id, Accept(), ZHANG), act(store, asked.id, Accept(), LI), return_exceptions=True
    )
    assert sum(isinstance(end, AlreadyAccepted) for end in ends) == 1
    assert sum(isinstance(end, dict) and end["status"] == "accepted" for end in ends) == 1


async def test_the_same_call_twice_in_one_group_is_done_once_and_its_neighbours_are_done(
    store: Store,
) -> None:
    requests = await park(store, 3)
    key = IdempotencyKey.of("anyone", "POST /x", "key", b"{}")
    keeping: Keeping[Requested] = Keeping(key, lambda made: FirstAnswer(201, made.view["id"]))
    ends = await asyncio.gather(
        request_move(store, requests[0], then=keeping),
        # Another car, so that nothing but the key keeps them apart.
        request_move(store, requests[1], then=keeping),
        request_move(store, requests[2]),
        return_exceptions=True,
    )
    first, second, third = ends
    assert isinstance(first, Requested)
    assert isinstance(second, AnsweredMeanwhile)
    assert isinstance(third, Requested)
    kept = await first_answer(store, key)
    assert kept is not None
    assert kept.text == first.view["id"]
    assert (await count(store, incidents), await count(store, first_answers)) == (2, 1)


async def test_who_stops_waiting_does_not_break_the_others(store: Store) -> None:
    requests = await park(store, 9)
    waiting = [asyncio.ensure_future(request_move(store, request)) for request in requests]
    await asyncio.sleep(0)
    for gone in waiting[:3]:
        gone.cancel()
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert [isinstance(end, asyncio.CancelledError) for end in ends] == [True] * 3 + [False] * 6
    # The first group was under way: what is in it is committed though nobody waits for it any more.
    await store.groups.close()
    assert await offsets(store) == list(range(1, await count(store, incidents) + 1))


@pytest.mark.slow
async def test_three_processes_that_commit_in_groups_lose_nothing_and_leave_no_hole(store: Store) -> None:
    await park(store, 150)
    writers = [await asyncio.to_thread(process, store, 50 * number, 50) for number in range(3)]
    codes = await asyncio.gather(*(asyncio.to_thread(writer.wait) for writer in writers))
    assert codes == [0, 0, 0]
    assert await count(store, incidents) == 150
    assert await offsets(store) == list(range(1, 151))


@pytest.mark.slow
async def test_a_process_that_dies_between_commit_and_bell_has_lost_nothing(store: Store) -> None:
    requests = await park(store, 11)
    dying = await asyncio.to_thread(process, store, 0, 10, "dies")
    assert await asyncio.to_thread(dying.wait) == 9
    committed = await count(store, incidents)
    assert committed >= 1
    assert await offsets(store) == list(range(1, committed + 1))
    await request_move(store, requests[10])
    assert await offsets(store) == list(range(1, committed + 2))
