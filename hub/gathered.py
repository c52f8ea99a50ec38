"""Channels without history: officers' positions, gathered to one message a second; what phones say of their offers;

the simulator's phones.
"""

from __future__ import annotations

import asyncio

import msgspec

from hub.channels import Channels

EVERY_SECONDS = 1.0

_encode = msgspec.json.Encoder().encode


class Position(msgspec.Struct):
    """Where an officer is: service number, WGS-84 degrees, metres, and what he is doing."""

    district: str
    officer: str
    lat: float
    lng: float
    at: str
    accuracy_m: float | None = None
    status: str | None = None


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


class Acknowledged(msgspec.Struct):
    """Offers of one district's incidents, as their officers' phones have received and shown them."""

    district: str
    offers: list[msgspec.Raw]


class Acknowledgements:
    """Passes on to the commanders' desks what officers' phones have said."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels

    def hear(self, message: bytes) -> None:
        """Phones said something. Raises msgspec.DecodeError for anything else."""
        said = msgspec.json.decode(message, type=Acknowledged)
        self._channels.publish(f"offers:{said.district}", _encode({"offers": said.offers}))


class Phones:
    """Relays the phone simulator's messages as they are; switched off in production."""

    CHANNEL = "phones:simulator"

    def __init__(self, channels: Channels) -> None:
        self._channels = channels

    def hear(self, message: bytes) -> None:
        """A simulated phone received something. Raises msgspec.DecodeError unless it is JSON."""
        msgspec.json.decode(message, type=msgspec.Raw)
        self._channels.publish(self.CHANNEL, message)
