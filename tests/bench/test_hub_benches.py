"""The benches of the hub in a short form: everybody has everything once and in order. No figure is judged."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench import connections, fanout, resume
from bench.fanout import Shape

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(180),  # each starts servers of its own
    pytest.mark.skipif(shutil.which("cc") is None, reason="the load client is compiled with cc"),
]


@pytest.mark.parametrize(
    "shape", [Shape(30, 1, 40, 0, 0.5), Shape(30, 1, 0, 8, 0.5), Shape(40, 8, 0, 8, 0.5)]
)
def test_every_delivery_arrives_once_and_in_order(tmp_path: Path, shape: Shape) -> None:
    costs = fanout.measure(tmp_path, shape, fanout.SERVERS, runs=1)
    assert [len(runs) for runs in costs.values()] == [1, 1, 1, 1]
    assert "| hub |" in fanout.table(shape, costs)


def test_all_who_are_cut_off_at_once_resume_where_they_were(tmp_path: Path) -> None:
    run = connections.measure(tmp_path, 60, 50, warm_up=5, seconds=0.5)
    assert run.storm["clients"] == 60
    assert run.storm["current"] > 0


def test_all_who_ask_for_the_past_get_all_of_it(tmp_path: Path) -> None:
    told = resume.measure(tmp_path, clients=30, returning=20, missed=600, rate=50, seconds=0.5)
    for name in (resume.DATABASE, resume.MEMORY):
        assert told[name]["clients"] == 30
        assert told[name]["replayed"] >= 20 * 600


def test_all_that_fall_due_are_fired_once_by_two_hubs() -> None:
    shape = ["--open", "50", "--rate", "100", "--seconds", "0.5", "--hubs", "2"]
    command = [sys.executable, "-m", "bench.deadlines", *shape]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "100 due a second, 50 in" in done.stdout
    assert "each fired once" in done.stdout
