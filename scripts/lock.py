"""Renews the lock files: every package with its hashes, for all systems, and naming no registry.

The front end's lock is npm's own affair; web/ui/.npmrc keeps registries out of it.
"""

import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_OPTIONS = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate")


def main() -> int:
    _compile("requirements.lock", "--extra", "build")
    base = ("--extra", "build", "-c", "requirements.lock")
    _compile("requirements-ocr.lock", *base, "--extra", "ocr")
    _compile("requirements-media.lock", *base, "--extra", "media")
    everything = [part for extra in ("ocr", "media", "parquet", "s3", "dev") for part in ("--extra", extra)]
    _compile("requirements-dev.lock", *base, *everything)
    return 0


def _compile(lock: str, *inputs: str) -> None:
    command = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "compile",
        "pyproject.toml",
        *inputs,
        *_OPTIONS,
        "-q",
        "-o",
        lock,
    ]
    subprocess.run(command, cwd=_ROOT, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
