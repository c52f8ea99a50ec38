"""What the rollout desk takes and tells of stages and of their history."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from models.flags.content import State
from models.flags.steps import StepName
from web.api.rollout_shapes import CheckView, EstimateView, GuardShape
from web.api.shapes import Reason
from web.endpoint import Shape


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
    """``may_kill``: the caller administers every district, which the kill switch takes.

    ``guards``: those that a pilot starts with unless somebody says otherwise.
    """

    flags: list[FlagView]
    may_kill: bool
    guards: list[GuardShape]


class NewStage(Shape):
    """A pilot is a rollout and started as one."""

    state: Literal["off", "integrating", "live"]
    reason: Reason | None = None


class KillSwitch(Shape):
    killed: bool
    reason: Reason


class GoingBack(Shape):
    """``version`` 0 is what is shipped."""

    version: Annotated[int, Meta(ge=0, le=1_000_000)]
    reason: Reason


class Version(Shape):
    version: int


class StageChange(Shape):
    district: str
    before: StageView
    after: StageView


class CrossedView(Shape):
    """The bound that took a pilot back, and the figure of both groups at that moment."""

    check: CheckView
    pilot: EstimateView
    control: EstimateView


class StepView(Shape):
    """The step of a rollout that made a version. ``guards`` are those from then on, ``were`` those before."""

    rollout: str
    name: StepName
    percent: int
    guards: list[GuardShape] | None
    were: list[GuardShape] | None
    crossed: CrossedView | None


class FlagVersionView(Shape):
    """``by``: a service number, or system or operator. ``killed`` null: the kill switch was not touched.

    ``rule``: of a version of a rule its number. ``may_return``: going back to it would change something.
    """

    key: str
    version: int
    at: str
    by: str
    reason: str | None
    changes: list[StageChange]
    killed: bool | None
    step: StepView | None
    rule: int | None
    is_current: bool
    may_return: bool


class FlagHistory(Shape):
    """``older``: what to ask for with ``before`` to see the next page; null: that was all."""

    versions: list[FlagVersionView]
    older: str | None
