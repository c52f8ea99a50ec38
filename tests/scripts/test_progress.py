"""A long step shows that it moves, and a failed one says why."""

import sys
from pathlib import Path

import pytest

from scripts import progress


def test_a_step_that_fails_keeps_what_it_said_last(tmp_path: Path) -> None:
    script = "print('first'); print('the reason'); raise SystemExit(3)"
    with pytest.raises(progress.StepFailed, match=r"^Digging failed with exit code 3\.$") as failure:
        progress.run("Digging", [sys.executable, "-c", script], tmp_path)
    assert failure.value.said == ["first", "the reason"]


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(progress.StepFailed, match=r"^Digging could not start: .*spade"):
        progress.run("Digging", [tmp_path / "spade"], tmp_path)


def test_a_step_says_that_it_began_and_that_it_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    progress.run("Digging", [sys.executable, "-c", ""], tmp_path)
    assert capsys.readouterr().out.splitlines() == ["Digging …", "Digging: done in 0 s."]


def test_a_long_step_shows_the_time_and_its_newest_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_QUIET_TICK_SECONDS", 0.01)
    gate = tmp_path / "gate"
    script = f"import os, time; print('stone', flush=True)\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.01)"
    said: list[str] = []

    def hear(text: str, last: bool = False) -> None:
        said.append(text)
        if text.endswith("s  stone"):
            gate.touch()

    monkeypatch.setattr(progress, "_say", hear)
    progress.run("Digging", [sys.executable, "-c", script], tmp_path)
    assert any(text.startswith("Digging … 0 s") for text in said)
