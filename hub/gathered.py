"""Channels without history: figures for walls, officers' positions, the simulator's phones.

Figures and positions are gathered to one message a second; only the latest value counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import structlog

from hub.channel import Subscriber
from hub.channels import Channels
from hub.protocol import publication, publication_push

log = structlog.get_logger()

EVERY_SECONDS = 1.0
STALE_SECONDS = 30.0  # figures of the last 24 hours change by themselves

_encode = msgspec.json.Encoder().encode


class Boards:
    """``figures`` asks the database for a district's figures."""

    def __init__(self, channels: Channels, figures: Callable[[str], Awaitable[dict[str, Any]]]) -> None:
        self._channels = channels
        self._figures = figures
        self._loop = asyncio.get_running_loop()
        self._dirty: set[str] = set()
        self._latest: dict[str, bytes] = {}
        self._computed_at: dict[str, float] = {}
        self._wake = asyncio.Event()
        channels.greeters["board"] = self._greet

    def mark(self, district: str) -> None:
        """Something happened there."""
        self._dirty.add(district)
        if self._channels.has(f"board:{district}"):
            self._wake.set()

    def mark_all(self) -> None:
        """Everything may have changed."""
        self._dirty.update(self._latest)
        self._wake.set()

    def _greet(self, channel: str, subscriber: Subscriber) -> None:
        district = channel.partition(":")[2]
        if district in self._latest and district not in self._dirty:
            subscriber.send(publication_push(channel, publication(self._latest[district], None)))
        else:
            self.mark(district)

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
        watched = [name.partition(":")[2] for name in self._channels.names("board")]
        for gone in self._latest.keys() - set(watched):
            del self._latest[gone]
        for district in watched:
            old = self._loop.time() - self._computed_at.get(district, float("-inf")) > STALE_SECONDS
            if district not in self._dirty and not old:
                continue
            self._dirty.discard(district)
            try:
                data = _encode(await self._figures(district))
            except Exception as error:
                log.warning("figures_failed", district=district, error=type(error).__name__)
                self._dirty.add(district)
                continue
            self._latest[district] = data
            self._computed_at[district] = self._loop.time()
            self._channels.publish(f"board:{district}", data)


class Position(msgspec.Struct):
    """Where an officer is: service number, WGS-84 degrees, metres."""

    district: str
    officer: str
    lat: float
    lng: float
    at: str
    accuracy_m: float | None = None


class Positions:
    """The latest position of each officer, one message per district and second."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels
        self._moved: dict[str, dict[str, Position]] = {}

    def hear(self, message: bytes) -> None:
        """An officer moved. Raises msgspec.DecodeError for anything else."""
        position = msgspec.json.decode(message, type=Position)
        self._moved.setdefault(position.district, {})[position.officer] = position

    async def run(self) -> None:
        """Publishes once a second until cancelled."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            self.publish()

    def publish(self) -> None:
        """Publishes what was gathered."""
        moved, self._moved = self._moved, {}
        for district, positions in moved.items():
            self._channels.publish(f"positions:{district}", _encode({"positions": list(positions.values())}))


class Phones:
    """Relays the phone simulator's messages as they are; switched off in production."""

    CHANNEL = "phones:simulator"

    def __init__(self, channels: Channels) -> None:
        self._channels = channels

    def hear(self, message: bytes) -> None:
        """A simulated phone received something. Raises msgspec.DecodeError unless it is JSON."""
        msgspec.json.decode(message, type=msgspec.Raw)
        self._channels.publish(self.CHANNEL, message)
