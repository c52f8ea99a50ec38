"""Zones of a district, and the shifts that come again day by day: made and given up by those who make rosters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import insert, update

from models.actions import audit
from models.actions.idempotency import Keeping
from models.actions.rows import insert_if_absent
from models.caller import Officer
from models.duty.rosters import check_needs
from models.errors import Forbidden, InvalidField, NotFound
from models.store import Store
from models.tables import shift_templates, zones

MOST_POINTS = 500  # of a border
Ring = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Zone:
    """``polygon``: a ring of [lng, lat] in WGS-84, or None for a name without a border."""

    code: str
    name: str
    name_en: str
    polygon: Ring | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Template:
    """``starts_minute`` after midnight in Beijing, lasting ``minutes``."""

    name: str
    starts_minute: int
    minutes: int
    grace_minutes: int
    needs: dict[str, int]
    active: bool = True


def check_district(by: Officer, district: str) -> None:
    """Raises Forbidden for another's district. Whether the role may plan at all says the table of endpoints."""
    if district not in by.districts:
        raise Forbidden(field="district")


async def set_zone(store: Store, by: Officer, district: str, zone: Zone) -> None:
    """The district's zone of this code is as said, made if it is new. Raises Forbidden, InvalidField."""
    check_district(by, district)
    values = {
        "name": zone.name,
        "name_en": zone.name_en,
        "polygon": None if zone.polygon is None else encoded(zone.polygon),
        "active": zone.active,
    }
    async with store.change() as change:
        row = {"id": change.store.ids.new(), "district": district, "code": zone.code, **values}
        if not await insert_if_absent(change.connection, zones, row):
            mine = (zones.c.district == district, zones.c.code == zone.code)
            await change.connection.execute(update(zones).where(*mine).values(**values))
        await audit.record(change, by, "change_zone", f"district:{district}", reason=zone.code)


def encoded(ring: Ring) -> str:
    """A border as the table keeps it. Raises InvalidField for one that encloses nothing or lies nowhere."""
    if not 3 <= len(ring) <= MOST_POINTS:
        raise InvalidField(field="polygon", why="out_of_range", least=3, most=MOST_POINTS)
    for point in ring:
        if len(point) != 2 or not (-180 <= point[0] <= 180 and -90 <= point[1] <= 90):
            raise InvalidField(field="polygon", why="nowhere")
    return msgspec.json.encode([list(point) for point in ring]).decode()


async def add_template(
    store: Store, by: Officer, district: str, template: Template, *, then: Keeping[str] | None = None
) -> str:
    """A new template; returns its id. Raises Forbidden, InvalidField."""
    check_district(by, district)
    values = _columns(template)
    async with store.change() as change:
        template_id = change.store.ids.new()
        await change.connection.execute(
            insert(shift_templates).values(id=template_id, district=district, **values)
        )
        await audit.record(change, by, "change_template", f"shift_template:{template_id}")
        if then is not None:
            await then(change, template_id)
    return template_id


async def change_template(store: Store, by: Officer, template_id: str, template: Template) -> None:
    """The template is as said; shifts that were made of it stay what they are. Raises NotFound, InvalidField."""
    values = _columns(template)
    async with store.change() as change:
        done = await change.connection.execute(
            update(shift_templates)
            .where(shift_templates.c.id == template_id, shift_templates.c.district.in_(sorted(by.districts)))
            .values(**values)
        )
        if done.rowcount != 1:
            raise NotFound
        await audit.record(change, by, "change_template", f"shift_template:{template_id}")


def _columns(template: Template) -> dict[str, object]:
    return {
        "name": template.name,
        "starts_minute": template.starts_minute,
        "minutes": template.minutes,
        "grace_minutes": template.grace_minutes,
        "needs": msgspec.json.encode(check_needs(template.needs)).decode(),
        "active": template.active,
    }
