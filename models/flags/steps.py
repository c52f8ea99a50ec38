"""Which step of a rollout made a version of a flag, kept beside it for whoever reads the history."""

from __future__ import annotations

from typing import Literal

import msgspec

from models.flags.figures import Estimate, Figure
from models.flags.guards import Check, Guard

StepName = Literal["start", "widen", "pause", "resume", "guards", "finish", "roll_back"]


class Crossed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bound that took a pilot back, with the figure of both groups at that moment."""

    check: Check
    pilot: Estimate
    control: Estimate

    @property
    def figure(self) -> Figure:
        return self.check.figure


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """``guards`` as they are from this step on, ``were`` as they were before it."""

    rollout: str
    name: StepName
    districts: tuple[str, ...]
    percent: int
    guards: tuple[Guard, ...] | None = None
    were: tuple[Guard, ...] | None = None
    crossed: Crossed | None = None


def to_json(step: Step) -> str:
    return msgspec.json.encode(step).decode()


def parse(text: str) -> Step:
    return msgspec.json.decode(text, type=Step)
