"""Keeps one program alive: life after life, until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

from workers.command.supervisor import child as children
from workers.command.supervisor.child import Child
from workers.command.supervisor.plan import Plan, Program
from workers.command.supervisor.pulses import PingPulse, PipePulse, Pulse
from workers.command.supervisor.vitals import Restarts, Vitals
from workers.command.supervisor.voice import Voice


class Keeper:
    """One program of the plan. ``up`` is set once its present life has given a sign of life.

    ``on_stillbirth`` is told how many lives in a row ended without one.
    """

    def __init__(
        self,
        program: Program,
        plan: Plan,
        voice: Voice,
        clock: Callable[[], float],
        on_stillbirth: Callable[[int], None] | None = None,
    ) -> None:
        self.name = program.name
        self.up = asyncio.Event()
        self._program = program
        self._folder: Path = plan.folder
        self._environ: Mapping[str, str] = plan.environ
        self._limits = plan.limits
        self._voice = voice
        self._clock = clock
        self._on_stillbirth = on_stillbirth
        self._child: Child | None = None
        self._vitals = Vitals(clock())
        self._restarts = Restarts()
        self._stopping = asyncio.Event()
        self._renewing = False

    async def keep(self) -> None:
        """Runs the program again and again; returns when it has ended after ``stop``."""
        while not self._stopping.is_set():
            died = await self._live()
            if self._stopping.is_set():
                return
            if self._renewing:
                self._renewing = False
                continue
            pause = self._restarts.pause_after(self._vitals, self._clock())
            self._voice.say("process_died", f"{self.name} {died}; it is started again {_after(pause)}.")
            if self._on_stillbirth is not None and self._restarts.stillbirths:
                self._on_stillbirth(self._restarts.stillbirths)
            await self._rest(pause)

    def look(self) -> None:
        """To be called when some child has died."""
        if self._child is not None:
            self._child.look()

    def judge(self, now: float, absent: bool) -> None:
        """Kills the process when it was silent too long. ``absent``: the supervisor was not listening."""
        if absent:
            self._vitals.be_patient(now)
        if self._child is None or self._stopping.is_set() or not self._vitals.is_frozen(now, self._limits):
            return
        silence = self._vitals.silent_for(now)
        self._voice.say("process_frozen", f"{self.name} has not answered for {silence:.1f} s and is killed.")
        self._child.kill()

    async def renew(self) -> None:
        """Asks the process to end, and returns when its next life serves; one that does not end is killed."""
        life = self._child
        if life is not None:
            self._voice.say("renewing", f"{self.name} is asked to end, and started anew.")
            self._renewing = True
            life.stop()
            try:
                async with asyncio.timeout(self._limits.stop_seconds):
                    await asyncio.shield(life.ended)
            except TimeoutError:
                self.kill()
                await asyncio.shield(life.ended)
            self.up.clear()
        await self.up.wait()
        if self._program.door is not None:
            await _opened(self._program.door, self._limits.look_seconds)

    def stop(self) -> None:
        """Asks the process to end and starts no other."""
        self._stopping.set()
        if self._child is not None:
            self._child.stop()

    def kill(self) -> None:
        """Ends the process whether it wants or not."""
        if self._child is not None:
            self._voice.say("process_killed", f"{self.name} did not end in time and is killed.")
            self._child.kill()

    async def _live(self) -> str:
        """One life; returns in words how it ended."""
        self.up.clear()
        self._vitals = Vitals(self._clock())
        pulse: Pulse = PipePulse() if self._program.socket is None else PingPulse(self._program.socket)
        try:
            return await self._live_with(pulse)
        except OSError as error:
            return f"could not be started ({error.strerror})"
        finally:
            self._child = None
            pulse.close()

    async def _live_with(self, pulse: Pulse) -> str:
        speaker = self._voice.speaker(self.name, self._program.quiet)
        self._child = child = children.start(self._program, pulse, self._environ, self._folder, speaker)
        child.look()
        async with asyncio.TaskGroup() as life:
            listening = life.create_task(pulse.listen(self._beat))
            code = await child.ended
            listening.cancel()
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"

    def _beat(self) -> None:
        self._vitals.beat(self._clock())
        self.up.set()

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return


async def _opened(door: Path, look_seconds: float) -> None:
    while True:
        try:
            _, writer = await asyncio.open_unix_connection(door)
        except OSError:
            await asyncio.sleep(look_seconds)
        else:
            writer.transport.abort()
            return


def _after(pause: float) -> str:
    return f"after {pause:g} s" if pause else "at once"
