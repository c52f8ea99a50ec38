"""Hazards as tests need them: the module on, an agency, a report, what is written behind it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select

from models.actions import flags as flag_actions
from models.actions.hazards import Followed, HazardReport, report
from models.caller import Participant
from models.flags.content import Stage
from models.geography import Location
from models.store import Store
from models.tables import agencies, deadlines, events, hazards
from tests.support.city import GATE, MINGSHAN, YUCHENG
from tests.support.pilots import ADMIN, HAZARDS

NEXT_DOOR = Location(lat=29.9878, lng=103.0134)  # some 24 metres from GATE
FAR = Location(lat=29.9976, lng=103.0133)  # a kilometre


async def switch_on(store: Store) -> None:
    for code in (YUCHENG, MINGSHAN):
        await flag_actions.set_stage(store, HAZARDS, code, Stage("live"), ADMIN)
    await store.configuration.refresh()


async def agency(store: Store, code: str, body: str, **more: Any) -> str:
    """An agency of the city; returns its id."""
    row = {
        "id": store.ids.new(),
        "city_code": "511800",
        "code": code,
        "body": body,
        "name": f"{code}单位",
        "name_en": f"Agency {code}",
        "channel": "file",
        **more,
    }
    async with store.database.write() as connection:
        await connection.execute(insert(agencies).values(**row))
    return str(row["id"])


async def reported(store: Store, reason: str = "pothole", **more: Any) -> tuple[Followed, Participant]:
    """A hazard at the gate in Yucheng, and its reporter as a caller."""
    given: dict[str, Any] = {"location": GATE, "district": YUCHENG, "device": b"d" * 16} | more
    found = await report(store, HazardReport(reason=reason, **given))
    return found, Participant(found.participant, str(found.view["id"]), "requester")


async def told(store: Store, incident: str) -> list[str]:
    query = select(events.c.name).where(events.c.incident_id == incident).order_by(events.c.incident_offset)
    async with store.database.read() as connection:
        return list((await connection.execute(query)).scalars())


async def row(store: Store, incident: str) -> Any:
    async with store.database.read() as connection:
        return (await connection.execute(select(hazards).where(hazards.c.incident_id == incident))).one()


async def open_deadlines(store: Store, incident: str) -> dict[str, Any]:
    query = select(deadlines).where(deadlines.c.incident_id == incident, deadlines.c.status == "open")
    async with store.database.read() as connection:
        return {one.kind: one for one in await connection.execute(query)}
