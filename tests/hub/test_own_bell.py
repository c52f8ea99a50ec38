"""What a hub's own deadlines did is heard in order, each entry once, and never so much that the loop stands still."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hub.own_bell import HEARD_AT_ONCE, OwnBell
from models.feed.bell import SilentBell
from models.feed.entries import Entry


def entries(first: int, count: int) -> list[Entry]:
    return [Entry("511802", offset, "e1", "{}") for offset in range(first, first + count)]


class Heard:
    """Every portion that was heard."""

    def __init__(self) -> None:
        self.bell = OwnBell(SilentBell())
        self.bell.hear = self.hear
        self.portions: list[list[int]] = []
        self.last = asyncio.Event()

    def hear(self, some: Sequence[Entry]) -> None:
        self.portions.append([entry.offset for entry in some])
        if self.portions[-1][-1] == 3 * HEARD_AT_ONCE:
            self.last.set()

    def offsets(self) -> list[int]:
        return [offset for portion in self.portions for offset in portion]


async def test_a_few_are_heard_at_once() -> None:
    heard = Heard()
    heard.bell.ring(entries(1, HEARD_AT_ONCE))
    assert heard.portions == [list(range(1, HEARD_AT_ONCE + 1))]


async def test_of_many_the_loop_hears_some_at_a_time_in_order_whoever_rings_meanwhile() -> None:
    heard = Heard()
    others_had_their_turn: list[int] = []
    heard.bell.ring(entries(1, 2 * HEARD_AT_ONCE))
    asyncio.get_running_loop().call_soon(lambda: others_had_their_turn.append(len(heard.portions)))
    heard.bell.ring(entries(2 * HEARD_AT_ONCE + 1, HEARD_AT_ONCE))
    assert len(heard.portions) == 1
    async with asyncio.timeout(10):
        await heard.last.wait()
    assert heard.offsets() == list(range(1, 3 * HEARD_AT_ONCE + 1))
    assert max(len(portion) for portion in heard.portions) == HEARD_AT_ONCE
    assert others_had_their_turn == [2]
