"""One life of one process: started in a group of its own, heard, signalled, and found dead."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from workers.command.supervisor.lines import Lines
from workers.command.supervisor.plan import Program
from workers.command.supervisor.pulses import Pulse

LIFELINE = Path(__file__).with_name("lifeline.py")
NAME_VARIABLE = "WUFEN_PROCESS"
CHUNK_BYTES = 65_536


class Child:
    """A running process. ``ended`` gives its exit code, negative for the signal that killed it."""

    def __init__(
        self, process: subprocess.Popen[bytes], output: int, on_line: Callable[[bytes], None]
    ) -> None:
        self._process = process
        self._output = output
        self._on_line = on_line
        self._lines = Lines()
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[int] = self._loop.create_future()
        self._loop.add_reader(output, self._hear)

    @property
    def pid(self) -> int:
        return self._process.pid

    def signal(self, number: signal.Signals) -> None:
        """Signals the whole group; one that is gone is no error."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def stop(self) -> None:
        """Asks it to end; a stopped one is woken so that it can."""
        self.signal(signal.SIGTERM)
        self.signal(signal.SIGCONT)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)

    def look(self) -> None:
        """Settles ``ended`` if the process has died, taking what it left in its group along."""
        code = self._process.poll()
        if code is None or self.ended.done():
            return
        self.kill()
        self._hear_the_rest()
        self.ended.set_result(code)

    def _hear(self) -> None:
        if not self._read():
            self._loop.remove_reader(self._output)

    def _read(self) -> bool:
        try:
            chunk = os.read(self._output, CHUNK_BYTES)
        except BlockingIOError:
            return False
        for line in self._lines.feed(chunk):
            self._on_line(line)
        return bool(chunk)

    def _hear_the_rest(self) -> None:
        self._loop.remove_reader(self._output)
        while self._read():
            pass
        for line in self._lines.rest():
            self._on_line(line)
        os.close(self._output)


def start(
    program: Program, pulse: Pulse, environ: Mapping[str, str], folder: Path, on_line: Callable[[bytes], None]
) -> Child:
    """Starts ``program`` in ``folder``; raises OSError when the machine has no process or descriptor left."""
    output, childs_output = os.pipe()
    os.set_blocking(output, False)
    try:
        process = subprocess.Popen(
            (sys.executable, "-I", "-S", LIFELINE, str(os.getpid()), *program.argv),
            stdin=subprocess.DEVNULL,
            stdout=childs_output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**environ, NAME_VARIABLE: program.name, **pulse.environ},
            pass_fds=pulse.inherited,
            process_group=0,
        )
    except BaseException:
        os.close(output)
        raise
    finally:
        os.close(childs_output)
        pulse.born()
    return Child(process, output, on_line)
