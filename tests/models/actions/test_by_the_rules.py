"""What happens follows the tables: whose response time holds, how often may be asked, who is asked, what is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from models.actions import duty, retention
from models.actions.commands import act
from models.actions.requests import MoveRequest, Requested, request_move
from models.caller import Officer
from models.errors import TooManyRequests
from models.geography import Location
from models.incident.commands import HandOver
from models.store import Store
from models.tables import districts, notices, offers
from tests.support.city import AUX, GATE, LI, PLATES, YUCHENG, ZHANG, Asked, ask
from tests.support.clock import FakeClock
from tests.support.pilots import over, said_of
from tests.support.rules import in_force

CITY = "511800"
PHONE, NETWORK = b"p" * 16, b"n" * 16


async def from_phone(store: Store, car: str) -> Requested:
    return await request_move(
        store,
        MoveRequest(
            f"sticker-{car}", PLATES[car][-3:], "blocking", location=GATE, device=PHONE, address=NETWORK
        ),
    )


async def from_phone_and_over(store: Store, car: str = "one") -> None:
    """Somebody asks with his phone, and it is over at once."""
    await from_phone(store, car)
    await over(store)


async def test_the_nearest_word_on_the_response_time_holds(store: Store, clock: FakeClock) -> None:
    """Shipped, the installation's number, the city's table, the district's number, the district's table."""

    async def seconds(car: str) -> tuple[int, str | None]:
        said = await said_of(store, car)
        return said.seconds, said.instead

    assert await seconds("one") == (300, None)
    store.settings = replace(store.settings, respond_seconds=200)
    assert await seconds("one") == (200, "setting:200")
    await in_force(store, clock, "response", CITY, {"seconds": "150"})
    assert await seconds("one") == (150, None)
    async with store.database.write() as connection:
        mine = districts.c.code == YUCHENG
        await connection.execute(update(districts).where(mine).values(respond_seconds=100))
    assert await seconds("one") == (100, "district:100")
    await in_force(store, clock, "response", YUCHENG, {"seconds": "50"})
    assert await seconds("one") == (50, None)


def limit(subject: str, most: int, seconds: int, block: int = 0) -> dict[str, str]:
    return {
        "subject": f"'{subject}'", "most": str(most), "seconds": str(seconds), "block_seconds": str(block),
    }  # fmt: skip


async def test_a_cool_down_is_a_limit_of_one(store: Store, clock: FakeClock) -> None:
    await in_force(store, clock, "limits", YUCHENG, limit("device_and_vehicle", 1, 60))
    await from_phone_and_over(store)
    clock.advance(59)
    with pytest.raises(TooManyRequests) as refused:
        await from_phone(store, "one")
    assert refused.value.params["limit"] == "row_1"
    assert set(refused.value.params) == {"limit", "reference", "why"}
    assert refused.value.retry_at == clock.now() + timedelta(seconds=1)
    await from_phone(store, "two")
    clock.advance(1)
    await from_phone(store, "one")


async def test_who_goes_over_a_limit_with_a_block_is_refused_for_all_of_it(
    store: Store, clock: FakeClock
) -> None:
    await in_force(store, clock, "limits", YUCHENG, limit("device", 3, 600, block=86_400))
    for _ in range(3):
        clock.advance(100)
        await from_phone_and_over(store)
    last = clock.now()
    for seconds in (1, 700, 80_000):
        clock.advance(seconds)
        with pytest.raises(TooManyRequests) as refused:
            await from_phone(store, "one")
        assert refused.value.retry_at == last + timedelta(days=1)
    clock.advance((last + timedelta(days=1) - clock.now()).total_seconds())
    await from_phone(store, "one")


async def test_who_stays_below_it_is_never_blocked(store: Store, clock: FakeClock) -> None:
    await in_force(store, clock, "limits", YUCHENG, limit("device", 3, 600, block=86_400))
    for _ in range(6):
        clock.advance(300)
        await from_phone_and_over(store)


async def on_duty(store: Store, who: Officer, metres: float) -> None:
    await duty.set_duty(store, who, True, YUCHENG)
    place = Location(lat=GATE.lat + metres / 111_195, lng=GATE.lng, accuracy_m=5)
    await duty.move(store, who, place)


async def asked_officers(store: Store, incident: str) -> dict[str, float]:
    """Who has an offer, and how many seconds he has to answer."""
    query = select(offers).where(offers.c.incident_id == incident)
    async with store.database.read() as connection:
        rows = (await connection.execute(query)).all()
    return {row.officer_id: (row.ack_by - row.offered_at).total_seconds() for row in rows}


ROUTING = {"offers_at_once": "3", "acknowledge_seconds": "45", "fresh_seconds": "120"}


async def handed_over(store: Store) -> Asked:
    asked = await ask(store)
    await act(store, asked.id, HandOver(), asked.requester)
    return asked


async def test_the_ring_in_which_somebody_is_is_asked_and_has_as_long_as_the_table_says(
    store: Store, clock: FakeClock
) -> None:
    rings = {"rings_m": "[300, 1000]", "roles": "['police', 'auxiliary']"}
    await in_force(store, clock, "routing", YUCHENG, ROUTING | rings)
    for who, metres in ((ZHANG, 250), (AUX, 290), (LI, 600)):
        await on_duty(store, who, metres)
    asked = await handed_over(store)
    assert await asked_officers(store, asked.id) == {ZHANG.id: 45, AUX.id: 45}


async def test_a_table_may_have_only_the_police_asked(store: Store, clock: FakeClock) -> None:
    await in_force(store, clock, "routing", YUCHENG, ROUTING | {"rings_m": "[]", "roles": "['police']"})
    await on_duty(store, AUX, 10)
    await on_duty(store, LI, 600)
    asked = await handed_over(store)
    assert (await asked_officers(store, asked.id)).keys() == {LI.id}


async def test_officers_are_asked_by_the_rules_of_the_incidents_beginning(
    store: Store, clock: FakeClock
) -> None:
    old = await ask(store, "one")
    rings = {"rings_m": "[]", "roles": "['police', 'auxiliary']"}
    await in_force(store, clock, "routing", YUCHENG, ROUTING | rings)
    new = await ask(store, "two")
    for who in (ZHANG, LI, AUX):
        await on_duty(store, who, 100)
    for asked in (old, new):
        await act(store, asked.id, HandOver(), asked.requester)
    assert set((await asked_officers(store, old.id)).values()) == {60}
    assert set((await asked_officers(store, new.id)).values()) == {45}


async def test_what_is_kept_is_kept_as_long_as_the_rules_say(store: Store, clock: FakeClock) -> None:
    assert retention.of(store, "tokens", YUCHENG) == timedelta(days=1)
    names = "'tokens', 'sessions'"
    await in_force(
        store,
        clock,
        "retention",
        CITY,
        {"what": names, "days": "3"},
        {"what": "not in ['tokens', 'sessions']", "days": "900"},
    )
    assert retention.of(store, "tokens", YUCHENG) == timedelta(days=3)
    assert retention.of(store, "sessions") == timedelta(days=3), "of no district: the installation's city"
    assert retention.of(store, "first_answers") == timedelta(days=900)


async def test_an_owner_waits_as_long_as_the_rules_say_for_who_hides_the_place(
    store: Store, clock: FakeClock
) -> None:
    row = {"delay_seconds": "90", "wrong_tails": "5", "lock_seconds": "600"}
    await in_force(store, clock, "requests", YUCHENG, row)
    asked = await ask(store, place=None)
    async with store.database.read() as connection:
        query = select(notices.c.due_at).where(notices.c.incident_id == asked.id)
        due = (await connection.execute(query)).scalar_one()
    assert due == clock.now() + timedelta(seconds=90)
