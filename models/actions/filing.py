"""An incident that is about no car of the register begins: an accident, an offence that was verified, a hazard.

What it begins as is the rules' word (priority, time, ladder); with it are written its event, its deadlines, the place
of whoever reported it, and, if it is the officers' at once, their offers. Leaves to others: who may report it and what
else stands in its own tables (``accidents``, ``reports``, ``hazards``), written in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from models.actions import consequences, deciding, ladder, response_time
from models.actions.incident_change import IncidentChange
from models.actions.zoning import columns_of, zone_at
from models.duty.zones import Zone
from models.errors import InvalidField
from models.geography import Location
from models.incident.decide import hand_over
from models.incident.happened import Happened
from models.incident.incident import Incident, Kind
from models.incident.kinds import REASONS
from models.store import Change

LONGEST_PLACE = 120  # characters


@dataclass(frozen=True, slots=True)
class About:
    """``district``: where it happened, found by the caller. ``location``: WGS-84. ``place``: in words, as printed.

    ``officers``: it is theirs from its first instant, without any form.
    """

    kind: Kind
    reason: str
    district: str
    location: Location | None
    place: str | None = None
    officers: bool = False
    plate_masked: str | None = None


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who brings it up: hashes of the device and the address (16 bytes), and words of his, which are sealed.

    ``role``: ``requester``, or ``party`` of an accident. ``token`` is told only to him.
    """

    token: str = field(repr=False)
    role: str = "requester"
    device: bytes | None = None
    address: bytes | None = None
    message: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Begun:
    """``changing`` is not saved yet, so that more may happen in it. ``participant``: the reporter's place, if any."""

    changing: IncidentChange
    participant: str | None


async def begin(
    change: Change, about: About, reporter: Reporter | None, *, actor: str | None = None
) -> Begun:
    """Begins it at ``change.at``; the caller saves it. ``actor``: who, where there is no reporter.

    Raises InvalidField for a reason that its kind does not have, and for a place that is too long.
    """
    if about.reason not in REASONS[about.kind]:
        raise InvalidField(field="reason", why="unknown")
    if about.place is not None and len(about.place) > LONGEST_PLACE:
        raise InvalidField(field="place", why="too_long", limit=LONGEST_PLACE)
    meaning = deciding.meaning(change.store, about.district, about.kind, about.reason, change.at)
    seconds, response = response_time.by_table(change, about.district, about.kind, about.reason)
    zone = await zone_at(change, about.district, about.location)
    incident = _first(change, about, zone, meaning.result["priority"], seconds)
    participant = None if reporter is None else change.store.ids.row()
    changing = IncidentChange(change, None, incident, actor or f"{_role(reporter)}:{participant}")
    changing.happen(Happened("reported", incident))
    for decision in (meaning, response):
        deciding.keep(change, incident.id, incident.district, decision)
    changing.set_deadline("respond", incident.respond_by)
    await ladder.put_up(changing)
    if reporter is not None and participant is not None:
        _place(changing, reporter, participant)
    if about.officers:
        changing.happen(hand_over(incident, change.at), actor="system")
        await consequences.follow(changing)
    return Begun(changing, participant)


def _first(change: Change, about: About, zone: Zone | None, priority: int, seconds: int) -> Incident:
    where = about.location
    return Incident(
        id=change.store.ids.new(),
        kind=about.kind,
        status="waiting",
        outcome=None,
        district=about.district,
        version=1,
        feed_offset=1,
        reason=about.reason,
        priority=priority,
        escalation=0,
        sticker_id=None,
        vehicle_id=None,
        plate_masked=about.plate_masked,
        place=about.place,
        lat=None if where is None else where.lat,
        lng=None if where is None else where.lng,
        accuracy_m=None if where is None else where.accuracy_m,
        response_seconds=seconds,
        promise_minutes="",
        requested_at=change.at,
        respond_by=change.at + timedelta(seconds=seconds),
        **columns_of(zone),
    )


def _role(reporter: Reporter | None) -> str:
    return "system" if reporter is None else reporter.role


def _place(changing: IncidentChange, reporter: Reporter, participant: str) -> None:
    consequences.joined(
        changing,
        token=reporter.token,
        person=consequences.person_of(changing.change, reporter, participant),
        role=reporter.role,
    )
