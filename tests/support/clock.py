"""A clock that moves only when a test says so."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


class FakeClock:
    """Stands still at `start` (aware, UTC) until it is advanced."""

    def __init__(self, start: datetime = START) -> None:
        if start.utcoffset() is None:
            raise ValueError("the clock starts at an aware time")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    async def asked(self, connection: object) -> datetime:
        """Nobody knows better."""
        return self._now

    def advance(self, seconds: float) -> datetime:
        """Moves `seconds` forward (backward if negative: a clock that was set) and returns the new time."""
        self._now += timedelta(seconds=seconds)
        return self._now
