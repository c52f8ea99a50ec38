"""Vehicles to look out for: set, cleared, and asked about when the rules decide. Each on the record.

Plates are kept as blind indexes. Leaves to others: lists that come as files, and who is told of a vehicle.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models import plates
from models.access.rights import may
from models.actions import audit, watch_hits
from models.actions.idempotency import Keeping
from models.actions.plate_index import indexes_of, value_of
from models.actions.reasoned import given_reason
from models.caller import Officer, System
from models.errors import Conflict, Forbidden, InvalidField, NotFound
from models.rules.definitions import WATCHED
from models.store import Change, Store
from models.tables import districts, vehicles, watch_flags
from models.watching.lines import Line

LONGEST_SOURCE = 120  # characters


@dataclass(frozen=True, slots=True)
class Watch:
    """``scope``: a district, or a city for all of its districts. ``dated``: the date that goes with the kind (when a

    yellow label ended, an inspection was due). From ``begins_at`` (None: now) until ``ends_at`` (None: it is cleared).
    """

    plate: str
    kind: str
    scope: str
    source: str
    plate_class: str | None = None
    dated: date | None = None
    begins_at: datetime | None = None
    ends_at: datetime | None = None


async def put(store: Store, by: Officer, watch: Watch, *, then: Keeping[str] | None = None) -> str:
    """Looks out for a vehicle from now on; its flag's id. Raises InvalidField, Forbidden, Conflict (it stands already).

    For commanders and administrators of the district, or of all of the city's.
    """
    plate = _checked(watch)
    async with store.change() as change:
        await check_scope(change.connection, by, watch.scope)
        begins_at = watch.begins_at or change.at
        if watch.ends_at is not None and watch.ends_at <= begins_at:
            raise InvalidField(field="ends_at", why="out_of_range")
        indexes = indexes_of(store, plate.number, plate.plate_class)
        standing = select(watch_flags.c.id).where(
            watch_flags.c.plate_index.in_(indexes),
            watch_flags.c.kind == watch.kind,
            watch_flags.c.scope == watch.scope,
            watch_flags.c.cleared_at.is_(None),
        )
        if (await change.connection.execute(standing)).first() is not None:
            raise Conflict(why="watched")
        flag_id = store.ids.new()
        values = {
            "id": flag_id,
            "plate_index": indexes[0],
            "plate_sealed": sealed_plate(store, flag_id, plate),
            "plate_masked": plates.mask(plate.number),
            "kind": watch.kind,
            "dated": None if watch.dated is None else watch.dated.isoformat(),
            "begins_at": begins_at,
            "ends_at": watch.ends_at,
            "scope": watch.scope,
            "source": watch.source.strip(),
            "set_by": by.subject,
            "set_at": change.at,
        }
        await change.connection.execute(insert(watch_flags).values(values))
        await audit.record(change, by, "watch", f"watch_flag:{flag_id}", reason=watch.source.strip())
        if begins_at <= change.at:
            line = Line(1, plate, watch.kind, watch.dated)
            await watch_hits.of_new_flags(change, watch.scope, {(indexes[0], watch.kind): line})
        if then is not None:
            await then(change, flag_id)
    return flag_id


async def clear(
    store: Store, by: Officer, flag_id: str, *, reason: str, then: Keeping[str] | None = None
) -> None:
    """Looks out for it no more. Raises NotFound, Forbidden, InvalidField, Conflict (it was cleared already)."""
    reason = given_reason(reason)
    async with store.change() as change:
        query = select(watch_flags).where(watch_flags.c.id == flag_id).with_for_update()
        row = (await change.connection.execute(query)).first()
        if row is None:
            raise NotFound
        await check_scope(change.connection, by, row.scope)
        if row.cleared_at is not None:
            raise Conflict(why="not_watched")
        await change.connection.execute(
            update(watch_flags)
            .where(watch_flags.c.id == flag_id)
            .values(cleared_by=by.subject, cleared_at=change.at, cleared_reason=reason)
        )
        await audit.record(change, by, "unwatch", f"watch_flag:{flag_id}", reason=reason)
        if then is not None:
            await then(change, flag_id)


def sealed_plate(store: Store, flag_id: str, plate: plates.Plate) -> bytes:
    """Of what its index is made, so that it can be made anew under another key."""
    return store.vault.seal("watch_flags.plate_sealed", flag_id, value_of(plate.number, plate.plate_class))


async def of_vehicle(change: Change, vehicle_id: str | None, district: str, at: datetime) -> set[str]:
    """The kinds for which a vehicle was looked out for in ``district`` at the instant ``at``."""
    query = select(vehicles.c.plate, vehicles.c.plate_class).where(vehicles.c.id == vehicle_id)
    vehicle = (await change.connection.execute(query)).first()
    if vehicle is None:
        return set()
    city = select(districts.c.city_code).where(districts.c.code == district).scalar_subquery()
    found = select(watch_flags.c.kind).where(
        watch_flags.c.plate_index.in_(indexes_of(change.store, vehicle.plate, vehicle.plate_class)),
        or_(watch_flags.c.scope == district, watch_flags.c.scope == city),
        watch_flags.c.begins_at <= at,
        or_(watch_flags.c.ends_at.is_(None), watch_flags.c.ends_at > at),
        or_(watch_flags.c.cleared_at.is_(None), watch_flags.c.cleared_at > at),
    )
    return set((await change.connection.execute(found)).scalars())


def _checked(watch: Watch) -> plates.Plate:
    if watch.kind not in WATCHED:
        raise InvalidField(field="kind", why="unknown")
    source = watch.source.strip()
    if not source:
        raise InvalidField(field="source", why="required")
    if len(source) > LONGEST_SOURCE:
        raise InvalidField(field="source", why="too_long", limit=LONGEST_SOURCE)
    try:
        return plates.parse(watch.plate, watch.plate_class)
    except plates.PlateError as refused:
        where = "plate_class" if refused.why == "unknown_class" else "plate"
        raise InvalidField(field=where, why=refused.why) from None


async def check_scope(connection: AsyncConnection, by: Officer | System, scope: str) -> None:
    """Raises InvalidField for a place that is none, Forbidden unless all of it is ``by``'s."""
    query = select(districts.c.code).where(or_(districts.c.code == scope, districts.c.city_code == scope))
    codes = set((await connection.execute(query)).scalars())
    if not codes:
        raise InvalidField(field="scope", why="unknown")
    if isinstance(by, Officer) and not (may(by.role, "watch_vehicle") and codes <= by.districts):
        raise Forbidden
