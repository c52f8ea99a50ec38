"""Plain HTTP on the hub's port: is it alive, is it ready, what has it counted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from hub.follower import Lag
from hub.handshake import plain_response
from hub.measures import Measures
from hub.transport import Socket
from models.clock import iso
from models.metrics import CONTENT_TYPE, collect
from models.tasks import Tasks

LARGEST_DISTANCE = timedelta(milliseconds=500)  # between our clock and the database's
BETWEEN_FIGURES_SECONDS = 0.1
_JSON = "application/json"


class Pages:
    """``lag``, ``now`` and ``distance`` are asked each time; a hub that is ``leaving`` takes nobody new."""

    def __init__(
        self,
        run_dir: Path,
        process: str,
        measures: Measures,
        tasks: Tasks,
        *,
        lag: Callable[[], Lag],
        now: Callable[[], datetime],
        distance: Callable[[], timedelta],
    ) -> None:
        self._run_dir = run_dir
        self._process = process
        self._measures = measures
        self._tasks = tasks
        self._lag = lag
        self._now = now
        self._distance = distance
        self.leaving = False
        self._askers: list[Socket] = []  # for figures
        self._collecting = False

    def answer(self, socket: Socket, path: str) -> None:
        """Answers one request."""
        if path == "/metrics":
            self._askers.append(socket)
            if not self._collecting:
                self._collecting = True
                self._tasks.start(self._metrics(), "metrics")
        elif path == "/healthz":
            socket.answer(_json(200, {"status": "ok"}))
        elif path == "/readyz":
            socket.answer(self._ready())
        else:
            socket.answer(plain_response(404, "There is nothing here but /connection/websocket.\n"))

    def _ready(self) -> bytes:
        lag = self._lag()
        checks = {
            "log": "ok" if lag.is_current else "behind",
            "clock": "ok" if abs(self._distance()) <= LARGEST_DISTANCE else "distant",
            "stopping": "yes" if self.leaving else "no",
        }
        ready = checks == {"log": "ok", "clock": "ok", "stopping": "no"}
        # Beyond the last comparison nobody knows how much there is: then the instant says more than the number.
        compared_at = self._now() - timedelta(seconds=lag.seconds)
        body: dict[str, object] = {
            "status": "ok" if ready else "unavailable",
            "checks": checks,
            "log": {"entries_behind": lag.entries, "compared_at": iso(compared_at)},
        }
        return _json(200 if ready else 503, body)

    async def _metrics(self) -> None:
        """Figures cost milliseconds, and anybody may ask: whoever does so too soon shares the next answer."""
        try:
            while self._askers:
                askers, self._askers = self._askers, []
                figures = await collect("hub", self._run_dir, self._process, self._measures.registry)
                response = plain_response(200, figures, CONTENT_TYPE)
                for socket in askers:
                    socket.answer(response)
                await asyncio.sleep(BETWEEN_FIGURES_SECONDS)
        finally:
            self._collecting = False


def _json(status: int, body: dict[str, object]) -> bytes:
    return plain_response(status, msgspec.json.encode(body), _JSON)
