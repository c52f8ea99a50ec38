"""The incident as the rules see it: one immutable value, field for field the row of the table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

Kind = Literal["move_car", "accident", "report", "hazard"]
Status = Literal["waiting", "offered", "accepted", "on_scene", "closed"]
Outcome = Literal["settled", "resolved", "cancelled", "rejected", "duplicate", "expired"]
KINDS: tuple[Kind, ...] = ("move_car", "accident", "report", "hazard")
STATUSES: tuple[Status, ...] = ("waiting", "offered", "accepted", "on_scene", "closed")


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """Instants are aware and in UTC; ``lat`` and ``lng`` are WGS-84 degrees, ``accuracy_m`` metres.

    ``to_confirm``: its officer has it by a commander's order and has not said yet that he goes. ``supporting`` is
    the JSON of ``models.incident.support``, as the row keeps it.

    Each event makes a changed copy, which a struct does ten times as fast as a dataclass.
    """

    id: str
    kind: Kind
    status: Status
    outcome: Outcome | None
    district: str
    version: int
    feed_offset: int
    reason: str
    priority: int
    escalation: int
    sticker_id: str | None
    vehicle_id: str | None
    plate_masked: str | None
    place: str | None
    lat: float | None
    lng: float | None
    accuracy_m: float | None
    response_seconds: int
    # What the owner may choose from, when he says in how many minutes he comes: "3,5,10".
    promise_minutes: str
    requested_at: datetime
    respond_by: datetime
    answered_at: datetime | None = None
    moved_at: datetime | None = None
    accepted_at: datetime | None = None
    reply: str | None = None
    promised_by: datetime | None = None
    deferred: bool = False
    handed_over_at: datetime | None = None
    arrived_at: datetime | None = None
    breached_at: datetime | None = None
    closed_at: datetime | None = None
    nobody_on_duty: bool = False
    officer_id: str | None = None
    officer_number: str | None = None
    unit: str | None = None
    requesters: int = 1
    # Who began it: a requester waits, an officer looks again himself.
    origin: Literal["requester", "officer"] = "requester"
    photos: int = 0
    to_confirm: bool = False
    merged_into: str | None = None
    backup_at: datetime | None = None
    backup_wanted: int = 0
    supporting: str = "[]"
    # The zone in which it lay when it was filed, by its code and as it was called then.
    zone: str | None = None
    zone_name: str | None = None
    zone_name_en: str | None = None

    @property
    def promises(self) -> tuple[int, ...]:
        """The minutes that the owner may promise, the shortest first."""
        return tuple(int(one) for one in self.promise_minutes.split(",") if one)


FIELDS: tuple[str, ...] = Incident.__struct_fields__


def from_row(row: Mapping[Any, Any]) -> Incident:
    """The incident of a row of the table ``incidents``."""
    return Incident(**{name: row[name] for name in FIELDS})


def to_row(incident: Incident) -> dict[str, Any]:
    """The columns of the table ``incidents`` for an incident."""
    return {name: getattr(incident, name) for name in FIELDS}
