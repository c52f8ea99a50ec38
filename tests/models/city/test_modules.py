"""Modules in a bundle: states of a city and its districts; pilots are no business of a file."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from models.actions.cities import import_city
from models.city.bundle import read, told
from models.city.faults import BundleFaulty
from models.city.plan import ImportForbidden, Plan
from models.flags.content import Content, Stage, parse, to_json
from models.flags.definitions import DEFINITIONS
from models.flags.rollout import encode
from models.store import Store
from models.tables import flags, rollouts
from tests.models.city.test_bundle import WHOLE
from tests.support.pilots import write_flag

MODULES = """\
modules:
  - {name: module.move_car, scope: 513424, state: live}
  - {name: module.duty, scope: 5134KF, state: integrating}
  - {name: module.parking, scope: 5134KF, state: off}
"""
FIRST = len(WHOLE.splitlines()) + 1


async def bring_in(store: Store, text: str) -> Plan:
    async with store.database.write() as connection:
        return await import_city(connection, store.ids, store.clock.now(), read(text.encode()))


async def content(store: Store, key: str) -> Content:
    query = select(flags.c.content).where(flags.c.key == key).order_by(flags.c.version.desc()).limit(1)
    async with store.database.read() as connection:
        return parse(DEFINITIONS[key], (await connection.execute(query)).scalar_one())


@pytest.mark.parametrize(
    ("before", "after", "line", "fault"),
    [
        ("module.move_car", "module.move", 1, "modules[0].name: there is no module.move; there are "),
        ("state: live", "state: pilot", 1, "modules[0].state: 'pilot' is none of off, integrating, live"),
        ("state: off", "state: live", 3, "modules[2].state: module.parking has no code to switch on yet"),
        ("scope: 513424", "scope: 511802", 1, "modules: module.move_car 511802: the scope is neither "),
    ],
)
def test_a_faulty_module_is_told_with_its_line(before: str, after: str, line: int, fault: str) -> None:
    with pytest.raises(BundleFaulty) as caught:
        read((WHOLE + MODULES.replace(before, after)).encode())
    (found,) = (str(one) for one in caught.value.faults)
    assert found.startswith(f"line {FIRST + line}, {fault}")


async def test_each_state_holds_in_its_scope_and_a_second_time_changes_nothing(store: Store) -> None:
    done = await bring_in(store, WHOLE + MODULES)
    assert [step.key for step in done.to_do if step.section == "modules"] == [
        "module.move_car 513424",
        "module.duty 5134KF",
        "module.parking 5134KF",
    ]
    duty = await content(store, "module.duty")
    assert (duty.stage("513424", "5134KF").state, duty.stage("513424", "513424").state) == (
        "integrating",
        "live",
    )
    assert (await bring_in(store, WHOLE + MODULES)).to_do == ()


async def test_in_a_county_that_is_its_own_city_the_file_counts_over_what_the_district_had(
    store: Store,
) -> None:
    await bring_in(store, WHOLE)
    own = Content(Stage("live"), districts={"513424": Stage("off")})
    await write_flag(store, "module.move_car", 1, to_json(own))
    await bring_in(store, WHOLE + MODULES)
    assert (await content(store, "module.move_car")).stage("513424", "513424").state == "live"
    assert (await bring_in(store, WHOLE + MODULES)).to_do == ()


async def test_the_city_tells_them_again_and_no_pilot(store: Store) -> None:
    await bring_in(store, WHOLE + MODULES)
    moved = (await content(store, "module.move_car")).with_districts({"5134KF": Stage("pilot", 20)})
    await write_flag(store, "module.move_car", 9, to_json(moved))
    async with store.database.read() as connection:
        text = await told(connection, "513424")
    assert "pilot" not in text
    assert read(text.encode()).sections["modules"] == read((WHOLE + MODULES).encode()).sections["modules"]


async def test_a_rollout_under_way_is_not_cut_short_by_a_file(store: Store) -> None:
    await bring_in(store, WHOLE)
    at = store.clock.now()
    async with store.database.write() as connection:
        await connection.execute(
            insert(rollouts).values(
                id="r1",
                flag="module.duty",
                before=encode({"5134KF": None}),
                percent=20,
                status="running",
                guards="[]",
                started_at=at,
                started_by="officer:x",
                checked_at=at,
            )
        )
    with pytest.raises(ImportForbidden, match="module.duty 5134KF is being rolled out there"):
        await bring_in(store, WHOLE + MODULES)
