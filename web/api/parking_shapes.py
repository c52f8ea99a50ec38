"""Shapes of parking records, as they come in and go out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from models.rules.definitions import GROUNDS
from web.api.shapes import MaybeReason, PlaceView, Reason
from web.endpoint import Shape

CaptureId = Annotated[str, Meta(min_length=26, max_length=26)]


class NewParkingRecord(Shape):
    """``capture``: the photo's id. ``grounds``: what was seen. ``plate_class`` only where the officer names it."""

    capture: CaptureId
    plate: Annotated[str, Meta(min_length=1, max_length=20)]
    grounds: Annotated[str, Meta(max_length=20)] = GROUNDS[0]
    plate_class: Annotated[str, Meta(max_length=16)] | None = None
    place: Annotated[str, Meta(max_length=120)] | None = None


class FiledView(Shape):
    """``joined``: the car was on record for this stay already. ``told``: how many of its owner's phones are told."""

    id: str
    state: str
    joined: bool
    told: int
    respond_by: str | None


class OneFiled(Shape):
    filed: FiledView


class Ending(Shape):
    """``left``: a photo shows it, or the owner has answered so. ``stays``: the time is up and the car is there."""

    how: Literal["left", "stays"]
    capture: CaptureId | None = None


class Countersigning(Shape):
    approve: bool
    reason: MaybeReason | None = None


class Withdrawing(Shape):
    reason: MaybeReason


class EndedView(Shape):
    id: str
    state: str


class OneEnded(Shape):
    record: EndedView


class RecordPhoto(Shape):
    """``kind``: first, again, left, stays."""

    capture: str
    kind: str
    officer: str
    at: str
    sha256: str
    url: str


class RecordView(Shape):
    """``state``: waits, returned, noticed, left, none, warning, penalty (a draft of one), withdrawn."""

    id: str
    state: str
    district: str
    zone: str | None
    place: str | None
    location: PlaceView | None
    plate: str
    plate_class: str
    grounds: str
    offence: int | None
    incident: str | None
    respond_by: str | None
    reply: str | None
    captured_at: str
    filed_at: str
    effective_at: str | None
    ended_at: str | None
    author: str
    unit: str
    mine: bool
    countersigned: str | None
    returned_reason: str | None
    withdrawn_reason: str | None
    waits: bool
    notices: int
    code: str
    photos: list[RecordPhoto]
    exported_at: str | None
    plate_full: str | UnsetType = UNSET


class OneRecord(Shape):
    record: RecordView


class Records(Shape):
    records: list[RecordView]


class FilingSeconds(Shape):
    median: float | None
    p90: float | None
    n: int


class ParkingFigures(Shape):
    district: str
    since: str
    until: str
    records: int
    left: int
    warning: int
    penalty_drafts: int
    withdrawn: int
    filing_seconds: FilingSeconds


class NewExport(Shape):
    """What ended in ``since <= ended < until``; ``reason`` for the audit."""

    district: Annotated[str, Meta(min_length=1, max_length=12)]
    since: datetime
    until: datetime
    reason: Reason


class ExportTaken(Shape):
    """``drafts``: how many it told of that no later one told of again."""

    id: str
    at: str
    drafts: int
    csv: str
    json: str


class Exports(Shape):
    """``drafts`` and ``withdrawn``: what an export of the period would tell the register."""

    drafts: int
    withdrawn: int
    exports: list[ExportTaken]


class ExportView(Shape):
    """``drafts`` as docs/records.md describes them; ``csv`` and ``json``: where it is had again."""

    id: str
    csv: str
    json: str
    more: bool
    drafts: list[dict[str, Any]]


class OneExport(Shape):
    export: ExportView
