"""Shapes that several resources share: places as they come in, incidents as they go out.

What goes out is built by `models` and written as it is; these shapes describe it in the OpenAPI document, and
a test compares them with real answers.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from models.actions.reasoned import LONGEST_REASON
from models.geography import Location, parse_location
from web.endpoint import Shape

# Required; and where it may be left out, or be empty.
Reason = Annotated[str, Meta(min_length=1, max_length=LONGEST_REASON)]
MaybeReason = Annotated[str, Meta(max_length=LONGEST_REASON)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Metres = Annotated[float, Meta(ge=0, le=100_000)]


class Place(Shape):
    """Degrees in ``crs`` (wgs84 unless said otherwise); ``accuracy_m`` in metres."""

    lat: Latitude
    lng: Longitude
    accuracy_m: Metres | None = None
    crs: Literal["wgs84", "gcj02"] = "wgs84"

    def location(self, field: str) -> Location:
        """In WGS-84. Raises InvalidField for a place that is none."""
        return parse_location(
            {"lat": self.lat, "lng": self.lng, "accuracy_m": self.accuracy_m, "crs": self.crs}, field
        )


class PlaceView(Shape):
    lat: float
    lng: float
    accuracy_m: float | None
    crs: str


class SupporterView(Shape):
    """A unit that supports the officer who has it: since when, and when it was at the place."""

    officer: str
    unit: str
    since: str
    to_confirm: bool
    arrived_at: str | None


class IncidentZone(Shape):
    """The zone in which an incident lay when it was filed, as it was called then."""

    code: str
    name: str
    name_en: str


class IncidentView(Shape):
    """The feed view; ``officer``, ``priority``, ``escalation``, ``zone`` and backup for staff and walls only.

    ``merged_into``: the incident that goes on for this duplicate. ``to_confirm``: its officer was sent and has not said
    yet that he goes.
    """

    id: str
    kind: str
    status: str
    outcome: str | None
    district: str
    version: int
    reason: str
    plate: str | None
    place: str | None
    location: PlaceView | None
    response_seconds: int
    requested_at: str
    respond_by: str
    answered_at: str | None
    reply: str | None
    promised_by: str | None
    deferred: bool
    handed_over_at: str | None
    accepted_at: str | None
    arrived_at: str | None
    moved_at: str | None
    breached_at: str | None
    closed_at: str | None
    nobody_on_duty: bool
    unit: str | None
    requesters: int
    photos: int
    call: str
    merged_into: str | None
    officer: str | UnsetType | None = UNSET
    priority: int | UnsetType = UNSET
    escalation: int | UnsetType = UNSET
    to_confirm: bool | UnsetType = UNSET
    backup_at: str | UnsetType | None = UNSET
    backup_wanted: int | UnsetType = UNSET
    supporting: list[SupporterView] | UnsetType = UNSET
    zone: IncidentZone | UnsetType | None = UNSET


class OfferView(Shape):
    """Who was asked or sent, why he, and the three facts: when his phone had it, when he saw it, when he took it."""

    id: str
    officer: str
    unit: str
    kind: str
    status: str
    why: dict[str, Any] | None
    offered_at: str
    ack_by: str
    received_at: str | None
    seen_at: str | None
    accepted_at: str | None
    decided_at: str | None
    reason: str | None


class UnitResponse(Shape):
    officer: str | None
    dispatched_at: str
    en_route_at: str | None
    on_scene_at: str | None
    clear_at: str | None


class ResponseView(Shape):
    """The response figures in seconds, None where an instant was not recorded; how each is defined says docs/api.md."""

    queue: float | None
    turnout: float | None
    travel: float | None
    response: float | None
    on_scene: float | None
    consumed: float | None
    total: float | None
    self_initiated: bool
    cancelled_before_dispatch: bool
    units: list[UnitResponse]


class PanicView(Shape):
    """An officer's alarm. ``incident``: what he had in hand; ``position_at``: how old ``location`` is."""

    id: str
    district: str
    officer: str
    unit: str
    status: str
    version: int
    incident: str | None
    raised_at: str
    again_at: str
    location: PlaceView | None
    position_at: str | None
    withdrawn_at: str | None
    cleared_at: str | None
    cleared_by: str | None


class OnePanic(Shape):
    panic: PanicView


class HazardFacts(Shape):
    """Which body has a hazard to mend; until when followers may say that it is still there, once it is closed."""

    body: str
    agency: str | None
    agency_en: str | None
    reopen_until: str | None


class NoticeView(Shape, kw_only=True):
    """One message to a contact of the owner (``contact``: 1 is told first) on one channel, and what came of it.

    ``status``: queued, sent, delivered, seen, answered, failed, unknown, cancelled; ``at``: when it became so, or when
    it is due. ``failure`` is our word, ``code`` the provider's.
    """

    kind: str
    channel: str
    contact: int
    status: str
    at: str
    sent_at: str | None
    delivered_at: str | None
    seen_at: str | None
    answered_at: str | None
    due_at: str
    step: int | UnsetType = UNSET
    attempts: int | UnsetType = UNSET
    failure: str | UnsetType | None = UNSET
    code: str | UnsetType | None = UNSET


class PulledIncident(IncidentView, kw_only=True):
    """The incident in full, for this caller; ``offset`` and ``epoch`` are its place in ``incident:<id>``.

    ``photos`` are the photos themselves; a wall, which may not see them, gets their number.
    """

    now: str
    offset: int
    epoch: str
    timeline: list[dict[str, Any]]
    photos: list[dict[str, Any]] | int  # type: ignore[assignment]
    messages: list[dict[str, Any]] | UnsetType = UNSET
    notices: list[NoticeView] | UnsetType = UNSET
    you: dict[str, Any] | UnsetType = UNSET
    hazard: HazardFacts | UnsetType = UNSET
    plate_full: str | UnsetType | None = UNSET
    watch: list[dict[str, Any]] | UnsetType = UNSET
    caution: bool | UnsetType = UNSET
    decisions: list[dict[str, Any]] | UnsetType = UNSET
    disposition: dict[str, Any] | UnsetType | None = UNSET
    offers: list[OfferView] | UnsetType = UNSET
    response: ResponseView | UnsetType = UNSET


class OneIncident(Shape):
    incident: IncidentView


class OnePulledIncident(Shape):
    incident: PulledIncident


class ShareView(Shape):
    """``count`` of ``n``; no ``share`` where ``n`` is 0."""

    count: int
    n: int
    share: float | None
