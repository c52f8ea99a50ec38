"""A small city for tests: two districts, five officers, three cars with stickers, written straight into tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from models.actions import duty
from models.actions.requests import MoveRequest, Requested, request_move
from models.caller import Officer, Participant
from models.geography import Location
from models.store import Store
from models.tables import (
    cities,
    contacts,
    districts,
    heads,
    officer_districts,
    officers,
    owners,
    ownerships,
    stickers,
    vehicles,
)

Rows = tuple[Any, list[dict[str, Any]]]  # of one table

YUCHENG = "511802"
MINGSHAN = "511803"
GATE = Location(lat=29.9876, lng=103.0133, accuracy_m=12.0)


def officer(name: str, role: str, *codes: str) -> Officer:
    """An officer as a caller; ``name`` is his id and his service number."""
    return Officer(
        id=name,
        role=role,  # type: ignore[arg-type]
        service_number=name,
        unit="雨城一中队",
        districts=frozenset(codes),
        session_id="",
        audience="auxiliary" if role == "auxiliary" else "police",
    )


ZHANG = officer("051827", "police", YUCHENG)
LI = officer("051828", "police", YUCHENG)
AUX = officer("F0101", "auxiliary", YUCHENG)
CHEN = officer("051001", "commander", YUCHENG, MINGSHAN)
WANG = officer("052001", "police", MINGSHAN)
OFFICERS = (ZHANG, LI, AUX, CHEN, WANG)
PLATES = {"one": "川TA1235", "two": "川TD12345", "three": "川T9K360"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was made, and the requester as a caller."""

    id: str
    requester: Participant
    result: Requested


async def found_city(store: Store) -> None:
    """Writes the city; the stickers' codes are ``sticker-one``, ``sticker-two``, ``sticker-three``."""
    now = store.clock.now()
    rows: list[Rows] = [
        (cities, [{"code": "511800", "name": "雅安市", "name_en": "Ya'an", "platform": "城市交管"}]),
        (
            districts,
            [
                {"code": YUCHENG, "city_code": "511800", "name": "雨城区", "name_en": "Yucheng"},
                {"code": MINGSHAN, "city_code": "511800", "name": "名山区", "name_en": "Mingshan"},
            ],
        ),
        (heads, [{"district": code, "head": 0} for code in (YUCHENG, MINGSHAN)]),
        *_accounts(OFFICERS, now),
        *_cars(now),
    ]
    await _write(store, rows)


async def joins(store: Store, *who: Officer) -> None:
    """More officers have an account, under the name ``user-<id>``."""
    await _write(store, _accounts(who, store.clock.now()))


async def _write(store: Store, rows: list[Rows]) -> None:
    async with store.database.write() as connection:
        for table, values in rows:
            await connection.execute(insert(table), values)


def _accounts(who: Sequence[Officer], now: datetime) -> list[Rows]:
    places = [{"officer_id": one.id, "district": code} for one in who for code in sorted(one.districts)]
    return [(officers, [_officer_row(one, now) for one in who]), (officer_districts, places)]


def _officer_row(one: Officer, now: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "username": f"user-{one.id}",
        "password_hash": "-",
        "role": one.role,
        "service_number": one.service_number,
        "unit": one.unit,
        "created_at": now,
    }


def _cars(now: datetime) -> list[Rows]:
    return [
        (
            vehicles,
            [
                {"id": f"car-{name}", "plate": plate, "plate_class": "ordinary", "created_at": now}
                for name, plate in PLATES.items()
            ],
        ),
        (owners, [{"id": f"owner-{name}", "created_at": now} for name in PLATES]),
        (
            ownerships,
            [
                {
                    "id": f"own-{name}",
                    "vehicle_id": f"car-{name}",
                    "owner_id": f"owner-{name}",
                    "began_at": now,
                }
                for name in PLATES
            ],
        ),
        (
            contacts,
            [
                {
                    "id": f"contact-{name}-{position}",
                    "owner_id": f"owner-{name}",
                    "position": position,
                    "phone_sealed": b"-",
                    "phone_index": f"{name}-{position}".encode(),
                    "verified_at": now,
                }
                for name, position in (("one", 1), ("one", 2), ("two", 1), ("three", 1))
            ],
        ),
        (
            stickers,
            [
                {
                    "id": f"sticker-{name}",
                    "code": f"sticker-{name}",
                    "district": YUCHENG,
                    "status": "bound",
                    "vehicle_id": f"car-{name}",
                    "issued_at": now,
                }
                for name in PLATES
            ],
        ),
    ]


async def ask(
    store: Store, car: str = "one", *, reason: str = "blocking", place: Location | None = GATE
) -> Asked:
    """Somebody scans the sticker of a car and asks; the plate's tail is right."""
    result = await request_move(
        store, MoveRequest(f"sticker-{car}", PLATES[car][-3:], reason, location=place)
    )
    incident_id = result.view["id"]
    return Asked(incident_id, Participant(result.participant, incident_id, "requester"), result)


async def on_duty(store: Store, *who: Officer) -> None:
    """They go on duty in Yucheng, one after the other."""
    for one in who:
        await duty.set_duty(store, one, True, YUCHENG)
