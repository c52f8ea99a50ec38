"""Whether photos are the evidence that the rules want: how many, how far apart, how old. Pure.

For requests to move a car, reports and officers' photos alike. The instant of a photo is when it was taken, as the
phone says, or else when it arrived; nobody vouches for either (处理程序规定 art. 18: evidence must show its time).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.errors import Conflict, InvalidField

# A phone's clock is off by so much at most; a photo from further ahead has a wrong one (GA/T 832: clock error).
CLOCK_ERROR = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Wanted:
    """At least and at most so many photos, each ``apart`` from the others, none older than ``oldest``."""

    least: int
    most: int
    apart: timedelta
    oldest: timedelta

    @classmethod
    def of(cls, result: Mapping[str, Any]) -> Wanted:
        """As a row of the table ``evidence`` says it."""
        return cls(
            result["photos_least"],
            result["photos_most"],
            timedelta(seconds=result["seconds_apart"]),
            timedelta(seconds=result["oldest_seconds"]),
        )


def check_room(wanted: Wanted, there: int) -> None:
    """Raises Conflict when there are as many photos as may be."""
    if there >= wanted.most:
        raise Conflict(why="photos_full", limit=wanted.most)


def check_one(wanted: Wanted, others: Sequence[datetime], taken_at: datetime, at: datetime) -> None:
    """Judges a photo that comes at the instant ``at``, beside the ``others`` of whoever shows them.

    Raises InvalidField: from the future, too old, or too close to another one (``seconds``: how far apart).
    """
    if taken_at > at + CLOCK_ERROR:
        raise InvalidField(field="photo", why="not_yet")
    if taken_at < at - wanted.oldest:
        hours = max(1, int(wanted.oldest.total_seconds() // 3600))
        raise InvalidField(field="photo", why="too_old", hours=hours)
    if any(abs(taken_at - other) < wanted.apart for other in others):
        raise InvalidField(field="photo", why="too_close", seconds=int(wanted.apart.total_seconds()))


def check_enough(wanted: Wanted, taken: Sequence[datetime]) -> None:
    """Raises Conflict when there are fewer photos than it takes; those too close to one another count once."""
    counted: list[datetime] = []
    for moment in sorted(taken):
        if not counted or moment - counted[-1] >= wanted.apart:
            counted.append(moment)
    if len(counted) < wanted.least:
        raise Conflict(why="photos_too_few", least=wanted.least, missing=wanted.least - len(counted))
