"""Makes the virtual environment and installs into it what the lock files name, by hash."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts import fingerprint, progress

_PRODUCT = ("requirements.lock", "pyproject.toml", "hatch_build.py")
_PIP = {"PYTHONUNBUFFERED": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


class Environment:
    """The folder `.venv` of `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / "bin/python"

    def install_packages(self) -> None:
        """Brings it up to what the product stands on. Raises StepFailed."""
        self._make()
        self._install("requirements.lock", "Installing the packages")

    def install_product(self) -> None:
        """Installs the product in place, for its command. Raises StepFailed."""
        stamp = self.folder / ".wufen.installed"
        wanted = fingerprint.of_files(self.root / name for name in _PRODUCT)
        if fingerprint.matches(stamp, wanted) and (self.folder / "bin/wufen").exists():
            return
        self._pip("Installing Wufen", "--no-deps", "--no-build-isolation", "-e", ".")
        fingerprint.leave(stamp, wanted)

    def install_reader(self) -> None:
        """Adds what reads plates off photos, some 360 MB. Raises StepFailed."""
        self._install("requirements-ocr.lock", "Installing the reader of plates")

    def install_media(self) -> None:
        """Adds what takes in videos and covers faces and plates, some 420 MB. Raises StepFailed."""
        self._install("requirements-media.lock", "Installing what videos, faces and plates take")

    def install_test_packages(self) -> None:
        """Adds what only tests need. Raises StepFailed."""
        self._install("requirements-dev.lock", "Installing the packages of the tests")

    def _make(self) -> None:
        """Makes the environment unless it is there, works, and was made in this very folder."""
        if self._works():
            return
        if self.folder.exists():
            shutil.rmtree(self.folder)
        try:
            command: list[str | Path] = [sys.executable, "-m", "venv", self.folder]
            progress.run("Making the virtual environment", command, self.root)
        except progress.StepFailed as failure:
            if any("ensurepip" in line for line in failure.said):
                raise progress.StepFailed(
                    "This Python cannot make virtual environments: install its package for that "
                    "(on Debian and Ubuntu: python3-venv)."
                ) from failure
            raise

    def _works(self) -> bool:
        """Its scripts carry the folder's name inside, so an environment that was moved is of no use."""
        ask = "import sys, pip; print(sys.prefix); sys.exit(sys.version_info < (3, 11))"
        try:
            answer = subprocess.run([self.python, "-c", ask], capture_output=True, text=True, check=True)
            script = (self.folder / "bin/pip").read_text()
        except (OSError, subprocess.CalledProcessError):
            return False
        return answer.stdout.strip() == str(self.folder) and str(self.folder) in script

    def _install(self, lock: str, title: str) -> None:
        stamp = self.folder / f".{lock}.installed"
        wanted = fingerprint.of_files([self.root / lock])
        if fingerprint.matches(stamp, wanted):
            return
        self._pip(title, "--require-hashes", "--no-deps", "-r", lock)
        fingerprint.leave(stamp, wanted)

    def _pip(self, title: str, *arguments: str) -> None:
        command = [str(self.python), "-m", "pip", "install", "--no-input", "--progress-bar", "off"]
        progress.run(title, [*command, *arguments], self.root, env={**os.environ, **_PIP})
