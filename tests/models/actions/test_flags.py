"""Stages of modules and features, and the kill switch: who may change them, and the record."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import insert, select

from models.actions import flags as flag_actions
from models.actions import rollouts
from models.caller import Officer
from models.errors import Conflict, Forbidden, InvalidField
from models.flags.content import FlagFault, Stage
from models.store import Store
from models.tables import cities, districts, flags
from tests.support.city import CHEN, MINGSHAN, YUCHENG
from tests.support.pilots import (
    ADMIN,
    MOVE_CAR,
    OF_YUCHENG,
    PHOTOS,
    REASON,
    UNBUILT,
    off,
    records,
    stage,
    write_flag,
)


async def test_a_stage_is_a_new_version_and_the_old_one_stays(store: Store) -> None:
    assert await stage(store, MOVE_CAR, YUCHENG) == Stage("live")
    await off(store, MOVE_CAR, YUCHENG)
    await flag_actions.set_stage(store, MOVE_CAR, YUCHENG, Stage("integrating"), OF_YUCHENG, REASON)
    assert await stage(store, MOVE_CAR, YUCHENG) == Stage("integrating")
    assert await stage(store, MOVE_CAR, MINGSHAN) == Stage("live")
    query = select(flags.c.version, flags.c.content, flags.c.made_by, flags.c.reason).order_by(
        flags.c.version
    )
    async with store.database.read() as connection:
        rows = [tuple(row) for row in await connection.execute(query)]
    assert rows == [
        (
            1,
            '{"everywhere":{"state":"live"},"districts":{"511802":{"state":"off"}}}',
            "administrator:051900",
            None,
        ),
        (
            2,
            '{"everywhere":{"state":"live"},"districts":{"511802":{"state":"integrating"}}}',
            "administrator:051901",
            REASON,
        ),
    ]
    assert await records(store) == [
        ("officer:051900", "set_stage", "flag:module.move_car@1"),
        ("officer:051901", "set_stage", "flag:module.move_car@2"),
    ]


async def test_a_module_without_code_is_refused_with_the_place(store: Store) -> None:
    for attempt in (
        flag_actions.set_stage(store, UNBUILT, YUCHENG, Stage("live"), ADMIN),
        rollouts.start(store, UNBUILT, [YUCHENG], 20, ADMIN),
    ):
        with pytest.raises(InvalidField) as refused:
            await attempt
        assert (refused.value.field, refused.value.params["why"]) == (
            f"districts.{YUCHENG}.state",
            "not_built",
        )
    assert await stage(store, UNBUILT, YUCHENG) == Stage("off")
    assert await records(store) == []


async def test_the_kill_switch_and_back(store: Store) -> None:
    await flag_actions.kill(store, PHOTOS, True, ADMIN, REASON)
    await store.configuration.refresh()
    assert not store.flags.is_on(PHOTOS, YUCHENG, role="police")
    with pytest.raises(Conflict) as refused:
        await rollouts.start(store, PHOTOS, [YUCHENG], 10, ADMIN)
    assert refused.value.params["why"] == "killed"
    assert await flag_actions.kill(store, PHOTOS, True, ADMIN, REASON) == 1
    assert await flag_actions.kill(store, PHOTOS, False, ADMIN, REASON) == 2
    await store.configuration.refresh()
    assert store.flags.is_on(PHOTOS, YUCHENG)
    assert [action for _, action, _ in await records(store)] == ["kill_flag", "restore_flag"]


async def test_a_row_that_is_no_flag_leaves_what_was_known(store: Store) -> None:
    await off(store, PHOTOS, YUCHENG)
    await store.configuration.refresh()
    await write_flag(store, PHOTOS, 9, '{"everywhere":{"state":"on"}}')
    async with store.database.read() as connection:
        with pytest.raises(FlagFault) as refused:
            await store.flags.load(connection)
    assert refused.value.place == "everywhere.state"
    assert not store.flags.is_on(PHOTOS, YUCHENG)
    assert store.flags.is_on(PHOTOS, MINGSHAN)


async def test_a_city_s_own_stage_is_found_by_its_districts(store: Store) -> None:
    async with store.database.write() as connection:
        await connection.execute(
            insert(cities).values(code="513400", name="凉山州", name_en="Liangshan", platform="德昌交管")
        )
        await connection.execute(
            insert(districts).values(code="513424", city_code="513400", name="德昌县", name_en="Dechang")
        )
    await write_flag(
        store, MOVE_CAR, 1, '{"everywhere":{"state":"live"},"cities":{"513400":{"state":"off"}}}'
    )
    async with store.database.read() as connection:
        await store.flags.load(connection)
    assert not store.flags.is_on(MOVE_CAR, "513424", unit="x")
    assert store.flags.is_on(MOVE_CAR, YUCHENG, unit="x")


async def test_an_auxiliary_or_commander_is_no_administrator_by_any_way(store: Store) -> None:
    promoted: Officer = replace(CHEN, districts=frozenset({YUCHENG, MINGSHAN, "511800"}))
    with pytest.raises(Forbidden):
        await flag_actions.kill(store, MOVE_CAR, True, promoted, REASON)
