"""What the rules find in a report before an officer looks: shown beside the pictures, and deciding nothing. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.incident.evidence import Wanted

# A phone's reading that is further off says nothing about which side of a street.
SURE_METRES = 100.0


@dataclass(frozen=True, slots=True)
class Medium:
    """A photo or video: what it says of its time and place. ``metres`` from where it is told; None: not known.

    ``by``: who sent it; photos of two people say nothing of how long a car stood before either.
    """

    kind: str
    taken_at: datetime | None
    received_at: datetime
    metres: float | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """``name``: a word of the catalogue, ``reports.check.<name>``. ``ok`` None: nothing says so or otherwise."""

    name: str
    ok: bool | None
    n: int | None = None


def checks(
    wanted: Wanted,
    media: Sequence[Medium],
    *,
    happened_at: datetime,
    filed_at: datetime,
    accuracy_m: float | None,
    located: bool,
    live: bool,
) -> list[Check]:
    """Count, seconds apart, age, place present and precise, taken on the spot, and what the pictures themselves say.

    程序规定 18: evidence must clearly show time and place. ``n``: photos, seconds, hours, metres.
    """
    photos = [one for one in media if one.kind == "photo"]
    apart = max(
        (gap for by in {one.by for one in photos} if (gap := _apart(photos, by)) is not None), default=None
    )
    video = any(one.kind == "video" for one in media)
    hours = int((filed_at - happened_at).total_seconds() // 3600)
    return [
        Check("count", video or len(photos) >= wanted.least, len(photos)),
        Check("apart", video or (apart is not None and apart >= wanted.apart.total_seconds()), apart),
        Check("age", filed_at - happened_at <= wanted.oldest, hours),
        Check("place", located, None if accuracy_m is None else round(accuracy_m)),
        Check("precise", None if accuracy_m is None else accuracy_m <= SURE_METRES),
        Check("live", live),
        _times_agree(media, happened_at),
        _places_agree(media),
    ]


def _apart(photos: Sequence[Medium], by: str) -> int | None:
    """The shortest time between two photos of one person in a row, in seconds."""
    times = sorted(one.taken_at or one.received_at for one in photos if one.by == by)
    gaps = (int((after - before).total_seconds()) for before, after in zip(times, times[1:], strict=False))
    return min(gaps, default=None)


_CLOSE_IN_TIME = timedelta(minutes=15)
_CLOSE_IN_SPACE = 300.0


def _times_agree(media: Sequence[Medium], happened_at: datetime) -> Check:
    """What the files say of when they were taken, against what the reporter says."""
    said = [abs(one.taken_at - happened_at) for one in media if one.taken_at is not None]
    if not said:
        return Check("times", None)
    worst = max(said)
    return Check("times", worst <= _CLOSE_IN_TIME, int(worst.total_seconds() // 60))


def _places_agree(media: Sequence[Medium]) -> Check:
    said = [one.metres for one in media if one.metres is not None]
    if not said:
        return Check("places", None)
    return Check("places", max(said) <= _CLOSE_IN_SPACE, round(max(said)))
