"""What the rollout desk takes and tells of rollouts: guards, and the figures of groups."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from models.flags.definitions import Feature, Module
from models.flags.figures import Figure
from web.api.shapes import Reason
from web.endpoint import Shape

Percent = Annotated[int, Meta(ge=1, le=100)]
Code = Annotated[str, Meta(min_length=1, max_length=12)]
Share = Annotated[float, Meta(ge=0, le=86_400)]


class OfModule(Shape, tag_field="type", tag="module"):
    name: Module


class OfFeature(Shape, tag_field="type", tag="feature"):
    name: Feature


class OfRule(Shape, tag_field="type", tag="rule"):
    """An approved version of a table beside the one in force."""

    name: Annotated[str, Meta(pattern=r"^[a-z_]{1,20}$")]
    version: Annotated[str, Meta(pattern=r"^[0-9a-z]{26}$")]


class GuardShape(Shape):
    """``worse_by``: than the control group; ``limit``: whatever that does. Shares from 0 to 1, p90s in seconds."""

    figure: Figure
    worse_by: Share | None = None
    limit: Share | None = None
    least_n: Annotated[int, Meta(ge=20, le=100_000)] = 50


class NewRollout(Shape):
    """Without ``guards``: those that are shipped."""

    subject: OfModule | OfFeature | OfRule
    districts: Annotated[list[Code], Meta(min_length=1, max_length=200)]
    percent: Percent
    guards: Annotated[list[GuardShape], Meta(max_length=20)] | None = None
    reason: Reason | None = None


class NewGuards(Shape):
    """All guards that count from now on, not only those that change."""

    guards: Annotated[list[GuardShape], Meta(max_length=20)]
    reason: Reason


class Widening(Shape):
    percent: Percent


class Why(Shape):
    reason: Reason


class EstimateView(Shape):
    """Between ``low`` and ``high`` with 95 % confidence; null for what cannot be said."""

    n: int
    value: float | None
    low: float | None
    high: float | None


class CheckView(Shape):
    """One of a guard's two bounds and how the pilot stands to it, as ``models.flags.guards.Check`` has it.

    ``found``: how much worse than the control group, or of a limit the figure itself; ``used``: the share of what is
    allowed that is used up, null while there are fewer than ``least_n`` cases.
    """

    figure: Figure
    against: Literal["control", "limit"]
    allowed: float
    found: float | None
    used: float | None
    state: Literal["too_few", "within", "unclear", "crossed"]
    n: int
    control_n: int | None
    least_n: int


class Groups(Shape):
    """``control_is``: off (same districts, outside the share), outside or live (the other districts)."""

    pilot: dict[str, EstimateView]
    control: dict[str, EstimateView]
    control_is: str
    checks: list[CheckView]


class RolloutView(Shape):
    id: str
    flag: str
    districts: list[str]
    percent: int
    status: str
    guards: list[GuardShape]
    started_at: str
    started_by: str
    ended_at: str | None
    ended_by: str | None
    reason: str | None
    groups: Groups | UnsetType = UNSET


class OneRollout(Shape):
    rollout: RolloutView


class Rollouts(Shape):
    rollouts: list[RolloutView]
