"""Follows every sequence of the log: by the doorbell at once, by comparing heads four times a second in any case.

What is missing is read from the log. Entries are passed on in order, each once; what they mean is the
receiver's affair.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.due import DueHeap
from hub.measures import Measures
from hub.sequences import Sequences, is_another_log
from models.clock import Clock
from models.database import Database
from models.feed.entries import Entry
from models.queries.log import (
    Heads,
    entries_after,
    open_deadlines,
    read_heads,
    recent_control,
)

log = structlog.get_logger()

COMPARE_SECONDS = 0.25
PREDECESSOR_SECONDS = 0.02  # how long an early entry waits before the hole is read from the log
PAGE = 500  # entries read at once
READY_SECONDS = 2.0  # a hub that has not compared for longer is not ready
GIVE_UP_SECONDS = 5.0  # for one answer: a database that died without a word must not keep us waiting for ever


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a hub must know when it starts, all of one state of the database."""

    heads: Heads
    deadlines: DueHeap
    control: list[Entry]


@dataclass(frozen=True, slots=True)
class Lag:
    """How far behind the log a hub is, as far as it knows: it had everything ``seconds`` ago."""

    entries: int
    seconds: float

    @property
    def is_current(self) -> bool:
        return self.seconds < READY_SECONDS


class Follower:
    """``begin`` is given the snapshot at the start and whenever the log is another one; ``accept`` each entry.

    ``check`` is awaited at the end of each comparison, in its transaction: everything in it has been accepted.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        control_since: timedelta,
        begin: Callable[[Snapshot], None],
        accept: Callable[[Entry], None],
        check: Callable[[AsyncConnection], Awaitable[None]],
        measures: Measures,
    ) -> None:
        self._database = database
        self._clock = clock
        self._control_since = control_since
        self._begin = begin
        self._accept = accept
        self._check = check
        self._measures = measures
        self._heads = Heads("", {})  # as they were last read
        self._sequences = Sequences(self._heads)
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._failing = False
        self._compared_at = float("-inf")
        self._look_at: float | None = None  # when to look for the predecessor of an early entry

    @property
    def epoch(self) -> str:
        return self._sequences.epoch

    def known(self, district: str) -> int | None:
        """The offset up to which this hub has passed a sequence on."""
        return self._sequences.known.get(district)

    def lag(self) -> Lag:
        """How far behind the log this hub is now."""
        behind = self._sequences.behind(self._heads)
        return Lag(sum(behind.values()), self._loop.time() - self._compared_at)

    async def start(self) -> None:
        """Loads the snapshot. Raises what the database raises."""
        async with self._database.read() as connection:
            since = self._clock.now() - self._control_since
            snapshot = Snapshot(
                await read_heads(connection),
                await _open_deadlines(connection),
                await recent_control(connection, since),
            )
        self._heads = snapshot.heads
        self._sequences = Sequences(snapshot.heads)
        self._compared_at = self._loop.time()
        self._begin(snapshot)

    def hear(self, entries: Iterable[Entry]) -> None:
        """What the doorbell brought; repeats and strangers are dropped, early ones wait."""
        ready: list[Entry] = []
        set_aside = 0
        for entry in entries:
            if entry.epoch != self._sequences.epoch:
                self.look()  # the database decides whether the epoch is another one
                continue
            next_ones = self._sequences.take(entry)
            ready += next_ones
            set_aside += not next_ones
        self._pass_on(ready, "bell")
        if set_aside:
            self._measures.entries.labels("set_aside").inc(set_aside)
        if self._sequences.waiting and self._look_at is None:
            self._look_at = self._loop.time() + PREDECESSOR_SECONDS
            self._wake.set()

    def look(self) -> None:
        """Compare as soon as possible: something may have been missed."""
        self._look_at = self._loop.time()
        self._wake.set()

    async def run(self) -> None:
        """Compares until cancelled. An error of the database is logged once, and tried again."""
        due = self._loop.time()
        while True:
            await self._pause(due)
            now = self._loop.time()
            if now < due and (self._look_at is None or now < self._look_at):
                continue
            self._look_at = None
            due = now + COMPARE_SECONDS
            try:
                await self.compare()
            except Exception as error:
                if not self._failing:
                    log.warning("log_unreachable", error=type(error).__name__)
                self._failing = True
            else:
                if self._failing:
                    log.info("log_reached_again")
                self._failing = False

    async def _pause(self, due: float) -> None:
        until = due if self._look_at is None else min(due, self._look_at)
        self._wake.clear()
        try:
            async with asyncio.timeout_at(until):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def compare(self) -> None:
        """Reads the heads, and every entry above ours. Raises what the database raises, and TimeoutError.

        What was read before an error has been passed on.
        """
        before = dict(self._sequences.known)
        async with asyncio.timeout(GIVE_UP_SECONDS) as patience, self._database.read() as connection:
            heads = await read_heads(connection)
            another = is_another_log(heads, self._sequences.epoch, before)
            if not another:
                self._heads = heads
                for district in self._sequences.behind(heads):
                    await self._catch_up(connection, district, patience)
                await self._check(connection)
                self._compared_at = self._loop.time()
        if another:
            log.warning("another_log", epoch=heads.epoch)
            await self.start()

    async def _catch_up(self, connection: AsyncConnection, district: str, patience: asyncio.Timeout) -> None:
        while True:
            after = self._sequences.known.get(district, 0)
            page = await entries_after(connection, district, after, PAGE)
            patience.reschedule(self._loop.time() + GIVE_UP_SECONDS)
            self._pass_on([one for entry in page for one in self._sequences.take(entry)], "log")
            if len(page) < PAGE:
                return

    def _pass_on(self, entries: list[Entry], how: str) -> None:
        if entries:
            self._measures.entries.labels(how).inc(len(entries))
        for entry in entries:
            try:
                self._accept(entry)
            except Exception:
                # One entry that cannot be understood must not stop a district.
                log.exception("entry_failed", district=entry.district, offset=entry.offset)


async def _open_deadlines(connection: AsyncConnection) -> DueHeap:
    found = DueHeap()
    async with aclosing(open_deadlines(connection)) as pages:
        async for page in pages:
            for name, due_at in page:
                found.add(due_at.timestamp(), name)
    return found
