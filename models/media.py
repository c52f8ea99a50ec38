"""The media folder: pictures under the digest of their content, written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Literal

Kind = Literal["jpg", "mp4", "webm", "sealed"]

NAME = re.compile(r"[0-9a-f]{64}\.(jpg|mp4|webm|sealed)")


def name_of(content: bytes, kind: Kind = "jpg") -> str:
    return f"{hashlib.sha256(content).hexdigest()}.{kind}"


def keep(home: Path, content: bytes, kind: Kind = "jpg") -> str:
    """Writes ``content`` unless it is there; returns its name. ``sealed``: it is no picture but an original that was

    sealed before. Blocking: call it in a thread.
    """
    name = name_of(content, kind)
    path = _path(home, name)
    if path.exists():
        return name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.{os.urandom(4).hex()}.new")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return name


def read(home: Path, name: str) -> bytes:
    """Raises FileNotFoundError, also for a name that is none of ours. Blocking."""
    if not NAME.fullmatch(name):
        raise FileNotFoundError(name)
    return _path(home, name).read_bytes()


def _path(home: Path, name: str) -> Path:
    return home / "media" / name[:2] / name


def remove(home: Path, name: str) -> None:
    """Removes a picture; one that is gone already is gone. Blocking."""
    if NAME.fullmatch(name):
        _path(home, name).unlink(missing_ok=True)
