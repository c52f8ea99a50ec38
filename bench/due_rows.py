"""Rows for the bench of deadlines: a city with officers on duty, far deadlines in bulk, and such as fall due soon.

What falls due soon is written through the log as any change is, so that running hubs learn of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from models.clock import iso
from models.feed.append import Pending
from models.feed.channels import publication
from models.incident.incident import Incident, to_row
from models.incident.views import district_view
from models.store import Store
from models.tables import (
    cities,
    deadlines,
    districts,
    heads,
    incidents,
    officer_districts,
    officers,
    shifts,
)

DISTRICTS = tuple(f"5118{number:02}" for number in range(1, 9))
OFFICERS_EACH = 10
FAR = timedelta(days=30)
FAR_INCIDENTS = 1_000  # the far deadlines are theirs
AT_ONCE = 5_000  # rows of one transaction


async def found(store: Store) -> None:
    """Eight districts with ten officers on duty and a commander in each."""
    at = store.clock.now()
    staff = [(code, f"{code}-{n}") for code in DISTRICTS for n in range(OFFICERS_EACH + 1)]
    city = {"code": "511800", "name": "雅安市", "name_en": "Ya'an", "platform": "城市交管"}
    rows: list[tuple[Any, list[dict[str, Any]]]] = [
        (cities, [city]),
        (
            districts,
            [{"code": code, "city_code": "511800", "name": code, "name_en": code} for code in DISTRICTS],
        ),
        (heads, [{"district": code, "head": 0} for code in DISTRICTS]),
        (officers, [_officer(name, at) for _, name in staff]),
        (officer_districts, [{"officer_id": name, "district": code} for code, name in staff]),
        (
            shifts,
            [
                {"id": name, "officer_id": name, "district": code, "started_at": at}
                for code, name in staff
                if not name.endswith("-0")
            ],
        ),
    ]
    async with store.database.write() as connection:
        for table, some in rows:
            await connection.execute(insert(table), some)


def _officer(name: str, at: datetime) -> dict[str, Any]:
    return {
        "id": name,
        "username": name,
        "password_hash": "-",
        "role": "commander" if name.endswith("-0") else "police",
        "service_number": name,
        "unit": "一中队",
        "created_at": at,
    }


async def far_ones(store: Store, count: int) -> None:
    """Deadlines that do not fall due while the bench runs; before any hub has started."""
    respond_by = store.clock.now() + FAR
    owners = [_incident(store, number, respond_by) for number in range(FAR_INCIDENTS)]
    async with store.database.write() as connection:
        await connection.execute(insert(incidents), [to_row(one) for one in owners])
    for batch in _batches(range(count), AT_ONCE):
        rows = [
            _deadline(store, owners[n % FAR_INCIDENTS], respond_by + timedelta(milliseconds=n)) for n in batch
        ]
        async with store.database.write() as connection:
            await connection.execute(insert(deadlines), rows)


async def due_ones(store: Store, count: int, first: datetime, rate: float) -> None:
    """Requests that nobody answers; the response time of so many a second is over, from ``first`` on."""
    for batch in _batches(range(count), AT_ONCE // 5):
        async with store.change() as change:
            ones = [_incident(store, n, first + timedelta(seconds=n / rate)) for n in batch]
            rows = [_deadline(store, one, one.respond_by) for one in ones]
            await change.connection.execute(insert(incidents), [to_row(one) for one in ones])
            await change.connection.execute(insert(deadlines), rows)
            for one, row in zip(ones, rows, strict=True):
                change.pending.append(_requested(one, row, change.at))


def _batches(numbers: range, size: int) -> Iterator[range]:
    return (numbers[at : at + size] for at in range(0, len(numbers), size))


def _incident(store: Store, number: int, respond_by: datetime) -> Incident:
    return Incident(
        id=store.ids.new(),
        kind="move_car",
        status="waiting",
        outcome=None,
        district=DISTRICTS[number % len(DISTRICTS)],
        version=1,
        feed_offset=1,
        reason="blocking",
        priority=0,
        escalation=0,
        sticker_id=None,
        vehicle_id=None,
        plate_masked="川T12**5",
        place="南外街 12 号",
        lat=29.98,
        lng=103.0,
        accuracy_m=12.0,
        response_seconds=300,
        promise_minutes="3,5,10",
        requested_at=respond_by - timedelta(seconds=300),
        respond_by=respond_by,
        requesters=1,
    )


def _deadline(store: Store, incident: Incident, due_at: datetime) -> dict[str, Any]:
    return {
        "id": store.ids.new(),
        "incident_id": incident.id,
        "district": incident.district,
        "kind": "respond",
        "subject": None,
        "due_at": due_at,
        "status": "open",
    }


def _requested(incident: Incident, deadline: dict[str, Any], at: datetime) -> Pending:
    return Pending(
        district=incident.district,
        name="requested",
        at=at,
        data=publication("requested", district_view(incident, "122"), iso(at)),
        actor="system",
        incident_id=incident.id,
        incident_offset=1,
        deadlines=[(deadline["id"], deadline["due_at"])],
    )
