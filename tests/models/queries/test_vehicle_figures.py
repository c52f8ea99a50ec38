"""Repeat share and left-after-notice, counted by hand over a small history."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from models.queries.vehicle_figures import vehicle_figures
from models.store import Store
from models.tables import incidents, notices, vehicles
from tests.support.city import MINGSHAN, YUCHENG
from tests.support.clock import FakeClock
from tests.support.rules import in_force

DAY = timedelta(days=1)


async def notified(
    store: Store,
    car: str,
    at: datetime,
    *,
    outcome: str | None = "settled",
    district: str = YUCHENG,
    **more: Any,
) -> None:
    """An incident of a car whose owner was told at ``at``; it was over ten minutes later."""
    name = store.ids.new()
    over = at + timedelta(minutes=10)
    status = "waiting" if outcome is None else "closed"
    row = {
        "id": name,
        "kind": "move_car",
        "status": status,
        "outcome": outcome,
        "district": district,
        "version": 1,
        "feed_offset": 1,
        "reason": "blocking",
        "priority": 0,
        "escalation": 0,
        "vehicle_id": car,
        "plate_masked": "川T****1",
        "response_seconds": 300,
        "promise_minutes": "3,5,10",
        "requested_at": at,
        "respond_by": over,
        "moved_at": over if outcome == "settled" else None,
        "closed_at": None if outcome is None else over,
        "deferred": False,
        "nobody_on_duty": False,
        "requesters": 1,
        "photos": 0,
    }
    told = {
        "id": store.ids.new(),
        "key": name,
        "incident_id": name,
        "template": "move_request",
        "params": "{}",
        "contact_id": "contact-one-1",
        "channel": "simulator",
        "status": "sent",
        "created_at": at,
        "due_at": at,
        "sent_at": at,
        **more,
    }
    async with store.database.write() as connection:
        await connection.execute(insert(incidents).values(row))
        await connection.execute(insert(notices).values(told))


async def fleet(store: Store, *names: str) -> None:
    rows = [
        {"id": name, "plate": f"川TB{number:04d}", "plate_class": "ordinary", "created_at": store.clock.now()}
        for number, name in enumerate(names)
    ]
    async with store.database.write() as connection:
        await connection.execute(insert(vehicles), rows)


async def figures(store: Store, days: int = 30) -> dict[str, Any]:
    now = store.clock.now()
    return await vehicle_figures(store, YUCHENG, now - days * DAY, now)


def share(count: int, n: int, value: float | None) -> dict[str, Any]:
    return {"count": count, "n": n, "share": value}


async def test_a_vehicle_that_was_notified_again_within_the_window_is_one_repeat(store: Store) -> None:
    """Four vehicles were notified within 90 days: a thrice, b twice, c and d once. Two of four came again."""
    await store.configuration.refresh()
    await fleet(store, "a", "b", "c", "d", "old", "away", "silent")
    now = store.clock.now()
    for car, days in (("a", 80), ("a", 40), ("a", 1), ("b", 60), ("b", 2), ("c", 5), ("d", 89)):
        await notified(store, car, now - days * DAY)
    # Before the window; in another district; never told; told by a notice that failed.
    await notified(store, "c", now - 91 * DAY)
    await notified(store, "old", now - 100 * DAY)
    await notified(store, "away", now - DAY, district=MINGSHAN)
    await notified(store, "silent", now - DAY, status="cancelled", sent_at=None)
    await notified(store, "d", now - 3 * DAY, status="failed", sent_at=None)
    shown = await figures(store)
    assert shown["window_days"] == 90
    assert shown["now"]["repeat"] == share(2, 4, 0.5)
    # Thirty days ago the window began 120 days ago: c (91 days), old, a (80 and 40: a repeat), b (60), d (89).
    assert shown["before"]["repeat"] == share(1, 5, 0.2)


async def test_whoever_left_after_the_notice_is_counted_against_all_who_were_told(store: Store) -> None:
    """Of five notices in the period two ended with the car gone; three did not."""
    await store.configuration.refresh()
    await fleet(store, "a", "b", "c", "d", "e", "f")
    now = store.clock.now()
    for car, outcome in (
        ("a", "settled"),
        ("b", "settled"),
        ("c", "resolved"),
        ("d", "cancelled"),
        ("e", None),
    ):
        await notified(store, car, now - 2 * DAY, outcome=outcome)
    await notified(store, "f", now - 2 * DAY, status="cancelled", sent_at=None)
    await notified(store, "f", now - 31 * DAY)
    shown = await figures(store)
    assert shown["now"]["left"] == share(2, 5, 0.4)
    assert shown["before"]["left"] == share(1, 1, 1.0)


async def test_a_car_that_was_gone_before_the_notice_went_out_did_not_leave_after_it(store: Store) -> None:
    await store.configuration.refresh()
    await fleet(store, "a")
    now = store.clock.now()
    await notified(store, "a", now - DAY, sent_at=now - DAY + timedelta(minutes=11))
    assert (await figures(store))["now"]["left"] == share(0, 1, 0.0)


async def test_two_contacts_of_one_owner_are_one_notice(store: Store) -> None:
    await store.configuration.refresh()
    await fleet(store, "a")
    now = store.clock.now()
    await notified(store, "a", now - DAY)
    async with store.database.write() as connection:
        name = (await connection.execute(incidents.select())).one().id
        second = {
            "id": "second",
            "key": "second",
            "incident_id": name,
            "template": "reminder",
            "params": "{}",
            "contact_id": "contact-one-2",
            "channel": "simulator",
            "status": "seen",
            "created_at": now,
            "due_at": now,
            "sent_at": now - DAY + timedelta(minutes=1),
        }
        await connection.execute(insert(notices).values(second))
    shown = (await figures(store))["now"]
    assert (shown["left"]["n"], shown["repeat"]) == (1, share(0, 1, 0.0))


async def test_the_window_is_a_rule_of_the_city(store: Store, clock: FakeClock) -> None:
    await store.configuration.refresh()
    await fleet(store, "a")
    await in_force(store, clock, "figures", YUCHENG, {"figure": "'repeat_share'", "days": "7"})
    now = store.clock.now()
    await notified(store, "a", now - 8 * DAY)
    await notified(store, "a", now - DAY)
    shown = await figures(store)
    assert (shown["window_days"], shown["now"]["repeat"]) == (7, share(0, 1, 0.0))
