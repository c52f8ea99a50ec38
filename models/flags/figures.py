"""The figures of a group of incidents, each with its n and an interval that says how sure it is.

Shares: Wilson's interval (E. B. Wilson, JASA 22, 1927), which holds for few and for none. A p90: order statistics.
The number of values below the true p90 is binomial, so two places in the sorted values enclose it with the stated
confidence whatever the distribution. Who has not answered counts as later than everybody who has, never as missing.
All at 95 %. Pure; where the rows come from is `models.queries.rollouts`' business.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Z = 1.959964  # 95 %, both sides
Figure = Literal["kept", "breached", "errors", "complaints", "answer_p90", "accept_p90"]
FIGURES: tuple[Figure, ...] = ("kept", "breached", "errors", "complaints", "answer_p90", "accept_p90")
# More is better for this one, worse for all others.
BETTER_HIGH: frozenset[Figure] = frozenset({"kept"})
TIMES: frozenset[Figure] = frozenset({"answer_p90", "accept_p90"})
WORST_STARS = 2  # of five: a complaint


@dataclass(frozen=True, slots=True)
class Case:
    """What the figures need of one incident. ``failed``: a notice of it could not be sent; ``stars``: its ratings."""

    requested_at: datetime
    respond_by: datetime
    is_over: bool
    answered_at: datetime | None = None
    moved_at: datetime | None = None
    accepted_at: datetime | None = None
    handed_over_at: datetime | None = None
    breached: bool = False
    failed: bool = False
    stars: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Estimate:
    """Between ``low`` and ``high`` with 95 % confidence, shares from 0 to 1, times in seconds.

    None: not known, or later than anything that was seen (for ``high``, and for the value of a p90).
    """

    n: int
    value: float | None
    low: float | None
    high: float | None


def figures(cases: Sequence[Case], faults: int = 0) -> dict[Figure, Estimate]:
    """Of those whose response time is over, or that are closed: for others it is too early to tell.

    ``faults``: requests that failed by our own fault and are none of the cases; they are errors like a notice that
    could not be sent.
    """
    over = [one for one in cases if one.is_over]
    handed = [one for one in over if one.handed_over_at is not None]
    stars = [each for one in over for each in one.stars]
    return {
        "kept": share(sum(map(_kept, over)), len(over)),
        "breached": share(sum(one.breached for one in over), len(over)),
        "errors": share(sum(one.failed for one in over) + faults, len(over) + faults),
        "complaints": share(sum(each <= WORST_STARS for each in stars), len(stars)),
        "answer_p90": p90([_seconds(one.requested_at, one.answered_at) for one in over]),
        "accept_p90": p90([_seconds(one.handed_over_at, one.accepted_at) for one in handed]),
    }


def share(count: int, n: int) -> Estimate:
    """Wilson's interval around ``count`` of ``n``."""
    if n == 0:
        return Estimate(0, None, None, None)
    part, square = count / n, Z * Z
    middle = (part + square / (2 * n)) / (1 + square / n)
    half = Z * math.sqrt(part * (1 - part) / n + square / (4 * n * n)) / (1 + square / n)
    return Estimate(n, part, max(0.0, middle - half), min(1.0, middle + half))


def p90(seconds: Sequence[float]) -> Estimate:
    """The value that nine of ten do not exceed; ``inf`` for what has not come."""
    n, values = len(seconds), sorted(seconds)
    if n == 0:
        return Estimate(0, None, None, None)
    value = values[max(0, math.ceil(0.9 * n) - 1)]
    low, high = _enclosing(n)
    return Estimate(n, _finite(value), _place(values, low), _place(values, high))


def _enclosing(n: int) -> tuple[int, int]:
    """The two places, counted from 1; 0 or n + 1 where there are too few values to enclose the p90 on that side."""
    total, below = 0.0, []
    for k in range(n + 1):
        total += _binomial(n, k)
        below.append(total)
    low = next((k for k in range(n, 0, -1) if below[k - 1] <= 0.025), 0)
    high = next((k for k in range(1, n + 1) if below[k - 1] >= 0.975), n + 1)
    return low, high


def _binomial(n: int, k: int) -> float:
    """The probability that ``k`` of ``n`` values are below the true p90."""
    logarithm = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(logarithm + k * math.log(0.9) + (n - k) * math.log(0.1))


def _place(values: Sequence[float], place: int) -> float | None:
    return _finite(values[place - 1]) if 1 <= place <= len(values) else None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _kept(one: Case) -> bool:
    """Moved, or accepted by an officer, within the response time: the published promise."""
    return any(at is not None and at <= one.respond_by for at in (one.moved_at, one.accepted_at))


def _seconds(since: datetime | None, until: datetime | None) -> float:
    if since is None or until is None:
        return math.inf
    return max(0.0, (until - since).total_seconds())
