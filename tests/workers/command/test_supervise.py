"""A real supervisor keeps real processes alive, and leaves none."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.support.waiting import until
from tests.workers.command.rig import PATIENCE_SECONDS, ROOT, is_alive, supervised

pytestmark = pytest.mark.slow


def none_alive(*pids: int) -> None:
    until(lambda: not any(map(is_alive, pids)), f"the end of {pids}", PATIENCE_SECONDS)


async def test_a_killed_process_is_started_again_and_the_others_stay(tmp_path: Path) -> None:
    async with supervised(tmp_path, "steady", "stubborn") as supervisor:
        pids = {}
        for _ in range(2):
            name, pid = (await supervisor.expect(r"(\w+)\.1 has pid (\d+)")).groups()
            pids[name] = int(pid)
        await supervisor.expect("All are up")
        os.kill(pids["steady"], signal.SIGKILL)
        await supervisor.expect(r"steady\.1 was ended by SIGKILL; it is started again at once\.")
        assert await supervisor.pid_of("steady.1") != pids["steady"]
        assert is_alive(pids["stubborn"])


async def test_it_is_started_again_within_a_second(tmp_path: Path) -> None:
    async with supervised(tmp_path, "steady") as supervisor:
        first = await supervisor.pid_of("steady.1")
        await supervisor.expect("All are up")
        killed_at = asyncio.get_running_loop().time()
        os.kill(first, signal.SIGKILL)
        await supervisor.pid_of("steady.1")
        assert asyncio.get_running_loop().time() - killed_at < 1.0


async def test_a_frozen_process_is_killed_and_started_again(tmp_path: Path) -> None:
    async with supervised(tmp_path, "steady") as supervisor:
        frozen = await supervisor.pid_of("steady.1")
        await supervisor.expect("All are up")
        os.kill(frozen, signal.SIGSTOP)
        await supervisor.expect(r"steady\.1 has not answered for 0\.\d s and is killed\.")
        assert await supervisor.pid_of("steady.1") != frozen
        none_alive(frozen)


async def test_asked_to_it_starts_everything_anew_one_after_the_other(tmp_path: Path) -> None:
    async with supervised(tmp_path, "steady", "stubborn") as supervisor:
        await supervisor.expect("All are up")
        supervisor.signal(signal.SIGUSR1)
        supervisor.signal(signal.SIGUSR1)  # once more is not twice
        await supervisor.expect(r"steady\.1 is asked to end, and started anew\.")
        await supervisor.expect("drained")
        await supervisor.pid_of("steady.1")
        await supervisor.expect(r"stubborn\.1 is asked to end, and started anew\.")
        await supervisor.expect(r"stubborn\.1 did not end in time and is killed\.")
        await supervisor.pid_of("stubborn.1")
        await supervisor.expect(r"Everything has been started anew\.")
        supervisor.signal(signal.SIGTERM)
        assert await supervisor.ended() == 0
        assert sum("is asked to end" in line for line in supervisor.heard) == 2
        assert not any("it is started again" in line for line in supervisor.heard)


async def test_it_stops_in_the_middle_of_starting_anew(tmp_path: Path) -> None:
    async with supervised(tmp_path, "stubborn", "steady") as supervisor:
        await supervisor.expect("All are up")
        supervisor.signal(signal.SIGUSR1)
        await supervisor.expect(r"stubborn\.1 is asked to end, and started anew\.")
        supervisor.signal(signal.SIGTERM)
        assert await supervisor.ended() == 0


async def test_one_that_never_gives_a_sign_of_life_is_killed_and_started_again(tmp_path: Path) -> None:
    async with supervised(tmp_path, "mute") as supervisor:
        first = await supervisor.pid_of("mute.1")
        await supervisor.expect(r"mute\.1 has not answered for 1\.\d s and is killed\.")
        assert await supervisor.pid_of("mute.1") != first


async def test_a_process_that_cannot_come_up_is_tried_at_growing_intervals(tmp_path: Path) -> None:
    async with supervised(tmp_path, "stillborn") as supervisor:
        for pause in ("at once", r"after 0\.25 s", r"after 0\.5 s"):
            await supervisor.expect(rf"stillborn\.1 ended with exit code 3; it is started again {pause}\.")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_it_stops_cleanly_and_leaves_no_process(tmp_path: Path, number: signal.Signals) -> None:
    async with supervised(tmp_path, "steady", "parent") as supervisor:
        helper = int((await supervisor.expect(r"helper (\d+)"))[1])
        await supervisor.expect("All are up")
        supervisor.signal(number)
        assert await supervisor.ended() == 0
        assert sum(line.endswith("| drained") for line in supervisor.heard) == 2
        none_alive(helper)


async def test_under_nohup_it_outlives_the_terminal(tmp_path: Path) -> None:
    async with supervised(tmp_path, "steady", on_hang_up=signal.SIG_IGN) as supervisor:
        pid = await supervisor.pid_of("steady.1")
        await supervisor.expect("All are up")
        supervisor.signal(signal.SIGHUP)
        os.kill(pid, signal.SIGKILL)
        assert await supervisor.pid_of("steady.1") != pid


async def test_what_does_not_end_in_time_is_killed(tmp_path: Path) -> None:
    async with supervised(tmp_path, "stubborn") as supervisor:
        pid = await supervisor.pid_of("stubborn.1")
        await supervisor.expect("All are up")
        supervisor.signal(signal.SIGINT)
        await supervisor.expect("asked to end")
        await supervisor.expect(r"stubborn\.1 did not end in time and is killed")
        assert await supervisor.ended() == 0
        none_alive(pid)


async def test_a_frozen_process_can_be_stopped_too(tmp_path: Path) -> None:
    async with supervised(tmp_path, "steady") as supervisor:
        pid = await supervisor.pid_of("steady.1")
        await supervisor.expect("All are up")
        os.kill(pid, signal.SIGSTOP)
        supervisor.signal(signal.SIGTERM)
        assert await supervisor.ended() == 0
        assert supervisor.heard[-1].endswith("| drained")


async def test_a_signal_that_make_passes_on_once_more_is_one_request(tmp_path: Path) -> None:
    async with supervised(tmp_path, "steady") as supervisor:
        await supervisor.expect("All are up")
        supervisor.signal(signal.SIGTERM)
        await supervisor.expect("Stopping")
        supervisor.signal(signal.SIGTERM)
        assert await supervisor.ended() == 0
        assert supervisor.heard[-1].endswith("| drained")


async def test_a_stop_during_a_pause_ends_at_once(tmp_path: Path) -> None:
    async with supervised(tmp_path, "stillborn") as supervisor:
        await supervisor.expect(r"after 1 s")
        supervisor.signal(signal.SIGTERM)
        assert await supervisor.ended() == 0


@pytest.mark.parametrize("kind", ["steady", "untied", "stubborn"])
async def test_when_the_supervisor_is_killed_its_children_end_too(tmp_path: Path, kind: str) -> None:
    async with supervised(tmp_path, kind) as supervisor:
        pid = await supervisor.pid_of(f"{kind}.1")
        await supervisor.expect("All are up")
        supervisor.signal(signal.SIGKILL)
        none_alive(pid)


async def test_a_frozen_child_ends_with_a_killed_supervisor(tmp_path: Path) -> None:
    async with supervised(tmp_path, "steady") as supervisor:
        pid = await supervisor.pid_of("steady.1")
        await supervisor.expect("All are up")
        os.kill(pid, signal.SIGSTOP)
        supervisor.signal(signal.SIGKILL)
        none_alive(pid)


async def test_when_a_process_dies_what_it_started_dies_with_it(tmp_path: Path) -> None:
    async with supervised(tmp_path, "parent") as supervisor:
        pid = await supervisor.pid_of("parent.1")
        helper = int((await supervisor.expect(r"helper (\d+)"))[1])
        os.kill(pid, signal.SIGKILL)
        await supervisor.pid_of("parent.1")
        none_alive(helper)


async def test_output_is_named_cut_to_length_and_kept_in_the_log(tmp_path: Path) -> None:
    async with supervised(tmp_path, "talkative") as supervisor:
        await supervisor.expect(r"^talkative\.1 \| x{16384}… \(cut\)$")
        await supervisor.expect("All are up")
        supervisor.signal(signal.SIGTERM)
        await supervisor.ended()
    logged = [json.loads(line) for line in (tmp_path / "wufen.log").read_text().splitlines()]
    assert [
        f"{line['process']:<11} | {line.get('line') or line['sentence']}" for line in logged
    ] == supervisor.heard


async def test_a_paused_supervisor_kills_nobody_when_it_goes_on(tmp_path: Path) -> None:
    async with supervised(tmp_path, "steady") as supervisor:
        await supervisor.expect("All are up")
        os.kill(supervisor.pid, signal.SIGSTOP)
        await asyncio.sleep(1.5)  # longer than its patience; time itself is what is tested
        os.kill(supervisor.pid, signal.SIGCONT)
        supervisor.signal(signal.SIGTERM)
        assert await supervisor.ended() == 0
        assert not any("not answered" in line for line in supervisor.heard)


async def test_a_second_instance_on_the_same_home_is_refused_in_one_sentence(tmp_path: Path) -> None:
    async with supervised(tmp_path, "steady") as first:
        await first.expect("All are up")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.workers.command.rig", tmp_path, "steady"),
            cwd=ROOT,
            stderr=asyncio.subprocess.PIPE,
        )
        _, complaint = await process.communicate()
        assert complaint.decode() == f"Wufen is already running on {tmp_path} (process {first.pid}).\n"
        assert process.returncode == 1
