"""Group commit: what arrives while one transaction is under way goes together in the next one.

A lone member does not wait: it is a group of one. Members of one group are of one kind, so that they take
their locks in one order, and never two of one subject. Leaves to others: the transaction itself (``commit``).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from models.away import is_away
from models.errors import Unavailable
from models.facts import Ended

MOST_TOGETHER = 64  # members of one group; what each may write is bounded by the limits of its texts
MOST_WAITING = 2_000  # members that wait for their group; who comes then is told to come again

Context = TypeVar("Context")
Result = TypeVar("Result")
Work = Callable[[Context], Coroutine[Any, Any, Result]]


@dataclass(frozen=True, slots=True, eq=False)
class Member(Generic[Context]):
    """``work`` reads and checks, and says what to write; it is run again from its start if the group fails."""

    kind: str
    subjects: frozenset[Hashable]
    work: Work[Context, Any]
    done: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Groups(Generic[Context]):
    """One process's groups, one after the other. ``commit`` runs one transaction for some members' work and tells

    how each ended; it raises when nothing of it was committed.
    """

    def __init__(self, commit: Callable[[list[Work[Context, Any]]], Awaitable[list[Ended]]]) -> None:
        self._commit = commit
        self._waiting: deque[Member[Context]] = deque()
        self._serving: asyncio.Future[None] | None = None

    async def ask(self, kind: str, subjects: frozenset[Hashable], work: Work[Context, Result]) -> Result:
        """What ``work`` returns, once it is committed; or what it raises, and then nothing of it is written.

        Whoever stops waiting for it leaves it to its fate: it is committed, or was never begun. Raises Unavailable
        when too many wait.
        """
        if len(self._waiting) >= MOST_WAITING:
            raise Unavailable
        member: Member[Context] = Member(kind, subjects, work)
        self._waiting.append(member)
        if self._serving is None or self._serving.done():
            # A task of its own, which no caller's end can end.
            self._serving = asyncio.ensure_future(self._serve())
        result: Result = await member.done
        return result

    async def close(self) -> None:
        """Waits until everything that was asked is committed."""
        if self._serving is not None and not self._serving.done():
            await self._serving

    async def _serve(self) -> None:
        while self._waiting:
            group = self._next()
            if group:
                await self._run(group)

    def _next(self) -> list[Member[Context]]:
        """The members that may go together, in the order of their coming; nobody overtakes one of his own subject."""
        group: list[Member[Context]] = []
        taken: set[Hashable] = set()
        left: deque[Member[Context]] = deque()
        while self._waiting and len(group) < MOST_TOGETHER:
            member = self._waiting.popleft()
            if member.done.cancelled():
                continue
            together = not group or member.kind == group[0].kind
            if together and taken.isdisjoint(member.subjects):
                group.append(member)
            else:
                left.append(member)
            taken |= member.subjects
        self._waiting.extendleft(reversed(left))
        return group

    async def _run(self, group: list[Member[Context]]) -> None:
        try:
            ends = await self._commit([member.work for member in group])
        except Exception as error:
            if len(group) > 1 and not is_away(error):
                # One of them spoils it for all, and only the database knows which: each for itself, then.
                for member in group:
                    await self._run([member])
                return
            ends = [Ended(error=error)] * len(group)
        for member, end in zip(group, ends, strict=True):
            _tell(member.done, end)


def _tell(done: asyncio.Future[Any], end: Ended) -> None:
    if done.done():
        return
    if end.error is not None:
        done.set_exception(end.error)
    else:
        done.set_result(end.value)
