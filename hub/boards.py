"""The figures of districts for their walls: only the latest counts (the protocol's cache recovery).

Whoever subscribes gets them in the reply, whatever he had before, unless he has the very same. Offsets count what
this hub computed; another hub has another epoch.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import structlog

from hub.actions import Since, Subscribe
from hub.channels import Channels
from hub.missed import Missed, NotRead
from hub.protocol import publication
from models.tasks import Tasks

log = structlog.get_logger()

EVERY_SECONDS = 1.0
STALE_SECONDS = 30.0  # figures of the last 24 hours change by themselves

_encode = msgspec.json.Encoder().encode


class Board:
    """One district's latest figures, as JSON: the ``offset``-th that were computed here."""

    __slots__ = ("computed_at", "data", "offset")

    def __init__(self) -> None:
        self.offset = 0
        self.data = b""
        self.computed_at = float("-inf")


class Boards:
    """``figures`` asks the database for a district's figures."""

    def __init__(
        self,
        channels: Channels,
        figures: Callable[[str], Awaitable[dict[str, Any]]],
        tasks: Tasks,
        epoch: str,
    ) -> None:
        self._channels = channels
        self._figures = figures
        self._tasks = tasks
        self._epoch = epoch
        self._loop = asyncio.get_running_loop()
        self._boards: dict[str, Board] = {}  # of districts that were ever watched here
        self._dirty: set[str] = set()
        self._computing: dict[str, asyncio.Task[Board]] = {}
        self._wake = asyncio.Event()

    def mark(self, district: str) -> None:
        """Something happened there."""
        self._dirty.add(district)
        if self._channels.has(f"board:{district}"):
            self._wake.set()

    def mark_all(self) -> None:
        """Everything may have changed."""
        self._dirty.update(self._boards)
        self._wake.set()

    def epoch(self, _channel: str) -> str:
        """All boards of this hub have the same."""
        return self._epoch

    def position(self, channel: str) -> int:
        """The offset of the latest figures; 0: there are none yet."""
        return self._board(channel.partition(":")[2]).offset

    async def read(self, wanted: Subscribe) -> Missed:
        """The latest figures. Raises NotRead."""
        board = await self._current(wanted.channel.partition(":")[2])
        latest = publication(board.data, board.offset)
        same = wanted.since == Since(board.offset, self._epoch)
        return Missed(self._epoch, board.offset, () if same else (latest,), complete=True)

    async def run(self) -> None:
        """Publishes until cancelled; a district's figures at most once a second."""
        while True:
            try:
                async with asyncio.timeout(STALE_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            await self.publish()
            await asyncio.sleep(EVERY_SECONDS)

    async def publish(self) -> None:
        """Computes and publishes what somebody watches and is no longer right."""
        for name in self._channels.names("board"):
            district = name.partition(":")[2]
            if not self._is_wrong(district):
                continue
            try:
                await self._compute(district)
            except NotRead:
                continue  # the next second tries again

    def _is_wrong(self, district: str) -> bool:
        age = self._loop.time() - self._board(district).computed_at
        return district in self._dirty or age > STALE_SECONDS

    async def _current(self, district: str) -> Board:
        """The latest; computed now if they are wrong, unless that was just done: the next ones follow then."""
        board = self._board(district)
        fresh = self._loop.time() - board.computed_at < EVERY_SECONDS
        return board if fresh or not self._is_wrong(district) else await self._compute(district)

    async def _compute(self, district: str) -> Board:
        computing = self._computing.get(district)
        if computing is None:
            computing = self._tasks.share(self._ask(district), f"figures {district}")
            self._computing[district] = computing
        return await asyncio.shield(computing)

    async def _ask(self, district: str) -> Board:
        self._dirty.discard(district)
        try:
            data = _encode(await self._figures(district))
        except Exception as error:
            self._dirty.add(district)
            log.warning("figures_failed", district=district, error=type(error).__name__)
            raise NotRead from error
        finally:
            del self._computing[district]
        board = self._board(district)
        board.offset += 1
        board.data = data
        board.computed_at = self._loop.time()
        self._channels.publish(f"board:{district}", data, board.offset)
        return board

    def _board(self, district: str) -> Board:
        return self._boards.setdefault(district, Board())
