"""What must not become worse in a pilot, as data; and whether it has. Pure.

A guard is crossed only by what chance does not explain: a limit, when the whole interval of the pilot is beyond it;
a comparison, when the two intervals have nothing in common and the figures differ by more than is allowed. Each look
has its own chance of a false alarm (at most 2.5 % for a limit), so a pilot that is looked at often is rolled back
rather too early than too late.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from models.flags.figures import BETTER_HIGH, TIMES, Estimate, Figure

LEAST_N = 20  # below that a guard is an accident


class Guard(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """``worse_by``: than the control group; ``limit``: whatever that does. Shares from 0 to 1, p90s in seconds.

    Only when the pilot (and for ``worse_by`` the control group too) has ``least_n`` cases.
    """

    figure: Figure
    worse_by: Annotated[float, Meta(ge=0, le=86_400)] | None = None
    limit: Annotated[float, Meta(ge=0, le=86_400)] | None = None
    least_n: Annotated[int, Meta(ge=LEAST_N, le=100_000)] = 50


# What a rollout starts with unless its administrator says otherwise. The promise is 300 s; the shares are our choice.
SHIPPED: tuple[Guard, ...] = (
    Guard("kept", worse_by=0.05),
    Guard("breached", worse_by=0.05),
    Guard("errors", worse_by=0.02, limit=0.05),
    Guard("complaints", worse_by=0.10),
    Guard("answer_p90", worse_by=60.0),
    Guard("accept_p90", worse_by=60.0),
)

Figures = Mapping[Figure, Estimate]
# too_few: nothing can be said yet. within: no worse than allowed. unclear: worse than allowed, but it may be chance.
State = Literal["too_few", "within", "unclear", "crossed"]


@dataclass(frozen=True, slots=True)
class Check:
    """One of a guard's two bounds, and how the pilot stands to it.

    ``found``: how much worse than the control group (less than 0: better), or of a limit the figure itself; None when
    fewer than nine of ten came. ``used``: the share of what is allowed that is used up, from 0 (1: all of it, or more);
    None while there are too few. ``n``, ``control_n``: cases; ``least_n`` are needed of each that is not None.
    """

    figure: Figure
    against: Literal["control", "limit"]
    allowed: float
    found: float | None
    used: float | None
    state: State
    n: int
    control_n: int | None
    least_n: int


def faults(guards: Sequence[Guard]) -> Iterator[tuple[str, str]]:
    """What is wrong with guards that somebody set: the place, and a stable key for the reason."""
    seen: set[Figure] = set()
    for guard in guards:
        place = f"guards.{guard.figure}"
        if guard.figure in seen:
            yield place, "twice"
        seen.add(guard.figure)
        if guard.worse_by is None and guard.limit is None:
            yield place, "missing"
        for name, bound in (("worse_by", guard.worse_by), ("limit", guard.limit)):
            # A share of more than one could never be exceeded: five meant as five per cent.
            if bound is not None and guard.figure not in TIMES and bound > 1:
                yield f"{place}.{name}", "out_of_range"


def judged(guards: Sequence[Guard], pilot: Figures, control: Figures) -> list[Check]:
    """How the pilot stands to each bound of each guard."""
    checks = []
    for guard in guards:
        ours, theirs = pilot[guard.figure], control[guard.figure]
        if guard.limit is not None:
            checks.append(_to_limit(guard, guard.limit, ours))
        if guard.worse_by is not None:
            checks.append(_to_control(guard, guard.worse_by, ours, theirs))
    return checks


def crossed(guards: Sequence[Guard], pilot: Figures, control: Figures) -> Check | None:
    """The first bound that is crossed."""
    return next((check for check in judged(guards, pilot, control) if check.state == "crossed"), None)


def _to_limit(guard: Guard, limit: float, ours: Estimate) -> Check:
    sign = _sign(guard)
    kindest, value = _kindest(guard, ours), _turned(ours.value, sign)
    state: State = "within"
    if ours.n < guard.least_n:
        state = "too_few"
    elif kindest is not None and kindest > sign * limit:
        state = "crossed"
    elif value is None or value > sign * limit:
        state = "unclear"
    used = None
    if state != "too_few":
        # Of the promise what is allowed is the share that may be missed.
        used = (
            1.0
            if ours.value is None
            else _part(1 - ours.value, 1 - limit)
            if sign < 0
            else _part(ours.value, limit)
        )
    return Check(guard.figure, "limit", limit, ours.value, used, state, ours.n, None, guard.least_n)


def _to_control(guard: Guard, worse_by: float, ours: Estimate, theirs: Estimate) -> Check:
    sign = _sign(guard)
    kindest = _kindest(guard, ours)
    least_kind = _turned(theirs.low if sign < 0 else theirs.high, sign)
    value, other = _turned(ours.value, sign), _turned(theirs.value, sign)
    found = None if value is None or other is None else value - other
    # Nine of ten did not come at all: worse than any control group in which they did.
    is_worse = other is not None if value is None else found is not None and found > worse_by
    is_apart = kindest is not None and least_kind is not None and kindest > least_kind
    state: State = "within"
    if min(ours.n, theirs.n) < guard.least_n:
        state = "too_few"
    elif is_worse:
        state = "crossed" if is_apart else "unclear"
    used = None
    if state != "too_few":
        used = _part(found, worse_by) if found is not None else 1.0 if is_worse else 0.0
    return Check(guard.figure, "control", worse_by, found, used, state, ours.n, theirs.n, guard.least_n)


def _sign(guard: Guard) -> float:
    """Turned with it, more is always worse."""
    return -1.0 if guard.figure in BETTER_HIGH else 1.0


def _kindest(guard: Guard, ours: Estimate) -> float | None:
    """The end of the pilot's interval that speaks for it.

    Of a p90 of enough cases a lower end that is None is none that is unknown: so many did not come at all.
    """
    sign = _sign(guard)
    if ours.low is None and guard.figure in TIMES and ours.n >= LEAST_N:
        return math.inf
    return _turned(ours.high if sign < 0 else ours.low, sign)


def _part(found: float, allowed: float) -> float:
    if found <= 0:
        return 0.0
    return 1.0 if found >= allowed else found / allowed


def _turned(value: float | None, sign: float) -> float | None:
    return None if value is None else sign * value
