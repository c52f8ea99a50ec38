"""Where pictures, videos and sealed originals lie: under the digest of their content, written whole or not at all.

A folder here, or a bucket that speaks S3 (``models.bucket``). Leaves to others: what is sealed, who may see what, and
when something goes. All of it blocks: call it in a thread.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Protocol

from models.settings import Settings

Kind = Literal["jpg", "mp4", "webm", "sealed"]

NAME = re.compile(r"[0-9a-f]{64}\.(jpg|mp4|webm|sealed)")


def name_of(content: bytes, kind: Kind = "jpg") -> str:
    return f"{hashlib.sha256(content).hexdigest()}.{kind}"


class Media(Protocol):
    """Keeps files. Each call raises OSError or ``models.bucket.MediaAway`` when the place does not take or give."""

    def keep(self, content: bytes, kind: Kind = "jpg") -> str:
        """Writes ``content`` unless it is there; returns its name. ``sealed``: it is no picture but an original that

        was sealed before.
        """
        ...

    def read(self, name: str) -> bytes:
        """Raises FileNotFoundError, also for a name that is none of ours."""
        ...

    def head(self, name: str, size: int) -> bytes:
        """The first bytes, without the others. Raises as ``read``."""
        ...

    def remove(self, name: str) -> None:
        """One that is gone already is gone."""
        ...

    def names(self) -> Iterator[str]:
        """Of all that lie there, in order."""
        ...

    def check(self) -> None:
        """Raises as the other calls would."""
        ...


def open_media(settings: Settings) -> Media:
    """The place that the settings name. Opens nothing yet."""
    if not settings.media_url:
        return Folder(settings.home)
    from models.bucket import Bucket

    return Bucket(settings.media_url, settings.media_key_id, settings.media_secret)


class Folder:
    """The media folder of a home."""

    def __init__(self, home: Path) -> None:
        self.path = home / "media"

    def keep(self, content: bytes, kind: Kind = "jpg") -> str:
        name = name_of(content, kind)
        path = self._of(name)
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

    def read(self, name: str) -> bytes:
        if not NAME.fullmatch(name):
            raise FileNotFoundError(name)
        return self._of(name).read_bytes()

    def head(self, name: str, size: int) -> bytes:
        if not NAME.fullmatch(name):
            raise FileNotFoundError(name)
        with self._of(name).open("rb") as file:
            return file.read(size)

    def remove(self, name: str) -> None:
        if NAME.fullmatch(name):
            self._of(name).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        for folder in sorted(self.path.glob("[0-9a-f][0-9a-f]")):
            yield from sorted(path.name for path in folder.iterdir() if NAME.fullmatch(path.name))

    def check(self) -> None:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _of(self, name: str) -> Path:
        return self.path / name[:2] / name
