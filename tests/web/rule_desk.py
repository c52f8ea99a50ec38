"""The rule desk as two administrators use it over HTTP."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from models.caller import Officer
from models.tables import incidents
from tests.support.city import MINGSHAN, YUCHENG, joins, officer
from tests.support.clock import FakeClock
from tests.web.client import Client, bearer

SU = officer("051801", "administrator", YUCHENG)
HE = officer("051802", "administrator", YUCHENG, MINGSHAN)
FAR = officer("051803", "administrator", MINGSHAN)
RULES = "/api/v1/admin/rules"
RESPONSE = f"{RULES}/tables/response"

# A fire lane has two minutes, everything else five.
ROWS = [
    {"id": "fire_lane", "cells": {"reason": "'fire_lane'", "seconds": "120"}, "note": "消防通道两分钟"},
    {"id": "default", "cells": {"seconds": "300"}},
]
GOLDEN = [
    {"name": "A fire lane", "given": {"reason": "fire_lane"}, "then": {"seconds": 120}},
    {"name": "Anything else", "given": {"reason": "blocking"}, "then": {"seconds": 300}},
]
GRID: dict[str, Any] = {"scope": YUCHENG, "rows": ROWS, "golden": GOLDEN}
DRAFT = {**GRID, "source": "雅公交〔2026〕12号", "note": "消防通道"}


async def administrator(web: Client, who: Officer) -> dict[str, str]:
    await joins(web.store, who)
    return bearer(await web.token_of(who))


async def step(web: Client, version: str, name: str, who: dict[str, str], **body: Any) -> dict[str, Any]:
    answer = await web.post(f"{RULES}/versions/{version}/{name}", json=body, headers=who)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def in_force(
    web: Client, su: dict[str, str], he: dict[str, str], clock: FakeClock, **changes: Any
) -> str:
    """A version that su drafted and he approved, in force now."""
    drafted = await web.post(f"{RESPONSE}/versions", json=DRAFT | changes, headers=su)
    assert drafted.status_code == 201, drafted.text
    version = str(drafted.json()["version"])
    await step(web, version, "submit", su)
    await step(web, version, "approve", he)
    await step(web, version, "activate", he)
    clock.advance(2)
    await web.store.configuration.refresh()
    return version


async def seconds_of(web: Client, incident: str) -> int:
    query = select(incidents.c.response_seconds).where(incidents.c.id == incident)
    async with web.store.database.read() as connection:
        return int((await connection.execute(query)).scalar_one())
