"""Tells whether something must be done again: a step leaves the hash of what it was made from in a stamp."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def of_files(paths: Iterable[Path], *also: str) -> str:
    """A hash over names and contents of `paths` (folders are walked) and over the texts of `also`."""
    total = hashlib.sha256("\0".join(also).encode())
    for path in sorted(_files(paths)):
        total.update(f"\0{path}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def matches(stamp: Path, fingerprint: str) -> bool:
    """Whether `stamp` was left for exactly this fingerprint."""
    try:
        return stamp.read_text() == fingerprint
    except OSError:
        return False


def leave(stamp: Path, fingerprint: str) -> None:
    stamp.write_text(fingerprint)


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        if path.is_dir():
            yield from (each for each in path.rglob("*") if each.is_file())
        elif path.exists():
            yield path
