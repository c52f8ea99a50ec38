"""The body of one PATCH: piece by piece onto the disk, and after each piece the row is told. Whoever is cut off goes on

where the last piece ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import ClientDisconnect, Request

from models import partial
from models.actions import uploads
from models.errors import ChecksumWrong, Conflict, InvalidField, PayloadTooLarge
from models.store import Store
from web import tus

PIECE = 256 * 1024  # bytes: what a phone sends in some seconds over a bad line
PIECE_SECONDS = 3.0  # and what came in so long is put on the disk, however little
SILENCE_SECONDS = 30.0  # nothing comes any more


class Appending:
    """``row`` as it was taken up by ``writer``."""

    def __init__(self, store: Store, row: Any, writer: str) -> None:
        self._store, self._row, self._writer = store, row, writer
        self.received: int = row.received
        self._on_disk: int = row.received
        self._piece = bytearray()

    async def take(self, request: Request) -> None:
        """Raises Conflict (somebody else appends by now), PayloadTooLarge, ChecksumWrong, InvalidField (silence)."""
        wanted = tus.checksum(request.headers)
        digest = None if wanted is None else wanted[0]
        clock = asyncio.get_running_loop().time
        put_at = clock()
        try:
            async for bytes_ in _with_patience(request):
                if self._on_disk + len(self._piece) + len(bytes_) > self._row.size:
                    raise PayloadTooLarge(limit=self._row.size)
                if digest is not None:
                    digest.update(bytes_)
                self._piece += bytes_
                if len(self._piece) >= PIECE or clock() >= put_at + PIECE_SECONDS:
                    await self._put(count=wanted is None)
                    put_at = clock()
        except (ClientDisconnect, InvalidField):
            # What came is not sent again; of a body with a checksum nobody knows yet whether it is right.
            if wanted is None:
                await self._put(count=True)
            raise
        if wanted is not None and wanted[0].digest() != wanted[1]:
            raise ChecksumWrong
        await self._put(count=True)

    async def _put(self, *, count: bool) -> None:
        """The piece onto the disk, and then, with ``count``, the row."""
        if self._piece:
            content = bytes(self._piece)
            home, vault = self._store.settings.home, self._store.vault
            await asyncio.to_thread(partial.write, home, vault, self._row.id, self._on_disk, content)
            self._on_disk += len(content)
            self._piece.clear()
        if not count or self._on_disk == self.received:
            return
        if not await uploads.advance(self._store, self._row.id, self._writer, self._on_disk, self._row.size):
            raise Conflict(why="offset", offset=self.received)
        self.received = self._on_disk


async def _with_patience(request: Request) -> AsyncIterator[bytes]:
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                piece = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise InvalidField(field="body", why="damaged") from None
        if piece:
            yield piece
