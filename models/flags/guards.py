"""What must not become worse in a pilot, as data; and whether it has. Pure.

A guard is crossed only by what chance does not explain: a limit, when the whole interval of the pilot is beyond it;
a comparison, when the two intervals have nothing in common and the figures differ by more than is allowed. Each look
has its own chance of a false alarm (at most 2.5 % for a limit), so a pilot that is looked at often is rolled back
rather too early than too late.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from models.flags.figures import BETTER_HIGH, Estimate, Figure

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


def crossed(guards: Sequence[Guard], pilot: Figures, control: Figures) -> Guard | None:
    """The first guard that is crossed."""
    return next((guard for guard in guards if _is_crossed(guard, pilot, control)), None)


def _is_crossed(guard: Guard, pilot: Figures, control: Figures) -> bool:
    ours, theirs = pilot[guard.figure], control[guard.figure]
    if ours.n < guard.least_n:
        return False
    # Turned so that more is always worse.
    sign = -1.0 if guard.figure in BETTER_HIGH else 1.0
    kindest = _turned(ours.high if sign < 0 else ours.low, sign)
    if kindest is None:
        return False
    if guard.limit is not None and kindest > sign * guard.limit:
        return True
    least_kind = _turned(theirs.low if sign < 0 else theirs.high, sign)
    if guard.worse_by is None or theirs.n < guard.least_n or least_kind is None:
        return False
    value, other = _turned(ours.value, sign), _turned(theirs.value, sign)
    if value is None or other is None:
        # Nine of ten did not come at all: worse than any control group in which they did.
        return other is not None and kindest > least_kind
    return kindest > least_kind and value - other > guard.worse_by


def _turned(value: float | None, sign: float) -> float | None:
    return None if value is None else sign * value
