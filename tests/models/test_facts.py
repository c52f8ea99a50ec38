"""Members of a group that run side by side: what they want is read once for all, and each is told his own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.facts import Ended, Want, padded, together

NOWHERE = cast(AsyncConnection, None)  # these facts come from no database


class Counted:
    """A fact: the square of a number below ten. Remembers which keys it was asked for, and how often."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    async def squares(self, _: AsyncConnection, keys: Sequence[int]) -> dict[int, int]:
        self.asked.append(list(keys))
        return {key: key * key for key in keys if key < 10}


async def test_what_several_want_is_asked_once_in_the_order_of_the_keys() -> None:
    counted = Counted()

    async def member(key: int) -> Any:
        (square,) = await Want(((counted.squares, key),))
        (again,) = await Want(((counted.squares, square),))
        return square, again

    ends = await together(NOWHERE, [member(3), member(1), member(3)])
    assert ends == [Ended((9, 81)), Ended((1, 1)), Ended((9, 81))]
    assert counted.asked == [[1, 3], [1, 9]]


async def test_what_is_not_there_is_none_and_members_may_end_at_different_times() -> None:
    counted = Counted()

    async def short() -> str:
        return "at once"

    async def member() -> Any:
        return await Want(((counted.squares, 11), (counted.squares, 2)))

    assert await together(NOWHERE, [short(), member()]) == [Ended("at once"), Ended((None, 4))]


async def test_one_that_raises_ends_alone() -> None:
    counted = Counted()

    async def good() -> Any:
        return await Want(((counted.squares, 2),))

    async def bad() -> Any:
        await Want(((counted.squares, 2),))
        raise ValueError("not this one")

    first, second, third = await together(NOWHERE, [good(), bad(), good()])
    assert (first, third) == (Ended((4,)), Ended((4,)))
    assert isinstance(second.error, ValueError)


async def test_a_member_may_wait_for_something_of_its_own_before_the_next_one_moves() -> None:
    """They share one connection, on which only one statement can be under way."""
    counted, order = Counted(), list[str]()

    async def waits(name: str) -> Any:
        order.append(f"{name} asks")
        await asyncio.sleep(0)
        order.append(f"{name} heard")
        return await Want(((counted.squares, 1),))

    await together(NOWHERE, [waits("a"), waits("b")])
    assert order == ["a asks", "a heard", "b asks", "b heard"]
    assert counted.asked == [[1]]


async def test_what_a_member_waits_for_in_vain_is_thrown_into_it() -> None:
    async def member() -> str:
        refused = asyncio.get_running_loop().create_future()
        refused.set_exception(KeyError("no"))
        try:
            await refused
        except KeyError:
            return "caught"
        return "missed"

    assert await together(NOWHERE, [member()]) == [Ended("caught")]


async def test_what_the_database_refuses_is_everybodys() -> None:
    async def bad() -> None:
        raise OperationalError("SELECT", {}, OSError("gone"))

    async def good() -> str:
        return "never told"

    with pytest.raises(OperationalError):
        await together(NOWHERE, [good(), bad(), good()])


@pytest.mark.parametrize(
    ("values", "sent"),
    [([1], [1]), ([1, 2], [1, 2]), ([1, 2, 3], [1, 2, 3, 3]), ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 5, 5, 5])],
)
def test_a_list_of_keys_grows_by_doubling(values: list[int], sent: list[int]) -> None:
    assert padded(values) == sent
