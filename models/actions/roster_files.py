"""Taking in a roster from a CSV file: sound lines stand in the week's roster afterwards, the others are told.

A shift of the file that the roster has already is filled up, nobody is taken out. What is required of a new one comes
from the template of the same name.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import audit
from models.actions.idempotency import Keeping
from models.actions.incident_change import until_saved
from models.actions.rosters import Wanted, add_in, is_elsewhere, people_of, roster_of
from models.actions.zones import check_district
from models.caller import Officer
from models.duty.roster_file import Line, Refused, read
from models.duty.rosters import DEFAULT_GRACE_MINUTES, FITS, MOST_SHIFTS
from models.store import Change, Store
from models.tables import roster_places, roster_shifts, shift_templates, zones

View = dict[str, Any]


async def take_in(
    store: Store, by: Officer, district: str, week: date, text: str, *, then: Keeping[View] | None = None
) -> View:
    """``{"placed", "refused": [{"line", "column", "why", "value"}]}``. Raises Forbidden."""
    check_district(by, district)
    lines, wrong = read(text, week)

    async def attempt() -> View:
        refused = list(wrong)
        async with store.change() as change:
            file = _File(change, district, week)
            await file.prepare(lines)
            placed = 0
            for line in lines:
                fault = await file.place(line)
                if fault is None:
                    placed += 1
                else:
                    refused.append(fault)
            if placed:
                await audit.record(
                    change, by, "import_roster", f"district:{district}", reason=week.isoformat()
                )
            told = sorted(refused, key=lambda one: one.line)
            view = {"placed": placed, "refused": [_refusal(one) for one in told]}
            if then is not None:
                await then(change, view)
        return view

    return await until_saved(attempt)


def _refusal(one: Refused) -> View:
    return {"line": one.line, "column": one.column, "why": one.why, "value": one.value}


class _File:
    """One file on its way into one roster."""

    def __init__(self, change: Change, district: str, week: date) -> None:
        self._change = change
        self._district = district
        self._week = week
        self._shifts: dict[tuple[Any, ...], str] = {}

    async def prepare(self, lines: Sequence[Line]) -> None:
        connection = self._change.connection
        self._people = await people_of(connection, self._district, [line.officer for line in lines] or [""])
        query = select(zones.c.code, zones.c.id).where(zones.c.district == self._district, zones.c.active)
        self._zones = {row.code: row.id for row in await connection.execute(query)}
        self._templates = await _templates(connection, self._district)
        roster = await roster_of(self._change, self._district, self._week)
        mine = select(roster_shifts).where(roster_shifts.c.roster_id == roster.id)
        for row in await connection.execute(mine):
            self._shifts[row.name, row.starts_at, row.ends_at, row.zone_id] = row.id

    async def place(self, line: Line) -> Refused | None:
        """Puts one officer into his shift, or says why not."""
        person = self._people.get(line.officer)
        if line.zone and line.zone not in self._zones:
            return Refused(line.number, "zone", "unknown", line.zone)
        if person is None:
            return Refused(line.number, "officer", "unknown", line.officer)
        if person.role not in FITS[line.role]:
            return Refused(line.number, "role", "role_does_not_fit", line.role)
        shift_id = await self._shift(line)
        if shift_id is None:
            return Refused(line.number, "shift", "too_many", line.shift)
        connection = self._change.connection
        there = select(roster_places.c.role).where(
            roster_places.c.roster_shift_id == shift_id, roster_places.c.officer_id == person.id
        )
        if (await connection.execute(there)).first() is not None:
            return Refused(line.number, "officer", "twice", line.officer)
        if await is_elsewhere(connection, shift_id, person.id, line.span):
            return Refused(line.number, "officer", "rostered_already", line.officer)
        await connection.execute(
            insert(roster_places).values(roster_shift_id=shift_id, officer_id=person.id, role=line.role)
        )
        return None

    async def _shift(self, line: Line) -> str | None:
        zone_id = self._zones.get(line.zone)
        key = (line.shift, line.span.starts_at, line.span.ends_at, zone_id)
        if key not in self._shifts:
            if len(self._shifts) >= MOST_SHIFTS:
                return None
            grace, needs = self._templates.get(line.shift, (DEFAULT_GRACE_MINUTES, {}))
            wanted = Wanted(line.shift, line.span, line.zone or None, grace, needs)
            self._shifts[key] = await add_in(self._change, self._district, self._week, wanted)
        return self._shifts[key]


async def _templates(connection: AsyncConnection, district: str) -> dict[str, tuple[int, dict[str, int]]]:
    query = select(shift_templates).where(shift_templates.c.district == district, shift_templates.c.active)
    return {
        row.name: (row.grace_minutes, msgspec.json.decode(row.needs, type=dict[str, int]))
        for row in await connection.execute(query)
    }
