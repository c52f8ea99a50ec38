"""A real supervisor in a process of its own, over tiny programs and with short patience.

Run as ``python -m tests.workers.command.rig <folder> <program>…`` it is that; ``supervised`` starts it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from models.clock import SystemClock
from models.settings import Settings
from workers.command.launch import launch
from workers.command.refusals import sentence_of
from workers.command.supervisor.ground import GroundError, only_instance
from workers.command.supervisor.plan import Plan, programs
from workers.command.supervisor.supervise import run
from workers.command.supervisor.vitals import Limits
from workers.command.supervisor.voice import open_voice

ROOT = Path(__file__).parents[3]
LITTLE = Path(__file__).with_name("little.py")
LIMITS = Limits(first_beat_seconds=1.0, silence_seconds=0.5, look_seconds=0.05, stop_seconds=1.0)
PATIENCE_SECONDS = 15.0


class Supervised:
    """The supervisor's process and what it has said so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.heard: list[str] = []

    @property
    def pid(self) -> int:
        return self._process.pid

    async def expect(self, pattern: str) -> re.Match[str]:
        """The next line that matches; raises TimeoutError or EOFError with all that was heard."""
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while line := await self._process.stdout.readline():
                    self.heard.append(line.decode().rstrip())
                    if match := re.search(pattern, self.heard[-1]):
                        return match
        except TimeoutError as error:
            raise TimeoutError("\n".join([f"no line matched {pattern}", *self.heard])) from error
        raise EOFError("\n".join([f"ended without a line that matched {pattern}", *self.heard]))

    async def pid_of(self, name: str) -> int:
        """The pid of the next life of the program ``name``."""
        return int((await self.expect(rf"{name} has pid (\d+)"))[1])

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    async def ended(self) -> int:
        """The exit code, once it has ended and all its output is heard."""
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            rest = await self._process.stdout.read()
            self.heard += rest.decode().splitlines()
            return await self._process.wait()


@contextlib.asynccontextmanager
async def supervised(
    folder: Path, *kinds: str, on_hang_up: signal.Handlers = signal.SIG_DFL
) -> AsyncIterator[Supervised]:
    """Runs one program of each kind; whatever is left at the end is killed.

    ``on_hang_up``: what SIGHUP does to it as it starts; ``SIG_IGN`` is what `nohup` asks for.
    """
    async with _started((__name__, str(folder), *kinds), dict(os.environ), on_hang_up) as process:
        yield process


@contextlib.asynccontextmanager
async def launched(home: Path, **settings: str) -> AsyncIterator[Supervised]:
    """`wufen run` in ``home`` with tiny programs for web, hub and worker; ``settings`` as in WUFEN_… variables."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("WUFEN_")}
    ours = {f"WUFEN_{name.upper()}": value for name, value in {"home": str(home), **settings}.items()}
    async with _started((__name__, "launch"), environ | ours) as process:
        yield process


@contextlib.asynccontextmanager
async def _started(
    module: tuple[str, ...], environ: dict[str, str], on_hang_up: signal.Handlers = signal.SIG_DFL
) -> AsyncIterator[Supervised]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *module),
        cwd=ROOT,
        env=environ,
        # Inherited otherwise: the tests themselves may run under `nohup`.
        preexec_fn=lambda: signal.signal(signal.SIGHUP, on_hang_up),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield Supervised(process)
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Asked first, so that it takes along what its children started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, TimeoutError):
            process.send_signal(number)
            async with asyncio.timeout(PATIENCE_SECONDS):
                await process.communicate()
                return


def is_alive(pid: int) -> bool:
    """Whether a process of that pid runs; one that only waits to be reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def main(folder: Path, kinds: list[str]) -> None:
    commands = {kind: f"exec '{sys.executable}' '{LITTLE}' {kind}" for kind in kinds}
    children = programs(commands, dict.fromkeys(kinds, 1))
    plan = Plan(children, folder, dict(os.environ), limits=LIMITS)
    voice = open_voice(folder / "wufen.log", tuple(each.name for each in children), False, SystemClock())

    async def say_up() -> None:
        voice.say("up", "All are up.")

    try:
        with only_instance(folder):
            run(plan, voice, say_up)
    except GroundError as error:
        sys.exit(str(error))
    finally:
        voice.close()


def launch_here() -> None:
    """`wufen run` of a Procfile with tiny programs."""
    settings = Settings.from_env(os.environ)
    os.environ["REDIS_SOCKET"] = str(settings.redis_socket)
    folder = Path(tempfile.mkdtemp(prefix="wufen-procfile-"))
    procfile = folder / "Procfile"
    lines = (f"{kind}: exec '{sys.executable}' '{LITTLE}' {kind}\n" for kind in ("web", "hub", "worker"))
    procfile.write_text("".join(lines))
    try:
        launch(settings, os.environ, procfile)
    except Exception as error:
        sys.exit(sentence_of(error) or 1)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    if sys.argv[1] == "launch":
        launch_here()
    else:
        main(Path(sys.argv[1]), sys.argv[2:])
