"""One incident as a caller may see it: the facts, what happened, and where its channel stands."""

from __future__ import annotations

import json

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.access.rights import fields, fields_of_holder, fields_with_reason, role_of
from models.actions import hazard_contacts, looks
from models.caller import Caller, Officer, Participant, Wall
from models.clock import iso, iso_or_none
from models.errors import Forbidden, NotFound
from models.feed.append import epoch_of
from models.incident.incident import Incident, from_row
from models.incident.views import View, district_view, view_for
from models.queries.decisions import decisions_of, disposition_of
from models.queries.desk import offers_of
from models.queries.hazards import facts as hazard_facts
from models.queries.response import response_of
from models.queries.told import told
from models.queries.watched import watched
from models.store import Store
from models.tables import events, incidents, participants, photos, pictures, vehicles

# For which look the reason for a field is given (`models.actions.looks`).
_LOOKS = {"plate_full": "plate"}


async def incident_for(store: Store, incident_id: str, caller: Caller) -> View:
    """The incident in full, as far as the table of who may what lets ``caller`` see it. Raises NotFound, Forbidden.

    Participants see their own incident, staff and walls those of their districts. What is not permitted is not read.
    """
    role = role_of(caller)
    async with store.database.read() as connection:
        incident = await _incident(connection, incident_id)
        if isinstance(caller, Participant) and incident.merged_into == caller.incident_id:
            # What he asked for goes on under another address; the old one leads there.
            incident_id = caller.incident_id
            incident = await _incident(connection, incident_id)
        _check(incident, caller)
        seen = await _seen(connection, incident, caller)
        view = view_for(district_view(incident, store.texts.call(incident.district)), role)
        view["now"] = iso(store.clock.now())
        view["offset"], view["epoch"] = incident.feed_offset, await epoch_of(connection)
        view["timeline"] = await _timeline(connection, incident_id, fields(role, "Told"))
        if "messages" in seen:
            view["messages"] = await _messages(store, connection, incident_id)
        if "photos" in seen:
            view["photos"] = await _photos(connection, incident_id)
        if "notices" in seen:
            view["notices"] = await told(connection, incident_id, fields(role, "NoticeView"))
        if "you" in seen and isinstance(caller, Participant):
            view["you"] = await _you(store, connection, caller, incident)
        if "hazard" in seen and incident.kind == "hazard":
            view["hazard"] = await hazard_facts(connection, incident_id)
        if "plate_full" in seen:
            view["plate_full"] = await _plate(connection, incident)
        if {"watch", "caution"} & seen:
            found = await watched(store, connection, incident)
            # Nothing against it is nothing to be told.
            if found and "watch" in seen:
                view["watch"] = found
            if found and "caution" in seen:
                view["caution"] = True
        if "decisions" in seen:
            view["decisions"] = await decisions_of(connection, incident)
            view["disposition"] = disposition_of(view["decisions"])
        if "response" in seen:
            view["response"] = await response_of(connection, incident_id)
        if "offers" in seen:
            view["offers"] = (await offers_of(connection, [incident_id])).get(incident_id, [])
        return view


async def _seen(connection: AsyncConnection, incident: Incident, caller: Caller) -> frozenset[str]:
    role = role_of(caller)
    seen = fields(role, "PulledIncident")
    if not isinstance(caller, Officer):
        return seen
    if incident.officer_id == caller.id:
        seen |= fields_of_holder(role, "PulledIncident")
    after_reason = fields_with_reason(role, "PulledIncident")
    if after_reason:
        given = await looks.reasons_given(connection, caller, incident.id)
        seen |= {field for field in after_reason if _LOOKS[field] in given}
    return seen


async def _incident(connection: AsyncConnection, incident_id: str) -> Incident:
    query = select(incidents).where(incidents.c.id == incident_id)
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise NotFound
    return from_row(row)


def _check(incident: Incident, caller: Caller) -> None:
    if isinstance(caller, Participant):
        if caller.incident_id != incident.id:
            raise Forbidden
    elif not isinstance(caller, Officer | Wall) or incident.district not in caller.districts:
        raise Forbidden


async def _timeline(connection: AsyncConnection, incident_id: str, told: frozenset[str]) -> list[View]:
    query = (
        select(events.c.name, events.c.at, events.c.actor, events.c.detail)
        .where(events.c.incident_id == incident_id)
        .order_by(events.c.incident_offset)
    )
    return [
        {
            "event": row.name,
            "at": iso(row.at),
            "by": _role(row.actor),
            "detail": {name: value for name, value in json.loads(row.detail).items() if name in told},
        }
        for row in await connection.execute(query)
    ]


def _role(actor: str) -> str:
    role = actor.partition(":")[0]
    return "officer" if role in {"police", "auxiliary"} else role


async def _messages(store: Store, connection: AsyncConnection, incident_id: str) -> list[View]:
    query = (
        select(participants.c.id, participants.c.message_sealed, participants.c.joined_at)
        .where(participants.c.incident_id == incident_id, participants.c.message_sealed.is_not(None))
        .order_by(participants.c.joined_at)
    )
    return [
        {
            "text": store.vault.open("participants.message_sealed", row.id, row.message_sealed),
            "at": iso(row.joined_at),
        }
        for row in await connection.execute(query)
    ]


def url_of(photo: str, picture: str | None) -> str:
    """Where a photo is seen; one that came as an upload by what its viewer may see of it."""
    return f"/api/v1/photos/{photo}" if picture is None else f"/api/v1/pictures/{picture}"


async def _photos(connection: AsyncConnection, incident_id: str) -> list[View]:
    query = (
        select(photos, pictures.c.id.label("picture"))
        .outerjoin(pictures, and_(pictures.c.upload_id == photos.c.id, pictures.c.position == 0))
        .where(photos.c.incident_id == incident_id)
        .order_by(photos.c.uploaded_at, photos.c.id)
    )
    return [
        {
            "id": row.id,
            "url": url_of(row.id, row.picture),
            "width": row.width,
            "height": row.height,
            "at": iso(row.uploaded_at),
        }
        for row in await connection.execute(query)
    ]


async def _you(store: Store, connection: AsyncConnection, caller: Participant, incident: Incident) -> View:
    query = select(participants).where(participants.c.id == caller.id)
    row = (await connection.execute(query)).one()
    # What he may promise is of use to the owner only.
    own: View = {"minutes": list(incident.promises)} if row.role == "owner" else {}
    if incident.kind == "hazard":
        own = {"told": await hazard_contacts.masked(store, connection, caller.id)}
    return own | {"role": row.role, "withdrawn_at": iso_or_none(row.withdrawn_at), "stars": row.stars}


async def _plate(connection: AsyncConnection, incident: Incident) -> str | None:
    query = select(vehicles.c.plate).where(vehicles.c.id == incident.vehicle_id)
    plate: str | None = (await connection.execute(query)).scalar_one_or_none()
    return plate
