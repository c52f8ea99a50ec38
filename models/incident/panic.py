"""An officer's alarm: raised by himself alone, loud for everybody of his district until a commander clears it. Pure.

It stands beside incidents and not in one: whoever is attacked has no time to say what it is about. A false alarm is
said by the officer and ended by the commander, because a phone in somebody else's hand would say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from models.clock import iso, iso_or_none
from models.errors import IllegalTransition, InvalidField
from models.geography import Location

PanicStatus = Literal["raised", "withdrawn", "cleared"]
PANIC_STATUSES: tuple[PanicStatus, ...] = ("raised", "withdrawn", "cleared")
# From which status what leads where; what is not here is refused.
PANIC_TRANSITIONS: dict[PanicStatus, dict[str, PanicStatus]] = {
    "raised": {"raise": "raised", "withdraw": "withdrawn", "clear": "cleared"},
    "withdrawn": {"raise": "raised", "clear": "cleared"},
    "cleared": {},
}
# Raised again within this time it is the same cry, sent twice by a bad network.
SAME_CRY = timedelta(seconds=5)
LONGEST_NOTE = 500  # characters


class Panic(msgspec.Struct, frozen=True, kw_only=True):
    """Instants are aware and in UTC; ``lat`` and ``lng`` are WGS-84 degrees, ``accuracy_m`` metres."""

    id: str
    district: str
    officer_id: str
    service_number: str
    unit: str
    status: PanicStatus
    version: int
    raised_at: datetime
    again_at: datetime
    incident_id: str | None = None
    lat: float | None = None
    lng: float | None = None
    accuracy_m: float | None = None
    position_at: datetime | None = None
    withdrawn_at: datetime | None = None
    cleared_at: datetime | None = None
    cleared_by: str | None = None
    note: str | None = None


FIELDS: tuple[str, ...] = Panic.__struct_fields__


def next_panic_status(status: PanicStatus, command: str) -> PanicStatus:
    """Where ``command`` leads from ``status``. Raises IllegalTransition, and nothing has changed."""
    target = PANIC_TRANSITIONS[status].get(command)
    if target is None:
        raise IllegalTransition(command=command, status=status)
    return target


def raise_again(panic: Panic, at: datetime, place: Location | None, seen_at: datetime | None) -> Panic | None:
    """He holds the button again: it is still so, or it was no false alarm after all. None for the same cry."""
    status = next_panic_status(panic.status, "raise")
    if panic.status == "raised" and at - panic.again_at < SAME_CRY:
        return None
    moved = placed(place, seen_at)
    return replace(panic, status=status, version=panic.version + 1, again_at=at, withdrawn_at=None, **moved)


def withdraw(panic: Panic, at: datetime) -> Panic:
    """He says that it was none; it stands until a commander has confirmed that."""
    status = next_panic_status(panic.status, "withdraw")
    return replace(panic, status=status, version=panic.version + 1, withdrawn_at=at)


def clear(panic: Panic, at: datetime, by: str, note: str | None) -> Panic:
    """A commander ends it and says what it was. Raises InvalidField without a note."""
    status = next_panic_status(panic.status, "clear")
    if not (note or "").strip():
        raise InvalidField(field="note", why="required")
    return replace(panic, status=status, version=panic.version + 1, cleared_at=at, cleared_by=by, note=note)


def placed(place: Location | None, at: datetime | None) -> dict[str, Any]:
    """A position as fields of a panic; nothing when it is not known, so that the last known one stays."""
    if place is None:
        return {}
    return {"lat": place.lat, "lng": place.lng, "accuracy_m": place.accuracy_m, "position_at": at}


def from_row(row: Mapping[Any, Any]) -> Panic:
    """The panic of a row of the table ``panics``."""
    return Panic(**{name: row[name] for name in FIELDS})


def to_row(panic: Panic) -> dict[str, Any]:
    """The columns of the table ``panics``."""
    return {name: getattr(panic, name) for name in FIELDS}


def panic_view(panic: Panic) -> dict[str, Any]:
    """What everybody of the district sees: who by his number, where, since when. The note is for the record."""
    location = None
    if panic.lat is not None and panic.lng is not None:
        location = {"lat": panic.lat, "lng": panic.lng, "accuracy_m": panic.accuracy_m, "crs": "wgs84"}
    return {
        "id": panic.id,
        "district": panic.district,
        "officer": panic.service_number,
        "unit": panic.unit,
        "status": panic.status,
        "version": panic.version,
        "incident": panic.incident_id,
        "raised_at": iso(panic.raised_at),
        "again_at": iso(panic.again_at),
        "location": location,
        "position_at": iso_or_none(panic.position_at),
        "withdrawn_at": iso_or_none(panic.withdrawn_at),
        "cleared_at": iso_or_none(panic.cleared_at),
        "cleared_by": panic.cleared_by,
    }
