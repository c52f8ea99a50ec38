"""What is shown of an incident, and to whom: allow-lists, so that what is not permitted is absent.

A feed carries only what the street shows. One publication serves every subscriber of a channel, so a view
is always that of its least privileged reader, as the table of who may what has it (`models.access`).
"""

from __future__ import annotations

from typing import Any

from models.access.rights import Role, fields, published
from models.clock import iso, iso_or_none
from models.incident.incident import Incident
from models.incident.support import Supporter, supporters

View = dict[str, Any]

# What the officers and walls of a district see, and what everybody who may follow an incident does.
DISTRICT_FIELDS = published("district", "IncidentView")
PUBLIC_FIELDS = published("incident", "IncidentView")


def _everything(incident: Incident, call: str) -> View:
    return {
        "id": incident.id,
        "kind": incident.kind,
        "status": incident.status,
        "outcome": incident.outcome,
        "district": incident.district,
        "version": incident.version,
        "reason": incident.reason,
        "priority": incident.priority,
        "escalation": incident.escalation,
        "plate": incident.plate_masked,
        "place": incident.place,
        "location": location_view(incident),
        "zone": zone_view(incident),
        "response_seconds": incident.response_seconds,
        "requested_at": iso(incident.requested_at),
        "respond_by": iso(incident.respond_by),
        "answered_at": iso_or_none(incident.answered_at),
        "reply": incident.reply,
        "promised_by": iso_or_none(incident.promised_by),
        "deferred": incident.deferred,
        "handed_over_at": iso_or_none(incident.handed_over_at),
        "accepted_at": iso_or_none(incident.accepted_at),
        "arrived_at": iso_or_none(incident.arrived_at),
        "moved_at": iso_or_none(incident.moved_at),
        "breached_at": iso_or_none(incident.breached_at),
        "closed_at": iso_or_none(incident.closed_at),
        "nobody_on_duty": incident.nobody_on_duty,
        "officer": incident.officer_number,
        "unit": incident.unit,
        "requesters": incident.requesters,
        "photos": incident.photos,
        "call": call,
        "to_confirm": incident.to_confirm,
        "merged_into": incident.merged_into,
        "backup_at": iso_or_none(incident.backup_at),
        "backup_wanted": incident.backup_wanted,
        "supporting": [_supporter_view(one) for one in supporters(incident)],
    }


def _supporter_view(one: Supporter) -> View:
    return {
        "officer": one.officer,
        "unit": one.unit,
        "since": iso(one.since),
        "to_confirm": one.to_confirm,
        "arrived_at": iso_or_none(one.arrived_at),
    }


def location_view(incident: Incident) -> View | None:
    """Where the car stands, in WGS-84 degrees and metres; None when the requester kept it to himself."""
    if incident.lat is None or incident.lng is None:
        return None
    return {
        "lat": incident.lat,
        "lng": incident.lng,
        "accuracy_m": incident.accuracy_m,
        "crs": "wgs84",
    }


def zone_view(incident: Incident) -> View | None:
    """The zone in which it lay when it was filed; None where no zone's border says so."""
    if incident.zone is None:
        return None
    return {"code": incident.zone, "name": incident.zone_name, "name_en": incident.zone_name_en}


def district_view(incident: Incident, call: str) -> View:
    """The view of the channel ``district:<code>``. ``call``: the number to call there, which is the city's to say."""
    return {name: value for name, value in _everything(incident, call).items() if name in DISTRICT_FIELDS}


def view_for(district: View, role: Role | None) -> View:
    """What ``role`` sees of an incident, made of the district's view."""
    seen = fields(role, "IncidentView")
    return {name: value for name, value in district.items() if name in seen}


def public_view(district: View) -> View:
    """The view of the channel ``incident:<id>``, made of the district's."""
    return {name: value for name, value in district.items() if name in PUBLIC_FIELDS}
