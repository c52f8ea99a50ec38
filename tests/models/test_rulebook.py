"""Which rules a process decides by: what is shipped, what a scope has, and what it cannot understand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from models.actions.rules_shipped import publish_shipped
from models.rules.book import Activation, Book
from models.rules.content import to_model
from models.rules.definitions import DEFINITIONS
from models.rules.shipped import shipped, shipped_id
from models.store import Store
from models.tables import rule_activations, rule_versions
from tests.support.city import MINGSHAN, YUCHENG
from tests.support.clock import START, FakeClock
from tests.support.rules import in_force

OWN = shipped()["retention"]  # any version will do


def place(where: str, version: str | None, days: int) -> Activation:
    return Activation("retention", where, version, START + timedelta(days=days))


@pytest.mark.parametrize(
    ("activations", "expected"),
    [
        ([], "shipped"),
        ([place("511800", "city", 0)], "city"),
        ([place("511800", "city", 0), place(YUCHENG, "own", 0)], "own"),
        ([place("511800", "city", 0), place(MINGSHAN, "other", 0)], "city"),
        ([place(YUCHENG, "own", 1)], "shipped"),
        ([place(YUCHENG, "own", 0), place(YUCHENG, "later", 1)], "own"),
        ([place(YUCHENG, "own", -2), place(YUCHENG, "later", -1)], "later"),
        ([place("511800", "city", -3), place(YUCHENG, "own", -2), place(YUCHENG, None, -1)], "city"),
        ([place("", "release", -1)], "release"),
    ],
)
def test_the_nearest_scope_with_a_version_that_has_begun_decides(
    activations: list[Activation], expected: str
) -> None:
    versions = dict.fromkeys(("city", "own", "other", "later", "release"), OWN)
    book = Book(versions, activations, {YUCHENG: "511800", MINGSHAN: "511800"})
    found = book.in_force("retention", YUCHENG, START)
    assert found.id == (shipped_id(OWN.content) if expected == "shipped" else expected)


def test_what_belongs_to_no_district_is_the_first_citys_affair_though_a_release_is_in_force_everywhere() -> (
    None
):
    versions = dict.fromkeys(("city", "release"), OWN)
    activations = [place("", "release", -2), place("511800", "city", -1)]
    book = Book(versions, activations, {YUCHENG: "511800", "": "511800"})
    found = book.in_force("retention", "", START)
    assert (found.id, found.scope) == ("city", "city")
    assert Book(versions, activations[:1], {"": "511800"}).in_force("retention", "", START).scope == "shipped"


async def shipped_activations(store: Store, table: str) -> list[Any]:
    query = (
        select(rule_activations)
        .where(rule_activations.c.scope == "", rule_activations.c.table_name == table)
        .order_by(rule_activations.c.number)
    )
    async with store.database.read() as connection:
        return list((await connection.execute(query)).all())


async def test_what_is_shipped_is_in_the_database_once(store: Store) -> None:
    async with store.database.write() as connection:
        await publish_shipped(connection)
    for name in DEFINITIONS:
        (activation,) = await shipped_activations(store, name)
        assert activation.version_id == shipped_id(shipped()[name].content)


async def test_another_release_ships_another_version_and_the_old_one_stays(store: Store) -> None:
    (first,) = await shipped_activations(store, "response")
    async with store.database.write() as connection:
        # As if an older release had shipped something else.
        old = select(rule_versions).where(rule_versions.c.id == first.version_id)
        row = dict((await connection.execute(old)).mappings().one())
        await connection.execute(insert(rule_versions).values(row | {"id": "shipped-older", "number": 2}))
        await connection.execute(
            update(rule_activations)
            .where(rule_activations.c.id == first.id)
            .values(version_id="shipped-older")
        )
        await publish_shipped(connection)
    found = await shipped_activations(store, "response")
    assert [one.version_id for one in found] == ["shipped-older", first.version_id]


async def test_a_version_that_is_not_understood_leaves_the_one_before_it(
    store: Store, clock: FakeClock
) -> None:
    own = await in_force(store, clock, "response", YUCHENG, {"seconds": "60"})
    model = to_model(shipped()["response"].content).replace('"seconds":"300"', '"seconds":"three hundred"')
    version = {
        "id": "odd", "table_name": "response", "scope": YUCHENG, "number": 2, "status": "approved", "content": model,
        "author": "a", "created_at": clock.now(), "checked_at": clock.now(), "decided_by": "b",
        "decided_at": clock.now(),
    }  # fmt: skip
    activation = {
        "id": "odd", "table_name": "response", "scope": YUCHENG, "number": 2, "version_id": "odd", "approved_by": "b",
        "approved": "approved", "active_from": clock.now(), "how": "activate", "by": "b", "at": clock.now(),
    }  # fmt: skip
    async with store.database.write() as connection:
        await connection.execute(insert(rule_versions).values(version))
        await connection.execute(insert(rule_activations).values(activation))
    await in_force(store, clock, "retention", "511800", {"days": "500"})
    assert store.rules.in_force("response", YUCHENG, clock.now()).id == own
    assert store.rules.in_force("retention", YUCHENG, clock.now()).compiled.ask({"what": "audit"}).result == {
        "days": 500
    }
