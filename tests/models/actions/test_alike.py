"""Whatever comes together ends as if each had come alone: the same answers, and the same rows."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.actions.idempotency import FirstAnswer, IdempotencyKey, Keeping
from models.actions.requests import MoveRequest, Requested, request_move
from models.feed.bell import SilentBell
from models.ids import RandomIds
from models.secrets_file import with_secrets
from models.settings import Settings
from models.store import Store
from models.tables import deadlines, events, incidents, notices, participants
from tests.support.city import GATE, found_city
from tests.support.clock import FakeClock
from tests.support.databases import SqliteDatabases
from tests.support.parked import park

CARS = 3


@dataclass(frozen=True)
class Ask:
    """Somebody at a car: with the right tail or not, with a place or not, perhaps with a key (of that car)."""

    car: int
    right: bool
    place: bool
    key: int | None


asks = st.lists(
    st.builds(
        Ask,
        car=st.integers(0, CARS),  # the last one has no sticker
        right=st.sampled_from([True, True, True, False]),
        place=st.booleans(),
        key=st.none() | st.integers(0, 1),
    ),
    min_size=1,
    max_size=12,
)


async def answer_of(store: Store, ask: Ask) -> tuple[str, bool | None]:
    tail = f"{ask.car:05}"[-3:] if ask.right else "zzz"
    request = MoveRequest(f"parked-{ask.car}", tail, "blocking", location=GATE if ask.place else None)
    keeping: Keeping[Requested] | None = None
    if ask.key is not None:
        key = IdempotencyKey.of("anyone", "POST /x", f"{ask.car} {ask.key}", b"{}")
        keeping = Keeping(key, lambda made: FirstAnswer(201, str(made.joined)))
    try:
        made = await request_move(store, request, then=keeping)
    except Exception as refusal:
        return type(refusal).__name__, None
    return "requested", made.joined


async def one_by_one(store: Store, asked: Sequence[Ask]) -> list[tuple[str, bool | None]]:
    return [await answer_of(store, ask) for ask in asked]


async def at_once(store: Store, asked: Sequence[Ask]) -> list[tuple[str, bool | None]]:
    return list(await asyncio.gather(*(answer_of(store, ask) for ask in asked)))


async def rows_of(store: Store) -> dict[str, Any]:
    """What is in the tables, by car, without ids and secrets."""
    told: dict[str, Any] = {}
    async with store.database.read() as connection:
        for incident in (await connection.execute(select(incidents))).mappings():
            facts = {name: value for name, value in incident.items() if name not in {"id", "version"}}
            told[str(incident["vehicle_id"])] = facts | {"version": incident["version"]}
            for table, column in (
                (participants, "role"),
                (deadlines, "kind"),
                (deadlines, "due_at"),
                (notices, "due_at"),
                (events, "name"),
                (events, "incident_offset"),
            ):
                query = select(table.c[column]).where(table.c.incident_id == incident["id"])
                found = sorted((await connection.execute(query)).scalars())
                told[f"{incident['vehicle_id']} {table.name} {column}"] = found
        offsets = select(events.c.district, events.c.offset).order_by(events.c.district, events.c.offset)
        told["log"] = [tuple(row) for row in await connection.execute(offsets)]
    return told


def run(
    databases: SqliteDatabases,
    how: Callable[[Store, Sequence[Ask]], Awaitable[list[tuple[str, bool | None]]]],
    asked: Sequence[Ask],
) -> tuple[list[tuple[str, bool | None]], dict[str, Any]]:
    async def main(folder: Path) -> tuple[list[tuple[str, bool | None]], dict[str, Any]]:
        url = databases.create(folder / "wufen.db")
        environ = {"WUFEN_HOME": str(folder / "home"), "WUFEN_DATABASE_URL": url}
        store = Store.open(
            with_secrets(Settings.from_env(environ)), bell=SilentBell(), clock=FakeClock(), ids=RandomIds()
        )
        try:
            await found_city(store)
            await park(store, CARS)
            return await how(store, asked), await rows_of(store)
        finally:
            await store.close()

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(main(Path(folder)))


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(asked=asks)
def test_together_is_as_if_alone(sqlite_databases: SqliteDatabases, asked: list[Ask]) -> None:
    assert run(sqlite_databases, at_once, asked) == run(sqlite_databases, one_by_one, asked)
