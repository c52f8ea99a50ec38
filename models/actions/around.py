"""What an incident's consequences ask of the world around it: who is on duty, whom it was offered to, whom to tell.

Each question is asked once per transaction, and for all incidents that are changed together if they are made
known before. Everything is read before anything is written, so nothing here is ever out of date.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import overridden
from models.actions.overridden import Instead
from models.facts import padded
from models.flags.flags import Variant
from models.geography import Location
from models.incident.routing import Candidate
from models.prepared import Prepared, keys
from models.tables import (
    contacts,
    incident_variants,
    incidents,
    officer_districts,
    officers,
    ownerships,
    shifts,
    zones,
)
from models.tables import offers as offers_table


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach an owner; ``position`` 1 is told first."""

    id: str
    position: int


class Around:
    """The answers of one transaction, read on its ``connection`` when they are first asked for."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._on_duty: dict[str, list[Candidate]] = {}
        self._commanders: dict[str, list[str]] = {}
        self._offers: dict[str, list[Any]] = {}
        self._contacts: dict[str, list[Contact]] = {}
        self._variants: dict[str, Mapping[str, Variant]] = {}
        self._overridden: dict[str, list[Instead]] = {}

    async def make_known(
        self, incident_ids: Collection[str], vehicle_ids: Collection[str], districts: Collection[str]
    ) -> None:
        """Reads the offers of these incidents and what people decided otherwise of them, the contacts of these

        vehicles' owners and who is on duty in these districts, each in one query.
        """
        await self._read_offers(set(incident_ids) - self._offers.keys())
        await self._read_overridden(set(incident_ids) - self._overridden.keys())
        await self._read_on_duty(set(districts) - self._on_duty.keys())
        await self._read_contacts(set(vehicle_ids) - self._contacts.keys())

    def knows(self, vehicle_id: str, contacts: list[Contact]) -> None:
        """The contacts of a vehicle's owner were read already."""
        self._contacts[vehicle_id] = contacts

    def knows_variants(self, incident_id: str, variants: Mapping[str, Variant]) -> None:
        """Those of an incident that is about to be written."""
        self._variants[incident_id] = variants

    async def variants(self, incident_id: str) -> Mapping[str, Variant]:
        """Under which variant of each flag that was on trial then an incident began."""
        if incident_id not in self._variants:
            query = select(incident_variants.c.flag, incident_variants.c.variant)
            rows = await self._connection.execute(query.where(incident_variants.c.incident_id == incident_id))
            self._variants[incident_id] = {row.flag: row.variant for row in rows}
        return self._variants[incident_id]

    async def offers(self, incident_id: str) -> list[Any]:
        """All offers of an incident, whatever became of them: rows of the table."""
        await self._read_offers({incident_id} - self._offers.keys())
        return self._offers[incident_id]

    async def instead(self, incident_id: str, table: str, part: str = "") -> Instead | None:
        """What a person decided that counts in the place of what ``table`` says of this part of the incident."""
        await self._read_overridden({incident_id} - self._overridden.keys())
        return overridden.newest(self._overridden[incident_id], table, part)

    async def contacts(self, vehicle_id: str | None) -> list[Contact]:
        """The confirmed contacts of a vehicle's present owner, first one first."""
        if vehicle_id is None:
            return []
        await self._read_contacts({vehicle_id} - self._contacts.keys())
        return self._contacts[vehicle_id]

    async def on_duty(self, district: str) -> list[Candidate]:
        """Who is on duty in a district, in no order."""
        await self._read_on_duty({district} - self._on_duty.keys())
        return self._on_duty[district]

    async def commanders(self, district: str) -> list[str]:
        """The ids of a district's commanders, in order."""
        if district not in self._commanders:
            query = (
                select(officers.c.id)
                .join(officer_districts, officer_districts.c.officer_id == officers.c.id)
                .where(officer_districts.c.district == district)
                .where(officers.c.role == "commander", officers.c.active)
                .order_by(officers.c.id)
            )
            self._commanders[district] = list((await self._connection.execute(query)).scalars())
        return self._commanders[district]

    async def _read_offers(self, incident_ids: Collection[str]) -> None:
        if not incident_ids:
            return
        found: dict[str, list[Any]] = {incident_id: [] for incident_id in incident_ids}
        for row in await _OFFERS.rows(self._connection, padded(sorted(found))):
            found[row.incident_id].append(row)
        self._offers |= found

    async def _read_overridden(self, incident_ids: Collection[str]) -> None:
        if incident_ids:
            found = await overridden.counting(self._connection, incident_ids)
            self._overridden |= {name: found.get(name, []) for name in incident_ids}

    async def _read_on_duty(self, districts: Collection[str]) -> None:
        if not districts:
            return
        found: dict[str, list[Candidate]] = {district: [] for district in districts}
        for row in await _ON_DUTY.rows(self._connection, padded(sorted(found))):
            found[row.district].append(_candidate(row))
        self._on_duty |= found

    async def _read_contacts(self, vehicle_ids: Collection[str]) -> None:
        if vehicle_ids:
            found = await contacts_by_vehicle(self._connection, sorted(vehicle_ids))
            self._contacts |= {vehicle_id: found.get(vehicle_id, []) for vehicle_id in vehicle_ids}


_OFFERS = Prepared(select(offers_table).where(offers_table.c.incident_id.in_(keys())))
_IN_HAND = (
    select(func.count())
    .where(incidents.c.officer_id == officers.c.id, incidents.c.status.in_(("accepted", "on_scene")))
    .scalar_subquery()
)
_WAITING = (
    select(func.count())
    .where(
        offers_table.c.officer_id == officers.c.id,
        offers_table.c.status.in_(("pending", "received", "seen")),
    )
    .scalar_subquery()
)
_ASKED_AT = (
    select(func.max(offers_table.c.offered_at))
    .where(offers_table.c.officer_id == officers.c.id, offers_table.c.offered_at >= shifts.c.started_at)
    .correlate(officers, shifts)
    .scalar_subquery()
)
_ON_DUTY = Prepared(
    select(
        officers.c.id,
        officers.c.service_number,
        officers.c.role,
        _IN_HAND.label("in_hand"),
        _WAITING.label("waiting"),
        _ASKED_AT.label("asked_at"),
        zones.c.code.label("zone"),
        shifts.c.vehicle,
        shifts.c.status,
        shifts.c.district,
        shifts.c.lat,
        shifts.c.lng,
        shifts.c.accuracy_m,
        shifts.c.position_at,
    )
    .join(shifts, and_(shifts.c.officer_id == officers.c.id, shifts.c.ended_at.is_(None)))
    .outerjoin(zones, zones.c.id == shifts.c.zone_id)
    .where(shifts.c.district.in_(keys()), officers.c.active)
)
_CONTACTS = Prepared(
    select(contacts.c.id, contacts.c.position, ownerships.c.vehicle_id)
    .join(ownerships, ownerships.c.owner_id == contacts.c.owner_id)
    .where(ownerships.c.vehicle_id.in_(keys()), ownerships.c.ended_at.is_(None))
    .where(contacts.c.verified_at.is_not(None))
    .order_by(contacts.c.position)
)


async def contacts_by_vehicle(
    connection: AsyncConnection, vehicle_ids: Sequence[str]
) -> dict[str, list[Contact]]:
    """A fact: the confirmed contacts of each vehicle's present owner, first one first."""
    found: dict[str, list[Contact]] = {}
    for row in await _CONTACTS.rows(connection, padded(vehicle_ids)):
        found.setdefault(row.vehicle_id, []).append(Contact(row.id, row.position))
    return found


def _candidate(row: Any) -> Candidate:
    position = None
    if row.lat is not None and row.lng is not None:
        position = Location(lat=row.lat, lng=row.lng, accuracy_m=row.accuracy_m)
    return Candidate(
        officer_id=row.id,
        service_number=row.service_number,
        role=row.role,
        busy=row.in_hand > 0,
        position=position,
        position_at=row.position_at,
        status=row.status,
        zone=row.zone,
        load=row.in_hand + row.waiting,
        asked_at=row.asked_at,
        vehicle=row.vehicle,
    )
