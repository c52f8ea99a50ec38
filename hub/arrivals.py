"""Proves that what was passed on here arrived: where each channel stands, compared with the log.

Heads say that this hub has every entry; only this says that each entry reached its channels. A channel that
stands below the log forgets its place, and its subscribers come back for what they lack.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.channels import Channels
from models.queries.log import positions_of

EVERY = 20  # comparisons of heads; they are four a second
MOST = 500  # channels at once; the others follow at the next comparisons


class Arrivals:
    """``every``: how many comparisons of heads lie between two rounds."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels
        self._left: list[str] = []
        self._comparisons = 0
        self.every = EVERY

    async def check(self, connection: AsyncConnection) -> None:
        """To be called with a snapshot of which this hub has passed every entry on."""
        self._comparisons += 1
        if not self._left and self._comparisons >= self.every:
            self._comparisons = 0
            self._left = self._channels.followed()
        names, self._left = self._left[:MOST], self._left[MOST:]
        if names:
            self._channels.expect(await positions_of(connection, names))
