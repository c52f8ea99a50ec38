"""Runs the checks one after the other, all of them even if one fails, and sums up. Exit code 0: all is well.

Run by the venv's Python: `python -m scripts.checks quick` (under a minute) or `… all`.
"""

import subprocess
import sys
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_BIN = Path(sys.executable).parent
_PYTEST = [sys.executable, "-m", "pytest", "-q"]

_STATIC: dict[str, list[str]] = {
    "format": [f"{_BIN}/ruff", "format", "--check", "-q", "."],
    "lint": [f"{_BIN}/ruff", "check", "-q", "."],
    "types": [f"{_BIN}/mypy"],
    "types of the pages": [sys.executable, "-m", "scripts.front_end", "check"],
    "tests of the pages": [sys.executable, "-m", "scripts.front_end", "test"],
}
_QUICK: dict[str, list[str]] = {
    "unit tests": [
        *_PYTEST,
        "-n",
        "2",
        "-m",
        "not postgresql and not slow and not processes and not browser",
    ],
}
_ALL: dict[str, list[str]] = {
    "unit and integration tests": [*_PYTEST, "-n", "2", "-m", "not processes and not browser"],
    # They start the whole product and a browser, and mostly wait: two files at a time, each in its own city.
    "processes and browser tests": [*_PYTEST, "-n", "2", "--dist", "loadfile", "-m", "processes or browser"],
}


def main(which: str) -> int:
    checks = _STATIC | (_ALL if which == "all" else _QUICK)
    failed = [name for name, command in checks.items() if not _passes(name, command)]
    if failed:
        print(f"\nFailed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


def _passes(name: str, command: list[str]) -> bool:
    print(f"\n== {name}", flush=True)
    started = time.monotonic()
    code = subprocess.run(command, cwd=_ROOT, check=False).returncode
    verdict = "ok" if code == 0 else f"failed ({code})"
    print(f"== {name}: {verdict}, {time.monotonic() - started:.1f} s", flush=True)
    return code == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "quick"))
