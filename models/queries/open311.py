"""Hazards as Open311 tells them: open or closed, when, where, who has it, and the first photo's covered copy. No

reporter's words, and no photo as it was sent: it shows plates and faces.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from models.actions.sight import shown_to_all
from models.clock import BEIJING
from models.incident.incident import from_row
from models.store import Store
from models.tables import agencies, districts, events, hazards, incidents, participants, photos, pictures
from models.texts.sentences import Language

MOST = 1_000  # requests in one answer
SPAN = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Filter:
    """``ids`` goes before all others. ``since`` and ``until`` are about when it was reported."""

    city: str
    ids: Sequence[str] = ()
    services: Sequence[str] = ()
    statuses: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None


async def requests(
    store: Store, wanted: Filter, language: Language, link: Callable[[str], str]
) -> list[dict[str, Any]]:
    """The newest first, at most a thousand. ``link`` makes an address of a picture's id."""
    shown = (
        select(pictures.c.id)
        .join(photos, photos.c.id == pictures.c.upload_id)
        .where(photos.c.incident_id == incidents.c.id, shown_to_all())
        .order_by(photos.c.uploaded_at, photos.c.id)
        .limit(1)
        .correlate(incidents)
        .scalar_subquery()
    )
    changed = (
        select(func.max(events.c.at, type_=events.c.at.type))
        .where(events.c.incident_id == incidents.c.id)
        .scalar_subquery()
    )
    query = (
        select(
            incidents,
            agencies.c.name.label("agency"),
            agencies.c.name_en.label("agency_en"),
            changed.label("changed"),
            shown.label("picture"),
        )
        .join(hazards, hazards.c.incident_id == incidents.c.id)
        .join(districts, districts.c.code == incidents.c.district)
        .outerjoin(agencies, agencies.c.id == hazards.c.agency_id)
        .where(incidents.c.kind == "hazard", districts.c.city_code == wanted.city)
        .order_by(incidents.c.requested_at.desc(), incidents.c.id)
        .limit(MOST)
    )
    for condition in _conditions(wanted):
        query = query.where(condition)
    async with store.database.read() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return [_told(store, row, language, link) for row in rows]


def _conditions(wanted: Filter) -> list[Any]:
    if wanted.ids:
        return [incidents.c.id.in_(wanted.ids)]
    found: list[Any] = []
    if wanted.services:
        found.append(incidents.c.reason.in_(wanted.services))
    if set(wanted.statuses) == {"open"}:
        found.append(incidents.c.status != "closed")
    if set(wanted.statuses) == {"closed"}:
        found.append(incidents.c.status == "closed")
    if wanted.since is not None:
        found.append(incidents.c.requested_at >= wanted.since)
    if wanted.until is not None:
        found.append(incidents.c.requested_at <= wanted.until)
    return found


def _told(store: Store, row: Any, language: Language, link: Callable[[str], str]) -> dict[str, Any]:
    incident = from_row(row)
    said = store.texts.in_district(incident.district)
    name = said.say(language, f"open311.service.{incident.reason}")
    state = incident.outcome if incident.status == "closed" else incident.reply or incident.status
    note = said.say(language, f"open311.status.{state}")
    expected = incident.promised_by or incident.respond_by
    return {
        "service_request_id": incident.id,
        "status": "closed" if incident.status == "closed" else "open",
        "status_notes": note,
        "service_name": name,
        "service_code": incident.reason,
        "description": name,
        "agency_responsible": row["agency"] if language == "zh" else row["agency_en"],
        "service_notice": None,
        "requested_datetime": time(incident.requested_at),
        "updated_datetime": time(row["changed"] or incident.requested_at),
        "expected_datetime": None if incident.status == "closed" else time(expected),
        "address": incident.place,
        "address_id": incident.district,
        "zipcode": None,
        "lat": incident.lat,
        "long": incident.lng,
        "media_url": row["picture"] and link(row["picture"]),
    }


def time(instant: datetime) -> str:
    """With the zone of the place, to the second."""
    return instant.astimezone(BEIJING).isoformat(timespec="seconds")


async def filed_before(
    store: Store, digest: bytes, reason: str, place: tuple[float | None, float | None, str | None]
) -> str | None:
    """The open hazard that the same key filed of late at exactly this place: a call that was sent again."""
    lat, lng, words = place
    query = (
        select(incidents.c.id)
        .join(participants, participants.c.incident_id == incidents.c.id)
        .where(
            participants.c.device == digest,
            participants.c.joined_at >= store.clock.now() - timedelta(minutes=10),
            incidents.c.reason == reason,
            incidents.c.status != "closed",
            incidents.c.lat.is_(None) if lat is None else incidents.c.lat == lat,
            incidents.c.lng.is_(None) if lng is None else incidents.c.lng == lng,
            incidents.c.place.is_(None) if words is None else incidents.c.place == words,
        )
        .order_by(participants.c.joined_at.desc())
    )
    async with store.database.read() as connection:
        found: str | None = (await connection.execute(query)).scalars().first()
    return found
