"""What the rollout desk takes and tells: stages, rollouts, guards, and the figures of groups."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from models.flags.content import State
from models.flags.definitions import Feature, Module
from models.flags.figures import Figure
from web.endpoint import Shape

Reason = Annotated[str, Meta(min_length=1, max_length=200)]
Percent = Annotated[int, Meta(ge=1, le=100)]
Code = Annotated[str, Meta(min_length=1, max_length=12)]
Share = Annotated[float, Meta(ge=0, le=86_400)]


class StageView(Shape):
    state: State
    percent: int | None


class FlagView(Shape):
    """``built``: there is code to switch on. ``stages`` by district; ``version`` 0 is as shipped.

    ``rule``: of a version of a rule its number and whose it is; it can be tried where it has a stage.
    """

    key: str
    kind: str
    built: bool
    killed: bool
    version: int
    stages: dict[str, StageView]
    rule: str | None


class Flags(Shape):
    """``may_kill``: the caller administers every district, which the kill switch takes."""

    flags: list[FlagView]
    may_kill: bool


class NewStage(Shape):
    """A pilot is a rollout and started as one."""

    state: Literal["off", "integrating", "live"]
    reason: Reason | None = None


class KillSwitch(Shape):
    killed: bool
    reason: Reason


class Version(Shape):
    version: int


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


class Groups(Shape):
    """``control_is``: off (same districts, outside the share), outside or live (the other districts)."""

    pilot: dict[str, EstimateView]
    control: dict[str, EstimateView]
    control_is: str


class RolloutView(Shape):
    id: str
    flag: str
    districts: list[str]
    percent: int
    status: str
    guards: list[dict[str, Any]]
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
