"""Stages and rollouts: who may move them, what each step does to the flag, the record, and the automatic way back."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from models.actions import flags as flag_actions
from models.actions import rollouts
from models.actions.guarding import APART, look_at_guards
from models.caller import Officer
from models.errors import Conflict, Forbidden, InvalidField, NotFound, WufenError
from models.flags.content import FlagFault, Stage
from models.flags.definitions import rule_key
from models.flags.guards import Guard
from models.flags.rollout import Rollout
from models.geography import Boundaries
from models.queries.rollouts import compared
from models.store import Store
from models.tables import audit, cities, districts, flags, incident_variants, incidents, rule_decisions
from models.tables import rollouts as rollouts_table
from tests.support.city import CHEN, MINGSHAN, YUCHENG, ask, officer
from tests.support.clock import FakeClock
from tests.support.rules import approved, in_force, waiting

MOVE_CAR, PHOTOS, HAZARDS = "module.move_car", "feature.request_photos", "module.hazards"
ADMIN = officer("051900", "administrator", YUCHENG, MINGSHAN)
OF_YUCHENG = officer("051901", "administrator", YUCHENG)
GUARD = Guard("breached", worse_by=0.05, least_n=20)
REASON = "雨天照片太多"


async def off(store: Store, key: str, *codes: str) -> None:
    for code in codes:
        await flag_actions.set_stage(store, key, code, Stage("off"), ADMIN)


async def stage(store: Store, key: str, district: str) -> Stage:
    await store.configuration.refresh()
    return store.flags.set.stage(key, district)


async def records(store: Store) -> list[tuple[str, str, str]]:
    """What was recorded, in no order: the clock stands still."""
    query = select(audit.c.actor, audit.c.action, audit.c.subject)
    async with store.database.read() as connection:
        return sorted((row.actor, row.action, row.subject) for row in await connection.execute(query))


async def started(store: Store, percent: int = 20, **options: Any) -> Rollout:
    await off(store, PHOTOS, YUCHENG)
    return await rollouts.start(store, PHOTOS, [YUCHENG], percent, ADMIN, **options)


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


async def test_a_module_without_code_is_refused_with_the_place(store: Store) -> None:
    for attempt in (
        flag_actions.set_stage(store, HAZARDS, YUCHENG, Stage("live"), ADMIN),
        rollouts.start(store, HAZARDS, [YUCHENG], 20, ADMIN),
    ):
        with pytest.raises(InvalidField) as refused:
            await attempt
        assert (refused.value.field, refused.value.params["why"]) == (
            f"districts.{YUCHENG}.state",
            "not_built",
        )
    assert await stage(store, HAZARDS, YUCHENG) == Stage("off")
    assert await records(store) == []


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
    async with store.database.write() as connection:
        await connection.execute(
            insert(flags).values(
                key=PHOTOS,
                version=9,
                content='{"everywhere":{"state":"on"}}',
                made_by="-",
                made_at=store.clock.now(),
            )
        )
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
        await connection.execute(
            insert(flags).values(
                key=MOVE_CAR,
                version=1,
                content='{"everywhere":{"state":"live"},"cities":{"513400":{"state":"off"}}}',
                made_by="-",
                made_at=store.clock.now(),
            )
        )
    async with store.database.read() as connection:
        await store.flags.load(connection)
    assert not store.flags.is_on(MOVE_CAR, "513424", unit="x")
    assert store.flags.is_on(MOVE_CAR, YUCHENG, unit="x")


async def variants_of(store: Store, incident_id: str) -> dict[str, str]:
    query = select(incident_variants.c.flag, incident_variants.c.variant)
    async with store.database.read() as connection:
        rows = await connection.execute(query.where(incident_variants.c.incident_id == incident_id))
        return {row.flag: row.variant for row in rows}


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
    async with store.database.write() as connection:
        await connection.execute(
            insert(flags).values(
                key=PHOTOS,
                version=1,
                content='{"everywhere":{"state":"pilot","percent":100},"by":"owner"}',
                made_by="-",
                made_at=store.clock.now(),
            )
        )
    async with store.database.read() as connection:
        await store.flags.load(connection)
    assert await variants_of(store, (await ask(store)).id) == {PHOTOS: "on"}


async def made(store: Store, variant: str, n: int, *, breached: int, at: datetime) -> None:
    """Closed incidents of a pilot's group, written as they would stand there."""
    rows = [
        {
            "id": f"{variant}-{number}",
            "kind": "move_car",
            "status": "closed",
            "district": YUCHENG,
            "version": 9,
            "feed_offset": 9,
            "reason": "blocking",
            "priority": 0,
            "escalation": 0,
            "response_seconds": 300,
            "requested_at": at,
            "respond_by": at + timedelta(seconds=300),
            "moved_at": at + timedelta(seconds=400 if number < breached else 100),
            "breached_at": at + timedelta(seconds=300) if number < breached else None,
            "closed_at": at + timedelta(seconds=400),
            "deferred": False,
            "nobody_on_duty": False,
            "requesters": 1,
            "photos": 0,
        }
        for number in range(n)
    ]
    names = [{"incident_id": row["id"], "flag": PHOTOS, "variant": variant} for row in rows]
    async with store.database.write() as connection:
        await connection.execute(insert(incidents), rows)
        await connection.execute(insert(incident_variants), names)


async def status_of(store: Store, rollout: Rollout) -> Any:
    query = select(rollouts_table).where(rollouts_table.c.id == rollout.id)
    async with store.database.read() as connection:
        return (await connection.execute(query)).one()


async def test_a_pilot_that_crosses_a_guard_is_rolled_back_by_the_service(
    store: Store, clock: FakeClock
) -> None:
    rollout = await started(store, guards=(GUARD,))
    await made(store, "on", 40, breached=20, at=clock.now())
    await made(store, "off", 100, breached=5, at=clock.now())
    clock.advance(APART.total_seconds())
    assert await look_at_guards(store) == [rollout.id]
    row = await status_of(store, rollout)
    assert (row.status, row.ended_by, row.reason) == ("rolled_back", "system", "guard:breached")
    assert await stage(store, PHOTOS, YUCHENG) == Stage("off")
    assert ("system", "roll_back_rollout", f"rollout:{rollout.id}") in await records(store)
    clock.advance(APART.total_seconds())
    assert await look_at_guards(store) == []


async def test_a_pilot_that_does_no_worse_goes_on(store: Store, clock: FakeClock) -> None:
    rollout = await started(store, guards=(GUARD,))
    await made(store, "on", 40, breached=3, at=clock.now())
    await made(store, "off", 100, breached=5, at=clock.now())
    clock.advance(APART.total_seconds())
    assert await look_at_guards(store) == []
    seen = await compared(store, rollout)
    assert (seen.pilot["breached"].n, seen.pilot["breached"].value) == (40, 3 / 40)
    assert (seen.control["breached"].n, seen.control["breached"].value) == (100, 5 / 100)
    assert seen.pilot["kept"].value == 37 / 40
    assert (await status_of(store, rollout)).status == "running"


async def test_what_was_before_the_rollout_or_in_another_district_is_nobody_s_case(
    store: Store, clock: FakeClock
) -> None:
    rollout = await started(store, guards=(GUARD,))
    await made(store, "on", 40, breached=40, at=clock.now() - timedelta(seconds=1))
    await made(store, "off", 40, breached=0, at=clock.now())
    async with store.database.write() as connection:
        await connection.execute(
            update(incidents).where(incidents.c.id.like("off-%")).values(district=MINGSHAN)
        )
    seen = await compared(store, rollout)
    assert (seen.pilot["breached"].n, seen.control["breached"].n) == (0, 0)


async def test_one_worker_looks_at_a_time_and_any_of_them_will_do(store: Store, clock: FakeClock) -> None:
    rollout = await started(store, guards=(GUARD,))
    await made(store, "on", 40, breached=20, at=clock.now())
    await made(store, "off", 100, breached=5, at=clock.now())
    others = [replace(store) for _ in range(4)]
    clock.advance(APART.total_seconds())
    found = await asyncio.gather(*(look_at_guards(one) for one in others))
    assert sorted(found) == [[], [], [], [rollout.id]]
    assert [action for _, action, _ in await records(store)].count("roll_back_rollout") == 1


async def test_an_auxiliary_or_commander_is_no_administrator_by_any_way(store: Store) -> None:
    promoted: Officer = replace(CHEN, districts=frozenset({YUCHENG, MINGSHAN, "511800"}))
    with pytest.raises(Forbidden):
        await flag_actions.kill(store, MOVE_CAR, True, promoted, REASON)


CITY = "511800"


async def seconds_of(store: Store, car: str) -> tuple[int, str, str]:
    """A new request's response time, the version that said so, and its only variant; it is over at once."""
    asked = await ask(store, car)
    query = (
        select(incidents.c.response_seconds, rule_decisions.c.version_id)
        .join(rule_decisions, rule_decisions.c.incident_id == incidents.c.id)
        .where(incidents.c.id == asked.id, rule_decisions.c.table_name == "response")
    )
    async with store.database.write() as connection:
        row = (await connection.execute(query)).one()
        await connection.execute(update(incidents).values(status="closed"))
    return row.response_seconds, row.version_id, "".join((await variants_of(store, asked.id)).values())


async def test_a_version_of_a_rule_decides_for_the_cars_of_its_pilot(store: Store, clock: FakeClock) -> None:
    usual = await in_force(store, clock, "response", CITY, {"seconds": "240"})
    tried = await approved(store, "response", YUCHENG, {"seconds": "120"})
    key = rule_key("response", tried)
    rollout = await rollouts.start(store, key, [YUCHENG], 50, ADMIN)
    await store.configuration.refresh()
    inside = {car for car in ("one", "two", "three") if store.flags.is_on(key, YUCHENG, unit=f"car-{car}")}
    for car in ("one", "two", "three"):
        expected = (120, tried, "on") if car in inside else (240, usual, "off")
        assert await seconds_of(store, car) == expected
    await rollouts.widen(store, rollout.id, 100, ADMIN)
    await store.configuration.refresh()
    for car in ("one", "two", "three"):
        assert await seconds_of(store, car) == (120, tried, "on")
    await rollouts.roll_back(store, rollout.id, ADMIN, REASON)
    await store.configuration.refresh()
    assert await seconds_of(store, "one") == (240, usual, "")


async def test_a_rule_is_tried_only_as_its_second_person_approved_it(store: Store) -> None:
    checked = await waiting(store, "response", YUCHENG, {"seconds": "120"})
    ready = await approved(store, "response", YUCHENG, {"seconds": "120"})
    other = await approved(store, "response", YUCHENG, {"seconds": "100"})
    for key, codes, told in (
        (rule_key("response", checked), [YUCHENG], {"why": "not_approved"}),
        (rule_key("response", ready), [MINGSHAN], {"field": "districts", "why": "not_here"}),
        (rule_key("response", "a" * 26), [YUCHENG], {"field": "flag"}),
        (rule_key("ladder", ready), [YUCHENG], {"field": "flag"}),
    ):
        with pytest.raises(WufenError) as refused:
            await rollouts.start(store, key, codes, 10, ADMIN)
        assert {"field": refused.value.field, **refused.value.params}.items() >= told.items()
    rollout = await rollouts.start(store, rule_key("response", ready), [YUCHENG], 10, ADMIN)
    with pytest.raises(Conflict) as second:
        await rollouts.start(store, rule_key("response", other), [YUCHENG], 10, ADMIN)
    assert second.value.params["why"] == "rollout_under_way"
    with pytest.raises(Conflict) as live:
        await rollouts.finish(store, rollout.id, ADMIN)
    assert live.value.params["why"] == "rule_begins_at_its_desk"
    with pytest.raises(NotFound):
        await flag_actions.set_stage(store, rule_key("response", other), YUCHENG, Stage("live"), ADMIN)
