"""Whether a car that is seen again is still in the same stay: near the place, soon enough, and not gone in between.

行政处罚法 art. 29: no offence is fined twice, however often somebody photographs it. Pure; how near and how soon is a
rule (the table ``stay``). Where nobody knows the place, the stay is taken to be the same, which never harms the driver.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.geography import Location, distance_m
from models.parking.states import STANDING, State

# Crockford's letters: no I, L, O, U, so that what is written by hand in the rain is read as it was meant.
CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10  # five bits each; wrong ones are limited by address
_MISREAD = str.maketrans("ILO", "110")


@dataclass(frozen=True, slots=True)
class Sighting:
    """A record that is there already. ``place`` in WGS-84, None if its phone did not know."""

    id: str
    state: State
    place: Location | None
    last_seen_at: datetime


def same_stay(
    known: Sequence[Sighting], place: Location | None, at: datetime, *, within_m: int, within_minutes: int
) -> Sighting | None:
    """The newest stay of this car that a sighting at ``place`` and ``at`` belongs to, None if it is a new one."""
    near = [
        one
        for one in known
        if one.state in STANDING
        and at - one.last_seen_at <= timedelta(minutes=within_minutes)
        and (one.place is None or place is None or _apart(one.place, place) <= within_m)
    ]
    return max(near, key=lambda one: one.last_seen_at, default=None)


def _apart(one: Location, other: Location) -> float:
    """Metres for certain: what both readings may be wrong by counts for the driver."""
    unsure = min(one.accuracy_m or 0, _MOST_UNSURE_M) + min(other.accuracy_m or 0, _MOST_UNSURE_M)
    return max(0.0, distance_m(one, other) - unsure)


_MOST_UNSURE_M = 100  # a reading that knows no more than the quarter does not make one stay of a whole town


def code_of(secret: str) -> str:
    """What stands on a paper notice, made of a random secret: ten letters and digits, 50 bits."""
    digest = hashlib.sha256(secret.encode()).digest()
    return "".join(CODE_LETTERS[one & 31] for one in digest[:CODE_LENGTH])


def read_code(typed: str) -> str | None:
    """The code that somebody typed off a notice, however he grouped it; None for what cannot be one."""
    plain = "".join(one for one in typed.upper() if one.isalnum()).translate(_MISREAD)
    return plain if len(plain) == CODE_LENGTH and set(plain) <= set(CODE_LETTERS) else None


def grouped(code: str) -> str:
    """As it is printed: 7K3M-9Q2-FXR."""
    return f"{code[:4]}-{code[4:7]}-{code[7:]}"
