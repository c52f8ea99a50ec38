"""A worker clears away and tells so, and waits with it until it knows the city's own rules."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from models.actions.clearing import Cleared
from models.actions.clearing import state as read_state
from models.store import Store
from models.tables import clearings, lockouts
from tests.support.clock import FakeClock
from tests.support.waiting import until_async
from workers import clearing, measures


def told(what: str) -> float | None:
    return measures.REGISTRY.get_sample_value("wufen_cleared", {"what": what})


async def rows(store: Store) -> tuple[int, int]:
    async with store.database.read() as connection:
        counts = [select(func.count()).select_from(table) for table in (lockouts, clearings)]
        left, turns = [(await connection.execute(one)).scalar_one() for one in counts]
    return left, turns


async def test_what_is_old_goes_and_the_figures_say_so(store: Store, clock: FakeClock) -> None:
    old = {"subject": "s", "failures": 1, "last_at": clock.now() - timedelta(days=2)}
    async with store.database.write() as connection:
        await connection.execute(insert(lockouts).values(old))
    measures.cleared.clear()
    await store.configuration.refresh()
    watching = asyncio.ensure_future(clearing.watch(store))

    async def is_told() -> bool:
        return told("watch_flags") is not None

    try:
        await until_async(is_told, "the figures to tell of it")
    finally:
        watching.cancel()
    at = measures.REGISTRY.get_sample_value("wufen_cleared_timestamp_seconds", {"what": "lockouts"})
    assert told("lockouts") == 1
    assert at == clock.now().timestamp()
    assert (await rows(store))[0] == 0


async def test_before_the_rules_are_known_nothing_goes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not store.configuration.is_known
    looks: list[Store] = []

    async def state(of: Store) -> list[Cleared]:
        looks.append(of)
        return await read_state(of)

    monkeypatch.setattr(clearing, "state", state)
    watching = asyncio.ensure_future(clearing.watch(store))

    async def has_looked() -> bool:
        return bool(looks)

    try:
        await until_async(has_looked, "a look")
    finally:
        watching.cancel()
    assert (await rows(store))[1] == 0
