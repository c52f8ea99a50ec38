"""A folder or a Python that will not do is refused in one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import prepare
from scripts.environment import Environment
from scripts.progress import StepFailed

_ROOT = Path(__file__).resolve().parents[2]
_LAUNCHER = _ROOT / "scripts/python"


def _launch(folder: Path, *arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    path = f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin"
    return subprocess.run(
        [_LAUNCHER, *arguments], env={"PATH": path, **environ}, capture_output=True, text=True, check=False
    )


def _pretend_python(folder: Path, name: str, version: str) -> None:
    """A Python of that version, as far as the launcher can tell."""
    minor = int(version.split(".")[1])
    script = folder / name
    script.write_text(
        f'#!/bin/sh\n[ "$1" = -V ] && echo "Python {version}" && exit\nexit {int(minor < 11)}\n'
    )
    script.chmod(0o755)


def test_a_python_that_is_too_old_is_refused_with_its_version(tmp_path: Path) -> None:
    _pretend_python(tmp_path, "python3.9", "3.9.18")
    done = _launch(tmp_path, "-c", "", PYTHON="python3.9")
    assert done.returncode == 1
    assert done.stderr == "Wufen needs Python 3.11 or newer; python3.9 offers Python 3.9.18.\n"


def test_a_newer_python_beside_an_old_one_is_found(tmp_path: Path) -> None:
    _pretend_python(tmp_path, "python3", "3.8.1")
    (tmp_path / "python3.14").symlink_to(sys.executable)
    done = _launch(tmp_path, "-c", "print('here')")
    assert (done.returncode, done.stdout) == (0, "here\n")


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        StepFailed, match=r"^Wufen cannot write in its folder .*/gone: No such file or directory\.$"
    ):
        prepare._check_writable(tmp_path / "gone")


def test_an_environment_that_was_moved_is_not_trusted(tmp_path: Path) -> None:
    there = Environment(_ROOT)
    (tmp_path / ".venv").symlink_to(there.folder)
    assert not Environment(tmp_path)._works()


def test_an_environment_is_trusted_where_it_was_made() -> None:
    assert Environment(_ROOT)._works()
