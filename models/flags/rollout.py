"""A rollout: one flag on trial in some districts for a share, what was there before, and what must not become worse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec

from models.flags.content import Stage
from models.flags.definitions import Kind
from models.flags.flags import Variant
from models.flags.guards import Guard

Status = Literal["running", "paused", "finished", "rolled_back"]
UNDER_WAY: tuple[Status, ...] = ("running", "paused")


@dataclass(frozen=True, slots=True)
class Rollout:
    """``before``: the stage each district had of its own, None where it had none."""

    id: str
    flag: str
    before: Mapping[str, Stage | None]
    percent: int
    status: Status
    guards: tuple[Guard, ...]
    started_at: datetime
    started_by: str
    ended_at: datetime | None
    ended_by: str | None
    reason: str | None

    @property
    def districts(self) -> list[str]:
        return sorted(self.before)

    @property
    def stages(self) -> dict[str, Stage | None]:
        """What the flag says in the districts while the rollout is in this status."""
        if self.status == "running":
            return dict.fromkeys(self.before, Stage("pilot", self.percent))
        if self.status == "finished":
            return dict.fromkeys(self.before, Stage("live"))
        return dict(self.before)


def from_row(row: Any) -> Rollout:
    """The rollout of a row of the table ``rollouts``."""
    return Rollout(
        id=row.id,
        flag=row.flag,
        before=decode_before(row.before),
        percent=row.percent,
        status=row.status,
        guards=msgspec.json.decode(row.guards, type=tuple[Guard, ...]),
        started_at=row.started_at,
        started_by=row.started_by,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        reason=row.reason,
    )


def decode_before(text: str) -> dict[str, Stage | None]:
    return msgspec.json.decode(text, type=dict[str, Stage | None])


def encode(value: Any) -> str:
    """JSON of ``before`` or of ``guards``."""
    return msgspec.json.encode(value).decode()


def control_of(kind: Kind, percent: int) -> Variant:
    """Whom the pilot is compared with.

    Whoever is outside a module's share has no incident there, so a module is compared with the districts where it
    is live; a feature with those outside its share in the same districts, and where all are inside, with the other
    districts.
    """
    if kind == "module":
        return "live"
    return "off" if percent < 100 else "outside"
