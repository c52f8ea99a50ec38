"""The supervisor: all keepers together, from the first start to the last end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any

from workers.command.supervisor.keeper import Keeper
from workers.command.supervisor.plan import Plan
from workers.command.supervisor.vitals import Attention
from workers.command.supervisor.voice import Voice

# What `wufen reload` and systemd's ExecReload send.
RENEW_SIGNAL = signal.SIGUSR1
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# What `nohup` asks for.
MAY_BE_IGNORED = frozenset({signal.SIGHUP})
# A signal to the whole group comes once from there and once more from `make`, which passes it on.
ONE_REQUEST_SECONDS = 1.0
# The others start without it if it takes longer: they wait for Redis themselves.
FIRST_SECONDS = 5.0


class Supervisor:
    """Runs a plan until it is told to stop.

    ``on_up`` is awaited once, when every process has given its first sign of life. ``on_first_stillbirth`` is
    told how often in a row the program that goes first (Redis) failed to come up.
    """

    def __init__(
        self,
        plan: Plan,
        voice: Voice,
        on_up: Callable[[], Awaitable[None]],
        on_first_stillbirth: Callable[[int], None] | None = None,
    ) -> None:
        self._limits = plan.limits
        self._voice = voice
        self._on_up = on_up
        self._loop = asyncio.get_running_loop()
        clock = self._loop.time
        self._first = plan.first and Keeper(plan.first, plan, voice, clock, on_first_stillbirth)
        self._others = tuple(Keeper(program, plan, voice, clock) for program in plan.programs)
        self._stopping = asyncio.Event()
        self._hurrying = asyncio.Event()
        self._asked_at = 0.0
        self._renewing = asyncio.Event()

    async def run(self) -> None:
        """Starts everything; returns when a signal has asked for the end and no process is left."""
        self._loop.add_signal_handler(signal.SIGCHLD, self._look)
        self._loop.add_signal_handler(RENEW_SIGNAL, self._renewing.set)
        for number in STOP_SIGNALS:
            if number not in MAY_BE_IGNORED or signal.getsignal(number) is not signal.SIG_IGN:
                self._loop.add_signal_handler(number, self._asked_to_stop)
        async with asyncio.TaskGroup() as everything:
            aside = [everything.create_task(self._watch())]
            if self._first:
                first = everything.create_task(self._first.keep())
                await self._wait_for_first(self._first)
            others = [everything.create_task(keeper.keep()) for keeper in self._others]
            aside.append(everything.create_task(self._tell_when_up()))
            aside.append(everything.create_task(self._renew_when_asked()))
            await self._stopping.wait()
            await self._end(self._others, others)
            if self._first:
                await self._end((self._first,), [first])
            for task in aside:
                task.cancel()

    def _keepers(self) -> tuple[Keeper, ...]:
        return ((self._first,) if self._first else ()) + self._others

    def _look(self) -> None:
        for keeper in self._keepers():
            keeper.look()

    def _asked_to_stop(self) -> None:
        now = self._loop.time()
        if self._stopping.is_set():
            if now > self._asked_at + ONE_REQUEST_SECONDS:
                self._hurrying.set()
            return
        self._asked_at = now
        self._voice.say(
            "stopping", f"Stopping; whatever has not ended in {self._limits.stop_seconds:g} s is killed."
        )
        self._stopping.set()

    async def _watch(self) -> None:
        attention = Attention(self._loop.time())
        while True:
            await asyncio.sleep(self._limits.look_seconds)
            now = self._loop.time()
            absent = attention.was_absent(now)
            for keeper in self._keepers():
                keeper.judge(now, absent)
                # A lost SIGCHLD must not lose a death.
                keeper.look()

    async def _wait_for_first(self, keeper: Keeper) -> None:
        await _first_of((keeper.up.wait(), self._stopping.wait()), FIRST_SECONDS)

    async def _tell_when_up(self) -> None:
        for keeper in self._keepers():
            await keeper.up.wait()
        await self._on_up()

    async def _renew_when_asked(self) -> None:
        """One after the other, so that there is always somebody who serves; one that does not come back stops it."""
        while True:
            await self._renewing.wait()
            for keeper in self._others:
                await keeper.renew()
            self._renewing.clear()
            self._voice.say("renewed", "Everything has been started anew.")

    async def _end(self, keepers: tuple[Keeper, ...], tasks: list[asyncio.Task[None]]) -> None:
        """Asks for the end, waits, and kills what is left; a second signal waits no longer."""
        for keeper in keepers:
            keeper.stop()
        if tasks:
            await _first_of((asyncio.wait(tasks), self._hurrying.wait()), self._limits.stop_seconds)
        for keeper, task in zip(keepers, tasks, strict=True):
            if not task.done():
                keeper.kill()


async def _first_of(events: Iterable[Coroutine[Any, Any, object]], seconds: float) -> None:
    """Waits until one of ``events`` has come, or so many seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            waiting = [group.create_task(event) for event in events]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()


def run(
    plan: Plan,
    voice: Voice,
    on_up: Callable[[], Awaitable[None]],
    on_first_stillbirth: Callable[[int], None] | None = None,
) -> None:
    """``Supervisor.run`` in an event loop of its own."""

    async def main() -> None:
        await Supervisor(plan, voice, on_up, on_first_stillbirth).run()

    asyncio.run(main())
