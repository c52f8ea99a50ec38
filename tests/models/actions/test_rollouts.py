"""Rollouts: who may move them, what each step does to the flag, and the record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.actions import flags as flag_actions
from models.actions import rollouts
from models.errors import Conflict, Forbidden, InvalidField, NotFound, WufenError
from models.flags.content import Stage
from models.geography import Boundaries
from models.store import Store
from tests.support.city import MINGSHAN, YUCHENG, ask, officer
from tests.support.pilots import (
    ADMIN,
    MOVE_CAR,
    OF_YUCHENG,
    PHOTOS,
    REASON,
    off,
    records,
    stage,
    started,
    variants_of,
    write_flag,
)


@pytest.mark.parametrize("role", ["police", "auxiliary", "commander"])
async def test_only_administrators_move_a_flag(store: Store, role: str) -> None:
    other = officer("051902", role, YUCHENG, MINGSHAN)
    rollout = await started(store)
    for attempt in (
        flag_actions.set_stage(store, MOVE_CAR, MINGSHAN, Stage("off"), other),
        flag_actions.kill(store, MOVE_CAR, True, other, REASON),
        rollouts.start(store, MOVE_CAR, [MINGSHAN], 20, other),
        rollouts.widen(store, rollout.id, 50, other),
        rollouts.pause(store, rollout.id, other),
        rollouts.finish(store, rollout.id, other),
        rollouts.roll_back(store, rollout.id, other, REASON),
    ):
        with pytest.raises(Forbidden):
            await attempt
    assert len(await records(store)) == 2


async def test_an_administrator_moves_only_his_own_districts(store: Store) -> None:
    with pytest.raises(Forbidden):
        await flag_actions.set_stage(store, MOVE_CAR, MINGSHAN, Stage("off"), OF_YUCHENG)
    with pytest.raises(Forbidden):
        await flag_actions.kill(store, MOVE_CAR, True, OF_YUCHENG, REASON)
    with pytest.raises(Forbidden):
        await rollouts.start(store, PHOTOS, [YUCHENG, MINGSHAN], 20, OF_YUCHENG)
    await off(store, PHOTOS, YUCHENG, MINGSHAN)
    both = await rollouts.start(store, PHOTOS, [YUCHENG, MINGSHAN], 20, ADMIN)
    with pytest.raises(Forbidden):
        await rollouts.roll_back(store, both.id, OF_YUCHENG, REASON)


@pytest.mark.parametrize(
    ("flag", "codes", "percent", "refusal", "told"),
    [
        ("module.unheard_of", [YUCHENG], 20, NotFound, {"field": "flag"}),
        (PHOTOS, [], 20, InvalidField, {"field": "districts"}),
        (PHOTOS, [YUCHENG], 0, InvalidField, {"field": "percent"}),
        (PHOTOS, [YUCHENG], 101, InvalidField, {"field": "percent"}),
        (PHOTOS, [MINGSHAN], 20, Conflict, {"why": "live_already"}),
    ],
)
async def test_what_cannot_be_started(
    store: Store, flag: str, codes: list[str], percent: int, refusal: type[WufenError], told: dict[str, str]
) -> None:
    await off(store, PHOTOS, YUCHENG)
    with pytest.raises(refusal) as refused:
        await rollouts.start(store, flag, codes, percent, ADMIN)
    assert {"field": refused.value.field, **refused.value.params}.items() >= told.items()


async def test_a_rollout_moves_its_flag_step_by_step(store: Store) -> None:
    rollout = await started(store)
    assert await stage(store, PHOTOS, YUCHENG) == Stage("pilot", 20)
    await rollouts.widen(store, rollout.id, 50, ADMIN)
    assert await stage(store, PHOTOS, YUCHENG) == Stage("pilot", 50)
    await rollouts.pause(store, rollout.id, ADMIN)
    assert await stage(store, PHOTOS, YUCHENG) == Stage("off")
    await rollouts.resume(store, rollout.id, ADMIN)
    assert await stage(store, PHOTOS, YUCHENG) == Stage("pilot", 50)
    done = await rollouts.finish(store, rollout.id, ADMIN)
    assert await stage(store, PHOTOS, YUCHENG) == Stage("live")
    assert (done.status, done.ended_by) == ("finished", "administrator:051900")
    assert await records(store) == [
        *(
            ("officer:051900", f"{step}_rollout", f"rollout:{rollout.id}")
            for step in ("finish", "pause", "resume")
        ),
        ("officer:051900", "set_stage", "flag:feature.request_photos@1"),
        ("officer:051900", "start_rollout", f"rollout:{rollout.id}"),
        ("officer:051900", "widen_rollout", f"rollout:{rollout.id}"),
    ]


async def test_rolling_back_leaves_what_was_before_in_each_district(store: Store) -> None:
    await flag_actions.set_stage(store, MOVE_CAR, YUCHENG, Stage("off"), ADMIN)
    await flag_actions.set_stage(store, MOVE_CAR, MINGSHAN, Stage("integrating"), ADMIN)
    rollout = await rollouts.start(store, MOVE_CAR, [YUCHENG, MINGSHAN], 10, ADMIN)
    assert await stage(store, MOVE_CAR, MINGSHAN) == Stage("pilot", 10)
    await rollouts.roll_back(store, rollout.id, ADMIN, REASON)
    assert await stage(store, MOVE_CAR, YUCHENG) == Stage("off")
    assert await stage(store, MOVE_CAR, MINGSHAN) == Stage("integrating")


async def test_a_step_that_its_state_does_not_have_is_refused(store: Store) -> None:
    rollout = await started(store)
    with pytest.raises(InvalidField):
        await rollouts.widen(store, rollout.id, 20, ADMIN)
    with pytest.raises(Conflict):
        await rollouts.resume(store, rollout.id, ADMIN)
    with pytest.raises(Conflict) as under_way:
        await rollouts.start(store, PHOTOS, [YUCHENG], 10, ADMIN)
    assert under_way.value.params["why"] == "rollout_under_way"
    with pytest.raises(Conflict):
        await flag_actions.set_stage(store, PHOTOS, YUCHENG, Stage("live"), ADMIN)
    await rollouts.roll_back(store, rollout.id, ADMIN, REASON)
    for ended in (rollouts.widen(store, rollout.id, 50, ADMIN), rollouts.resume(store, rollout.id, ADMIN)):
        with pytest.raises(Conflict) as refused:
            await ended
        assert refused.value.params["why"] == "rollout_rolled_back"
    with pytest.raises(NotFound):
        await rollouts.pause(store, "nothing", ADMIN)


async def test_an_incident_keeps_under_which_variant_it_began(store: Store) -> None:
    plain = await ask(store, "two")
    rollout = await started(store, 100)
    await store.configuration.refresh()
    tried = await ask(store, "one")
    await rollouts.roll_back(store, rollout.id, ADMIN, REASON)
    await store.configuration.refresh()
    assert await variants_of(store, plain.id) == {}
    assert await variants_of(store, tried.id) == {PHOTOS: "on"}


async def test_a_car_that_stands_where_cars_are_not_moved_stays_with_its_sticker_s_district(
    store: Store, tmp_path: Path
) -> None:
    square = [[102.9, 29.9], [103.1, 29.9], [103.1, 30.1], [102.9, 30.1], [102.9, 29.9]]
    feature = {
        "type": "Feature",
        "properties": {"code": MINGSHAN},
        "geometry": {"type": "Polygon", "coordinates": [square]},
    }
    file = tmp_path / "boundaries.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    store.boundaries = Boundaries.load(file)
    assert (await ask(store, "one")).result.view["district"] == MINGSHAN
    await off(store, MOVE_CAR, MINGSHAN)
    await store.configuration.refresh()
    assert (await ask(store, "two")).result.view["district"] == YUCHENG


async def test_a_trial_of_owners_asks_for_the_owner(store: Store) -> None:
    await write_flag(store, PHOTOS, 1, '{"everywhere":{"state":"pilot","percent":100},"by":"owner"}')
    async with store.database.read() as connection:
        await store.flags.load(connection)
    assert await variants_of(store, (await ask(store)).id) == {PHOTOS: "on"}
