"""The heartbeat: bytes while the process gets round to it, and its end when nobody listens."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys

import pytest

from models.heartbeat import beat, beat_once

IN_A_LOOP = (
    "import asyncio, sys; from models.heartbeat import beat; asyncio.run(beat(int(sys.argv[1]), 0.01))"
)
IN_A_THREAD = (
    "import sys, threading; from models.heartbeat import beat_in_thread;"
    " beat_in_thread(int(sys.argv[1]), 0.01); threading.Event().wait()"
)


@pytest.mark.parametrize("program", [IN_A_LOOP, IN_A_THREAD], ids=["loop", "thread"])
def test_a_process_beats_and_ends_itself_when_its_supervisor_is_gone(program: str) -> None:
    reader, writer = os.pipe()
    with subprocess.Popen([sys.executable, "-c", program, str(writer)], pass_fds=[writer]) as process:
        os.close(writer)
        assert os.read(reader, 1) == b"."
        assert os.read(reader, 1) == b"."
        os.close(reader)
        assert process.wait(timeout=20) == -signal.SIGTERM


def test_a_full_pipe_is_a_slow_reader_and_no_reason_to_stop() -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, bytes(65536))
    assert beat_once(writer)
    os.close(reader)
    assert not beat_once(writer)
    os.close(writer)


async def test_a_loop_that_is_kept_busy_falls_silent() -> None:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    beating = asyncio.ensure_future(beat(writer, 0))
    await asyncio.sleep(0)
    assert os.read(reader, 1) == b"."
    # Nothing awaited here: the loop does not get round to it, and no byte comes.
    with pytest.raises(BlockingIOError):
        os.read(reader, 1)
    beating.cancel()
    await asyncio.wait([beating])
    os.close(reader)
    os.close(writer)
