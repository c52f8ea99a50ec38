"""Remote calls: an officer's phone says that it received or showed an offer.

Gathered for a tenth of a second, recorded through the incident's actions, and answered when it is recorded.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal, cast

import msgspec
import structlog

from hub import codes
from hub.actions import Call
from hub.codes import Fault
from hub.transport import Socket

log = structlog.get_logger()

GATHER_SECONDS = 0.1
MOST_WAITING = 10_000  # acknowledgements
MOST_OFFERS = 50  # of one call

What = Literal["received", "seen"]
# Records an officer's acknowledgements.
Acknowledge = Callable[[str, list[tuple[str, What]]], Awaitable[int]]


class Offers(msgspec.Struct):
    """``{"offer": id}``, or ``{"offers": [id, …]}``."""

    offer: str = ""
    offers: list[str] = []

    @property
    def ids(self) -> list[str]:
        return [self.offer, *self.offers] if self.offer else self.offers


class Calls:
    """``answer`` replies to the command of a socket that may be gone by then."""

    def __init__(
        self, acknowledge: Acknowledge, answer: Callable[[Socket, int, bytes | Fault], None]
    ) -> None:
        self._acknowledge = acknowledge
        self._answer = answer
        self._waiting: dict[str, list[tuple[str, What]]] = {}
        self._askers: dict[str, list[tuple[Socket, int]]] = {}
        self._count = 0
        self._wake = asyncio.Event()

    def take(self, socket: Socket, call: Call) -> None:
        """Accepts a call, or refuses it at once."""
        fault = self._accept(socket, call)
        if fault is not None:
            self._answer(socket, call.command_id, fault)

    def _accept(self, socket: Socket, call: Call) -> Fault | None:
        if not call.subject:
            return codes.NOT_AVAILABLE  # nobody in particular has nothing to say
        if call.method not in ("received", "seen"):
            return codes.METHOD_NOT_FOUND
        kind, _, officer = call.subject.partition(":")
        if kind != "officer":
            return codes.PERMISSION_DENIED
        try:
            ids = msgspec.json.decode(call.data, type=Offers).ids
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return codes.BAD_REQUEST
        if not 0 < len(ids) <= MOST_OFFERS or not all(map(str.isprintable, ids)):
            return codes.BAD_REQUEST
        if self._count + len(ids) > MOST_WAITING:
            return codes.TOO_MANY_REQUESTS
        what = cast(What, call.method)
        self._waiting.setdefault(officer, []).extend((offer, what) for offer in ids)
        self._askers.setdefault(officer, []).append((socket, call.command_id))
        self._count += len(ids)
        self._wake.set()
        return None

    async def run(self) -> None:
        """Records what was gathered, until cancelled."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(GATHER_SECONDS)
            await self.record()

    async def record(self) -> None:
        """Records what waits now, and answers those who said it."""
        self._wake.clear()
        waiting, self._waiting = self._waiting, {}
        askers, self._askers = self._askers, {}
        self._count = 0
        for officer, acknowledged in waiting.items():
            answer: bytes | Fault = b"{}"
            try:
                await self._acknowledge(officer, list(dict.fromkeys(acknowledged)))
            except Exception as error:
                log.warning("acknowledgement_not_recorded", error=type(error).__name__)
                answer = codes.INTERNAL  # temporary: the phone says it again
            for socket, command_id in askers[officer]:
                self._answer(socket, command_id, answer)
