"""Installs what tests need and this machine lacks: a browser, Chinese fonts, PostgreSQL, HAProxy.

Run by `make test`: `python -m tests.support.install`. What is there already is taken as it is.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts import progress
from tests.support.programs import chromium, haproxy, has_chinese_font, postgres_folder

_ROOT = Path(__file__).resolve().parents[2]
_APT = {
    "a browser": "chromium",
    "Chinese fonts": "fonts-noto-cjk",
    "PostgreSQL": "postgresql",
    "HAProxy": "haproxy",
}


def missing() -> list[str]:
    """Which of them this machine lacks."""
    there = {
        "a browser": chromium() is not None,
        "Chinese fonts": has_chinese_font(),
        "PostgreSQL": postgres_folder() is not None,
        "HAProxy": haproxy() is not None,
    }
    return [what for what, found in there.items() if not found]


def main() -> int:
    try:
        if missing() and _administrator() is not None:
            _install_with_apt([_APT[what] for what in missing()])
        if "a browser" in missing():
            _download_browser()
    except progress.StepFailed as failure:
        print(*failure.said, failure, sep="\n", file=sys.stderr)
    if missing():
        packages = " ".join(_APT[what] for what in missing())
        print(f"The tests need {' and '.join(missing())}: install {packages}.", file=sys.stderr)
        return 1
    return 0


def _administrator() -> list[str] | None:
    """What to put before a command that changes the system, or None where we may not."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    may = shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0
    return ["sudo", "-n"] if may else None


def _install_with_apt(packages: list[str]) -> None:
    before = _administrator() or []
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    progress.run("Asking for the system's packages", [*before, "apt-get", "update"], _ROOT, env)
    command = [*before, "apt-get", "install", "-y", "--no-install-recommends", *packages]
    progress.run(f"Installing {' '.join(packages)}", command, _ROOT, env)


def _download_browser() -> None:
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    progress.run("Downloading a browser", command, _ROOT)


if __name__ == "__main__":
    sys.exit(main())
