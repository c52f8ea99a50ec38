"""Recording what has no motor: electric bicycles with a plate of the city's or none, bicycles, tricycles.

One without any plate gets a number of ours to be spoken of by (``无牌`` and six signs), and is found by the number on
its frame, by its sticker, or by what it looks like. Never by who rides it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update

from models import plates
from models.actions import audit, ownership
from models.actions.idempotency import Keeping
from models.actions.incident_change import until_saved
from models.actions.plate_searches import frame_number
from models.actions.rows import insert_if_absent
from models.caller import Officer
from models.errors import Forbidden, InvalidField
from models.plates import E_BIKE, NO_CLASS, Plate
from models.queries import local_forms
from models.store import Change, Store
from models.tables import non_motor, vehicles

KINDS = ("ebike", "bicycle", "tricycle", "other")
WITHOUT_PLATE = "无牌"
LONGEST_DESCRIPTION = 120  # characters
LONGEST_COLOUR = 12


@dataclass(frozen=True, slots=True)
class NonMotor:
    """``plate`` as it stands on it, if any; ``frame`` as it is stamped, if it can be read."""

    district: str
    kind: str
    plate: str | None = None
    frame: str | None = field(default=None, repr=False)
    colour: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """``number``: its plate, or the number it is spoken of by. ``known``: it was recorded before, and is brought up

    to date.
    """

    vehicle: str
    number: str
    plate_class: str
    known: bool


Then = Keeping[Recorded]


async def record(store: Store, officer: Officer, seen: NonMotor, *, then: Then | None = None) -> Recorded:
    """Found again by its frame or plate, else written. Raises InvalidField, Forbidden (another's district)."""
    frame = None if seen.frame is None else frame_number(seen.frame)
    _check(seen)
    if seen.district not in officer.districts:
        raise Forbidden(field="district")

    async def attempt() -> Recorded:
        async with store.change() as change:
            done = await _record(change, officer, seen, frame)
            await audit.record(change, officer, "record_non_motor", f"vehicle:{done.vehicle}")
            if then is not None:
                await then(change, done)
            return done

    return await until_saved(attempt)


def _check(seen: NonMotor) -> None:
    if seen.kind not in KINDS:
        raise InvalidField(field="kind", why="unknown")
    if not (seen.plate or seen.frame or (seen.description or "").strip()):
        raise InvalidField(field="description", why="required")
    for name, longest in (("description", LONGEST_DESCRIPTION), ("colour", LONGEST_COLOUR)):
        if len(getattr(seen, name) or "") > longest:
            raise InvalidField(field=name, why="too_long", limit=longest)


async def _record(change: Change, officer: Officer, seen: NonMotor, frame: str | None) -> Recorded:
    indexes = () if frame is None else change.store.vault.indexes("non_motor.frame", frame)
    plate = None if not seen.plate else await _plate(change, seen)
    vehicle_id = await _by_frame(change, indexes) if indexes else None
    if vehicle_id is None:
        plate = plate or Plate(WITHOUT_PLATE + change.store.ids.new()[:6].upper(), NO_CLASS)
        vehicle_id = await ownership.vehicle(change, plate.number, plate.plate_class)
    sealed = None
    if frame is not None:
        sealed = change.store.vault.seal("non_motor.frame_sealed", vehicle_id, frame)
    values: dict[str, Any] = {
        "kind": seen.kind,
        "colour": (seen.colour or "").strip() or None,
        "description": (seen.description or "").strip() or None,
        "frame_index": indexes[0] if indexes else None,
        "frame_sealed": sealed,
    }
    first = {"district": seen.district, "recorded_by": officer.subject, "recorded_at": change.at}
    new = await insert_if_absent(change.connection, non_motor, {"vehicle_id": vehicle_id, **values, **first})
    if not new:
        # What this officer could not see does not take away what another one saw.
        told = {name: value for name, value in values.items() if value is not None}
        await change.connection.execute(
            update(non_motor).where(non_motor.c.vehicle_id == vehicle_id).values(**told)
        )
    query = select(vehicles.c.plate, vehicles.c.plate_class).where(vehicles.c.id == vehicle_id)
    row = (await change.connection.execute(query)).one()
    return Recorded(vehicle_id, row.plate, row.plate_class, not new)


async def _plate(change: Change, seen: NonMotor) -> Plate:
    plate_class = E_BIKE if seen.kind == "ebike" else NO_CLASS
    try:
        plate = plates.parse(seen.plate or "", plate_class)
    except plates.PlateError as refused:
        raise InvalidField(field="plate", why=refused.why) from None
    forms = await local_forms.of_place(change.connection, seen.district)
    if plate_class == E_BIKE and not forms.fit(plate.number):
        raise InvalidField(field="plate", why="local_form")
    return plate


async def _by_frame(change: Change, indexes: Sequence[bytes]) -> str | None:
    query = select(non_motor.c.vehicle_id).where(non_motor.c.frame_index.in_(indexes))
    found: str | None = (await change.connection.execute(query)).scalars().first()
    return found
