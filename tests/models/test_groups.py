"""Who goes with whom into one transaction, and what becomes of the others when one of them fails."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from models.errors import Unavailable
from models.facts import Ended
from models.groups import MOST_TOGETHER, MOST_WAITING, Groups, Work


class Recorder:
    """A commit that remembers its groups, waits until it is let go, and fails for whom it is told to."""

    def __init__(self, *spoilers: str, away: bool = False) -> None:
        self.groups: list[list[str]] = []
        self._spoilers = frozenset(spoilers)
        self._away = away
        self.go_on = asyncio.Event()
        self.begun = asyncio.Event()

    async def commit(self, works: Sequence[Work[None, Any]]) -> list[Ended]:
        names = [await work(None) for work in works]
        self.groups.append(names)
        self.begun.set()
        await self.go_on.wait()
        if self._away:
            raise OperationalError("COMMIT", {}, OSError("gone"))
        if self._spoilers.intersection(names):
            raise ValueError(f"spoilt by one of {names}")
        return [Ended(value=name.upper()) for name in names]


def work(name: str) -> Work[None, str]:
    async def tell(_: None) -> str:
        return name

    return tell


async def started(recorder: Recorder) -> tuple[Groups[None], asyncio.Future[str]]:
    """Groups whose first one, a lone member, is under way."""
    groups: Groups[None] = Groups(recorder.commit)
    first = asyncio.ensure_future(groups.ask("a", frozenset(), work("first")))
    await recorder.begun.wait()
    return groups, first


async def ask(groups: Groups[None], *asked: tuple[str, str, str]) -> list[asyncio.Future[str]]:
    """Members as (name, kind, subject), all waiting by the time this returns."""
    waiting: list[asyncio.Future[str]] = [
        asyncio.ensure_future(groups.ask(kind, frozenset({subject}), work(name)))
        for name, kind, subject in asked
    ]
    await asyncio.sleep(0)
    return waiting


async def test_a_lone_member_does_not_wait_and_who_comes_meanwhile_goes_together() -> None:
    recorder = Recorder()
    groups, first = await started(recorder)
    others = await ask(groups, ("b", "a", "1"), ("c", "a", "2"), ("d", "a", "3"))
    recorder.go_on.set()
    assert [await one for one in (first, *others)] == ["FIRST", "B", "C", "D"]
    assert recorder.groups == [["first"], ["b", "c", "d"]]


async def test_two_of_one_subject_go_one_after_the_other_in_the_order_of_their_coming() -> None:
    recorder = Recorder()
    groups, _ = await started(recorder)
    others = await ask(groups, ("b", "a", "1"), ("c", "a", "1"), ("d", "a", "2"), ("e", "a", "1"))
    recorder.go_on.set()
    await asyncio.gather(*others)
    assert recorder.groups == [["first"], ["b", "d"], ["c"], ["e"]]


async def test_kinds_do_not_mix() -> None:
    recorder = Recorder()
    groups, _ = await started(recorder)
    others = await ask(groups, ("b", "x", "1"), ("c", "y", "2"), ("d", "x", "3"), ("e", "y", "4"))
    recorder.go_on.set()
    await asyncio.gather(*others)
    assert recorder.groups == [["first"], ["b", "d"], ["c", "e"]]


async def test_nobody_overtakes_one_of_his_own_subject_by_being_of_another_kind() -> None:
    recorder = Recorder()
    groups, _ = await started(recorder)
    others = await ask(groups, ("b", "x", "1"), ("c", "y", "2"), ("d", "x", "2"))
    recorder.go_on.set()
    await asyncio.gather(*others)
    assert recorder.groups == [["first"], ["b"], ["c"], ["d"]]


async def test_one_that_spoils_the_group_is_told_so_and_the_others_are_committed_alone() -> None:
    recorder = Recorder("c")
    groups, _ = await started(recorder)
    b, c, d = await ask(groups, ("b", "a", "1"), ("c", "a", "2"), ("d", "a", "3"))
    recorder.go_on.set()
    assert (await b, await d) == ("B", "D")
    with pytest.raises(ValueError, match="spoilt"):
        await c
    assert recorder.groups == [["first"], ["b", "c", "d"], ["b"], ["c"], ["d"]]


async def test_a_database_that_is_away_is_not_asked_once_for_each_member() -> None:
    recorder = Recorder(away=True)
    groups, first = await started(recorder)
    others = await ask(groups, ("b", "a", "1"), ("c", "a", "2"))
    recorder.go_on.set()
    told = await asyncio.gather(first, *others, return_exceptions=True)
    assert [type(one) for one in told] == [OperationalError] * 3
    assert recorder.groups == [["first"], ["b", "c"]]


async def test_who_stops_waiting_before_his_turn_is_left_out_and_breaks_nothing() -> None:
    recorder = Recorder()
    groups, first = await started(recorder)
    b, c = await ask(groups, ("b", "a", "1"), ("c", "a", "2"))
    b.cancel()
    first.cancel()
    recorder.go_on.set()
    assert await c == "C"
    await groups.close()
    assert recorder.groups == [["first"], ["c"]]


async def test_a_group_and_the_queue_for_it_are_bounded() -> None:
    recorder = Recorder()
    groups, _ = await started(recorder)
    waiting = await ask(groups, *((str(number), "a", str(number)) for number in range(MOST_WAITING)))
    with pytest.raises(Unavailable):
        await groups.ask("a", frozenset(), work("one too many"))
    recorder.go_on.set()
    await asyncio.gather(*waiting)
    assert max(map(len, recorder.groups)) == MOST_TOGETHER
