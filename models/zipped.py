"""A ZIP archive that is handed out while it is made: never more than one of its files is in memory.

Leaves to others: what goes into it.
"""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from datetime import datetime
from typing import TYPE_CHECKING

from models.clock import BEIJING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_PACKED_ALREADY = (".parquet", ".jpg", ".pdf", ".mp4", ".webm", ".sealed")


class _Gathering(io.RawIOBase):
    """What was written since it was last taken; nobody goes back in it, so that it may be gone already."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: ReadableBuffer, /) -> int:
        content = bytes(piece)
        self._pieces.append(content)
        return len(content)

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


async def zipped(files: AsyncIterator[tuple[str, bytes]], at: datetime) -> AsyncIterator[bytes]:
    """The archive of ``files``, each with its name, piece by piece; ``at`` is the instant that it gives all of them."""
    gathering = _Gathering()
    when = at.astimezone(BEIJING).timetuple()[:6]
    with zipfile.ZipFile(gathering, "w") as archive:
        async for name, content in files:
            entry = zipfile.ZipInfo(name, when)
            packed = zipfile.ZIP_STORED if name.endswith(_PACKED_ALREADY) else zipfile.ZIP_DEFLATED
            await asyncio.to_thread(archive.writestr, entry, content, packed)
            yield gathering.take()
    yield gathering.take()
