"""Requests that are asked until they are answered, and when each was: what the watchers are held to."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

LATE_SECONDS = 0.25  # after the answer: whoever has it later than that was not current
ATTEMPT_SECONDS = 3.0
MOST_ATTEMPTS = 60
FIRST_PAUSE_SECONDS, LAST_PAUSE_SECONDS = 0.05, 0.5


class Ledger:
    """``accepted`` are ids of incidents; a request is tried again under its key until it is answered."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self._answered: dict[str, float] = {}
        self.accepted: set[str] = set()
        self.refused: list[int] = []  # statuses that no further try would change
        self.retries = 0
        self.longest = 0.0  # seconds from the first try of a request to its answer

    def age(self, incident: str, now: float) -> float:
        """Seconds since its request was answered; 0 when it was not yet."""
        return now - self._answered.get(incident, now)

    def new_chapter(self) -> None:
        """Counts from now on; what was accepted stays."""
        self.retries, self.longest = 0, 0.0

    async def ask(self, number: int, code: str, tail: str) -> None:
        """One person who wants a car moved and does not give up."""
        began = time.perf_counter()
        pause = FIRST_PAUSE_SECONDS
        for _ in range(MOST_ATTEMPTS):
            status, body = await self._attempt(number, code, tail)
            if status == 201:
                now = time.perf_counter()
                self._answered[body["incident"]["id"]] = now
                self.accepted.add(body["incident"]["id"])
                self.longest = max(self.longest, now - began)
                return
            if 400 <= status < 500 and status not in (409, 429):
                break
            self.retries += 1
            await asyncio.sleep(pause)
            pause = min(pause * 2, LAST_PAUSE_SECONDS)
        self.refused.append(status)

    async def _attempt(self, number: int, code: str, tail: str) -> tuple[int, dict[str, Any]]:
        """The status and the answer; status 0 when there was none."""
        content = {"sticker": code, "plate_tail": tail, "reason": "blocking"}
        body = json.dumps(content).encode()
        head = (
            f"POST /api/v1/move-requests HTTP/1.1\r\nhost: {self._url.netloc}\r\nconnection: close\r\n"
            f"content-type: application/json\r\nuser-agent: bench/{number}\r\n"
            f"idempotency-key: chaos-{number}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        with contextlib.suppress(OSError, TimeoutError, ValueError, IndexError):
            async with asyncio.timeout(ATTEMPT_SECONDS):
                reader, writer = await asyncio.open_connection(self._url.hostname, self._url.port)
                try:
                    writer.write(head.encode() + body)
                    answer = await reader.read(-1)
                finally:
                    writer.transport.abort()
            first, _, content_text = answer.partition(b"\r\n\r\n")
            return int(first.split()[1]), json.loads(content_text)
        return 0, {}


class Traffic:
    """Asks ``rate`` times a second with one car after another, as long as it is entered."""

    def __init__(self, ledger: Ledger, cars: Iterator[tuple[str, str]], rate: float) -> None:
        self._ledger = ledger
        self._cars = enumerate(cars)
        self._rate = rate

    @contextlib.asynccontextmanager
    async def flowing(self) -> Any:
        """At the end every request has had its answer."""
        async with asyncio.TaskGroup() as asking:
            pacing = asking.create_task(self._pace(asking))
            yield
            pacing.cancel()

    async def _pace(self, asking: asyncio.TaskGroup) -> None:
        while True:
            number, (code, tail) = next(self._cars)
            asking.create_task(self._ledger.ask(number, code, tail))
            await asyncio.sleep(1 / self._rate)
