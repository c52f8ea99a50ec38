"""What a call is about, so that its module can be judged there: the district of a sticker, of a path, of a shift.

Asked only while the module is not simply on for everybody.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import exists, select

from models.queries.stickers import sticker_place
from models.store import Store
from models.tables import incidents
from web.endpoint import Call, Place


async def to_its_end(_call: Call[Any]) -> Place | None:
    """About an incident, shift or binding that is there already: it is carried to its end."""
    return None


async def of_sticker(call: Call[Any]) -> Place | None:
    """The sticker of the path. One that is unknown is the handler's to refuse."""
    return await scanned(call.site.store, call.path("code"))


async def of_sticker_to_bind(call: Call[Any]) -> Place | None:
    """The sticker of the path, whose owner gets ready before anybody can ask for his car to be moved."""
    return await scanned(call.site.store, call.path("code"), beforehand=True)


async def of_body_sticker(call: Call[Any]) -> Place | None:
    """The sticker that was scanned."""
    return await scanned(call.site.store, call.body.sticker)


async def scanned(store: Store, code: str, *, beforehand: bool = False) -> Place | None:
    """Where a sticker belongs. None for none of ours, and while its car is asked for: who comes then joins in."""
    found = await sticker_place(store, code)
    if found is None:
        return None
    if found.vehicle_id is not None and await _is_open(store, incidents.c.vehicle_id == found.vehicle_id):
        return None
    return Place(found.district, found.units, beforehand)


async def of_district(call: Call[Any]) -> Place | None:
    """The district of the path, as long as nothing is open in it."""
    code = call.path("code")
    if await _is_open(call.site.store, incidents.c.district == code):
        return None
    return Place(code)


async def of_new_shift(call: Call[Any]) -> Place | None:
    """Where somebody wants to go on duty; off duty he may always go."""
    return Place(call.body.district) if call.body.on_duty else None


async def _is_open(store: Store, condition: Any) -> bool:
    query = select(exists().where(condition, incidents.c.status != "closed"))
    async with store.database.read() as connection:
        return bool((await connection.execute(query)).scalar_one())
