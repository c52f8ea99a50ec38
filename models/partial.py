"""Files that are still coming in: bytes at an offset of a partial file in the media folder, on the disk before anybody

is told, and never in the clear. Leaves to others: how far a file has come (the row of ``uploads``), and what becomes of
it. All of it blocks.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from models.privacy import Vault

VEILED = "uploads.incoming"
_ID = re.compile("[a-z2-7]{26}")
SUFFIX = ".part"


def path_of(home: Path, vault: Vault, upload_id: str) -> Path:
    """The file, whose name says which index key veils it: the newest when it began. Raises FileNotFoundError for an

    id that is none of ours: it becomes a file's name.
    """
    folder, known = _folder(home, upload_id), vault.index_key_ids
    paths = [folder / f"{upload_id}.{name}{SUFFIX}" for name in known]
    return next((path for path in paths if path.exists()), paths[0])


def key_of(path: Path) -> str:
    """The id of the index key that veils it."""
    return path.name.split(".")[1]


def _folder(home: Path, upload_id: str = "") -> Path:
    if upload_id and not _ID.fullmatch(upload_id):
        raise FileNotFoundError(upload_id)
    return home / "media" / "incoming"


def write(home: Path, vault: Vault, upload_id: str, offset: int, content: bytes) -> None:
    """Puts ``content`` at ``offset`` and returns when it is on the disk. What lay behind is what a dead try left."""
    path = path_of(home, vault, upload_id)
    fresh = not path.exists()
    if fresh:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        view = memoryview(vault.veil(VEILED, upload_id, offset, content, key_of(path)))
        while view:
            put = os.pwrite(file, view, offset)
            view, offset = view[put:], offset + put
        os.fsync(file)
    finally:
        os.close(file)
    if fresh:
        _sync_folder(path.parent)


def read(home: Path, vault: Vault, upload_id: str, size: int) -> bytes:
    """The first ``size`` bytes, without what a dead try left behind them. Raises FileNotFoundError; ValueError when

    fewer are there.
    """
    path = path_of(home, vault, upload_id)
    with path.open("rb") as file:
        content = file.read(size)
    if len(content) < size:
        raise ValueError(f"{len(content)} bytes of {size}")
    return vault.veil(VEILED, upload_id, 0, content, key_of(path))


def remove(home: Path, upload_id: str) -> None:
    """One that is gone already is gone."""
    for path in _folder(home, upload_id).glob(f"{upload_id}.*{SUFFIX}"):
        path.unlink(missing_ok=True)


def there(home: Path) -> Iterator[str]:
    """The ids of all that lie there."""
    ids = {path.name.partition(".")[0] for path in files(home)}
    yield from sorted(upload_id for upload_id in ids if _ID.fullmatch(upload_id))


def files(home: Path) -> list[Path]:
    """All that lie there, in order."""
    return sorted(_folder(home).glob(f"*{SUFFIX}"))


def _sync_folder(folder: Path) -> None:
    # Without it a file may be on the disk and its name not.
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
