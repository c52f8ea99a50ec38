"""Facts: what the members of a group want to read, asked for the whole group in one statement each.

A member's code is written as if it were alone and says ``await change.fact(STICKER, code)``. The members run
side by side up to the next fact each of them wants; then every kind of fact is read once, for all keys, and
they go on. Whatever else a member waits for (a statement of its own) is waited for before the next one moves:
they share one connection. What is done with the facts is none of this module's business.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, Generator, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

Key = TypeVar("Key", bound=Hashable)
Told = TypeVar("Told")
# Reads what is there for some keys, in one statement; a key without anything is left out. Where it locks rows, it
# does so in the order of their keys.
Fact = Callable[[AsyncConnection, Sequence[Key]], Coroutine[Any, Any, Mapping[Key, Told]]]
Asked = tuple[Fact[Any, Any], Hashable]


@dataclass(frozen=True, slots=True)
class Want:
    """Awaited by a member of a group: the facts' values in the order asked, None for what is not there."""

    asked: tuple[Asked, ...]

    def __await__(self) -> Generator[Want, tuple[Any, ...], tuple[Any, ...]]:
        return (yield self)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a member ended: with ``value``, or with ``error``, which is its own affair."""

    value: Any = None
    error: Exception | None = None


async def together(connection: AsyncConnection, members: Sequence[Coroutine[Any, Any, Any]]) -> list[Ended]:
    """Runs the members side by side to their ends.

    One that raises has ended, and the others go on. Raises what the database raises: then the transaction is
    lost for all of them.
    """
    ends: dict[int, Ended] = {}
    told: dict[int, tuple[Any, ...] | None] = dict.fromkeys(range(len(members)))
    try:
        while told:
            wants: dict[int, Want] = {}
            for number, values in told.items():
                step = await _Step(members[number], values)
                if isinstance(step, Want):
                    wants[number] = step
                else:
                    ends[number] = step
            told = dict(zip(wants, await read(connection, wants.values()), strict=True))
    finally:
        for member in members:
            member.close()
    return [ends[number] for number in range(len(members))]


async def read(connection: AsyncConnection, wants: Collection[Want]) -> list[tuple[Any, ...]]:
    """The values of each want, every kind of fact in one statement, in the order in which they were first asked."""
    keys: dict[Fact[Any, Any], set[Any]] = {}
    for want in wants:
        for fact, key in want.asked:
            keys.setdefault(fact, set()).add(key)
    found = {fact: await fact(connection, sorted(wanted)) for fact, wanted in keys.items()}
    return [tuple(found[fact].get(key) for fact, key in want.asked) for want in wants]


class _Step:
    """One member up to its next want, or to its end."""

    def __init__(self, member: Coroutine[Any, Any, Any], values: tuple[Any, ...] | None) -> None:
        self._member = member
        self._values = values

    def __await__(self) -> Generator[Any, Any, Want | Ended]:
        answer: Any = self._values
        try:
            asked = self._member.send(answer)
            while not isinstance(asked, Want):
                # A statement of its own: the loop's answer, or its refusal, goes to the member.
                try:
                    answer = yield asked
                except BaseException as error:
                    asked = self._member.throw(error)
                else:
                    asked = self._member.send(answer)
        except StopIteration as end:
            return Ended(value=end.value)
        except SQLAlchemyError:
            raise
        except Exception as error:
            return Ended(error=error)
        return asked


def padded(values: Sequence[Key]) -> list[Key]:
    """Values (at least one) for an ``IN``: the last one repeated up to a power of two, so that there are few

    different statements to prepare.
    """
    size = 1 << (len(values) - 1).bit_length()
    return [*values, *[values[-1]] * (size - len(values))]
