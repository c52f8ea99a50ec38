"""The shares of vehicles on a board equal a recount in plain SQL, and are asked for once a minute."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import text

from models.clock import iso
from models.queries.board import figures
from models.queries.vehicle_shares import VehicleShares
from models.store import Store
from tests.models.queries.test_vehicle_figures import DAY, fleet, notified
from tests.support.city import MINGSHAN, YUCHENG
from tests.support.clock import FakeClock

# Written anew from mission.md, S56 and S57, without a line of the product's own query.
TOLD = """
    SELECT i.id, i.vehicle_id AS car, i.outcome, i.moved_at, MIN(n.sent_at) AS told
    FROM incidents i JOIN notices n ON n.incident_id = i.id
    WHERE i.district = :district AND i.kind = 'move_car' AND i.vehicle_id IS NOT NULL
      AND n.contact_id IS NOT NULL AND n.status IN ('sent', 'seen')
    GROUP BY i.id, i.vehicle_id, i.outcome, i.moved_at
"""
AGAIN = f"""
    SELECT COUNT(*) AS n, SUM(CASE WHEN times >= 2 THEN 1 ELSE 0 END) AS hits
    FROM (SELECT car, COUNT(*) AS times FROM ({TOLD}) t WHERE told >= :since AND told < :until GROUP BY car) c
"""
LEFT = f"""
    SELECT COUNT(*) AS n, SUM(CASE WHEN outcome = 'settled' AND moved_at >= told THEN 1 ELSE 0 END) AS hits
    FROM ({TOLD}) t WHERE told >= :since AND told < :until
"""


async def recount(store: Store, question: str, days: int) -> dict[str, Any]:
    now = store.clock.now()
    since: Any = now - days * DAY
    until: Any = now
    if store.database.is_sqlite:
        since, until = iso(since), iso(until)
    async with store.database.read() as connection:
        row = (
            await connection.execute(text(question), {"district": YUCHENG, "since": since, "until": until})
        ).one()
    return {"count": row.hits, "n": row.n, "share": round(row.hits / row.n, 4)}


async def history(store: Store, seed: int) -> None:
    """Two hundred notices of forty cars over a hundred and twenty days, here and next door."""
    chance = Random(seed)
    cars = [f"car{number}" for number in range(40)]
    await fleet(store, *cars)
    for _ in range(200):
        at = store.clock.now() - timedelta(minutes=chance.randrange(1, 120 * 1440))
        outcome = chance.choice(["settled", "settled", "resolved", "cancelled"])
        where = YUCHENG if chance.random() < 0.8 else MINGSHAN
        await notified(store, chance.choice(cars), at, outcome=outcome, district=where)


async def test_the_board_shows_what_a_recount_in_plain_sql_finds(store: Store) -> None:
    await store.configuration.refresh()
    await history(store, 5)
    shown = (await figures(store, YUCHENG, VehicleShares(store)))["vehicles"]
    assert (shown["days"], shown["window_days"]) == (30, 90)
    assert shown["repeat"] == await recount(store, AGAIN, 90)
    assert shown["left"] == await recount(store, LEFT, 30)
    assert 0 < shown["repeat"]["count"] < shown["repeat"]["n"], (
        "a history in which there is something to count"
    )
    assert 0 < shown["left"]["count"] < shown["left"]["n"]


async def test_a_board_asks_once_a_minute_and_of_each_district(store: Store, clock: FakeClock) -> None:
    await store.configuration.refresh()
    await fleet(store, "a")
    shares = VehicleShares(store)
    assert (await shares.of(YUCHENG))["left"]["n"] == 0
    await notified(store, "a", clock.now() - timedelta(minutes=1))
    assert (await shares.of(YUCHENG))["left"]["n"] == 0, "as of a minute ago at most"
    assert (await shares.of(MINGSHAN))["left"]["n"] == 0
    clock.advance(60)
    assert (await shares.of(YUCHENG))["left"] == {"count": 1, "n": 1, "share": 1.0}
    assert (await shares.of(MINGSHAN))["left"]["n"] == 0
