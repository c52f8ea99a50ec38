"""Prepares this folder for `make run`, `make reader`, `make check` or `make test`; the second time for nothing.

Run by any Python that is new enough: `python -m scripts.prepare run`, `… reader`, `… check` or `… test`.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from scripts import front_end, progress
from scripts.environment import Environment


def main(purpose: str) -> int:
    root = Path(__file__).resolve().parent.parent
    try:
        _check_writable(root)
        _prepare(root, purpose)
    except progress.StepFailed as failure:
        print(*failure.said, failure, sep="\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; the next start goes on from here.", file=sys.stderr)
        return 130
    return 0


def _prepare(root: Path, purpose: str) -> None:
    environment = Environment(root)
    environment.install_packages()
    module = [str(environment.python), "-m"]
    if not front_end.is_built(root):
        progress.run("Building the pages", [*module, "scripts.front_end", "build"], root)
    environment.install_product()
    if purpose == "reader":
        environment.install_reader()
    elif purpose == "media":
        environment.install_media()
    elif purpose != "run":
        environment.install_test_packages()
    if purpose == "test":
        done = subprocess.run([*module, "tests.support.install"], cwd=root, check=False)
        if done.returncode:
            raise progress.StepFailed("What the tests need could not be installed.")


def _check_writable(root: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=root):
            pass
    except OSError as error:
        raise progress.StepFailed(f"Wufen cannot write in its folder {root}: {error.strerror}.") from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "run"))
