"""Vehicles to look out for, and what a reason means: what the disposition hears of them, and who may say so."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.actions import duty, watch_flags
from models.actions.commands import act
from models.actions.watch_flags import Watch
from models.errors import Conflict, Forbidden, InvalidField, NotFound
from models.incident.commands import Accept, Arrive, Resolve
from models.store import Store
from models.tables import audit, incidents, rule_decisions
from models.tables import watch_flags as flags
from tests.support.city import CHEN, PLATES, WANG, YUCHENG, ZHANG, ask
from tests.support.clock import FakeClock
from tests.support.rules import in_force

CITY = "511800"


async def disposition(store: Store, clock: FakeClock, car: str = "one", minutes: int = 20) -> dict[str, Any]:
    """What the table heard and said once ZHANG had dealt with the car."""
    asked = await ask(store, car)
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    clock.advance(60 * minutes)
    for command in (Accept(), Arrive(), Resolve(outcome="resolved")):
        await act(store, asked.id, command, ZHANG)
    query = select(rule_decisions.c.inputs, rule_decisions.c.result).where(
        rule_decisions.c.incident_id == asked.id, rule_decisions.c.table_name == "disposition"
    )
    async with store.database.read() as connection:
        row = (await connection.execute(query)).one()
    heard: dict[str, Any] = json.loads(row.inputs) | json.loads(row.result)[0]
    return heard


def of_car(kind: str, scope: str = YUCHENG, **more: Any) -> Watch:
    return Watch(PLATES["one"], kind, scope, "市局〔2026〕12号", plate_class="ordinary", **more)


async def test_a_watched_car_that_obstructs_brings_a_penalty_that_a_second_person_confirms(
    store: Store, clock: FakeClock
) -> None:
    await watch_flags.put(store, CHEN, of_car("yellow_label", dated=date(2025, 12, 31)))
    heard = await disposition(store, clock)
    assert (heard["watched"], heard["yellow_label"], heard["stolen"]) == (True, True, False)
    assert (heard["disposition"], heard["second_person"]) == ("penalty", True)
    other = await disposition(store, clock, "two")
    assert (other["watched"], other["disposition"]) == (False, "warning")


@pytest.mark.parametrize("kind", ["stolen", "cloned"])
async def test_nothing_is_held_against_the_owner_of_a_stolen_or_cloned_car(
    store: Store, clock: FakeClock, kind: str
) -> None:
    await watch_flags.put(store, CHEN, of_car(kind))
    assert (await disposition(store, clock))["disposition"] == "none"


async def test_a_flag_holds_in_its_place_and_time_only(store: Store, clock: FakeClock) -> None:
    now = clock.now()
    await watch_flags.put(store, CHEN, of_car("repeat_offender", CITY, ends_at=now + timedelta(days=1)))
    await watch_flags.put(store, CHEN, of_car("stolen", begins_at=now + timedelta(days=30)))
    await watch_flags.put(store, CHEN, of_car("cloned", "511803"))
    heard = await disposition(store, clock)
    assert [kind for kind in ("repeat_offender", "stolen", "cloned") if heard[kind]] == ["repeat_offender"]
    clock.advance(2 * 86_400)
    assert not (await disposition(store, clock))["watched"]
    clock.advance(30 * 86_400)
    assert (await disposition(store, clock))["stolen"]


async def test_what_is_cleared_counts_no_more_and_may_be_set_anew(store: Store, clock: FakeClock) -> None:
    name = await watch_flags.put(store, CHEN, of_car("inspection_overdue"))
    with pytest.raises(Conflict):
        await watch_flags.put(store, CHEN, of_car("inspection_overdue"))
    await watch_flags.clear(store, CHEN, name, reason="已补检")
    with pytest.raises(Conflict):
        await watch_flags.clear(store, CHEN, name, reason="已补检")
    assert not (await disposition(store, clock))["watched"]
    await watch_flags.put(store, CHEN, of_car("inspection_overdue"))
    async with store.database.read() as connection:
        query = select(audit.c.action, audit.c.actor, audit.c.reason).where(audit.c.action.like("%watch"))
        found = sorted(tuple(row) for row in await connection.execute(query))
    assert found == [
        ("unwatch", CHEN.subject, "已补检"),
        ("watch", CHEN.subject, "市局〔2026〕12号"),
        ("watch", CHEN.subject, "市局〔2026〕12号"),
    ]


async def test_no_plate_stands_in_the_list(store: Store) -> None:
    await watch_flags.put(store, CHEN, of_car("stolen"))
    async with store.database.read() as connection:
        row = (await connection.execute(select(flags))).one()
    assert PLATES["one"] not in str(tuple(row))
    assert row.plate_masked == "川TA***5"


async def test_nobody_else_sets_or_clears_one_and_nonsense_is_refused(store: Store, clock: FakeClock) -> None:
    for who, scope in ((ZHANG, YUCHENG), (WANG, YUCHENG), (WANG, CITY)):
        with pytest.raises(Forbidden):
            await watch_flags.put(store, who, of_car("stolen", scope))
    past = clock.now() - timedelta(days=1)
    for wrong, field in (
        (of_car("ugly"), "kind"),
        (of_car("stolen", "999999"), "scope"),
        (of_car("stolen", ends_at=past), "ends_at"),
        (Watch("川TI1234", "stolen", YUCHENG, "x"), "plate"),
        (Watch(PLATES["one"], "stolen", YUCHENG, " "), "source"),
        (Watch(PLATES["one"], "stolen", YUCHENG, "x" * 121), "source"),
    ):
        with pytest.raises(InvalidField) as refused:
            await watch_flags.put(store, CHEN, wrong)
        assert refused.value.field == field
    name = await watch_flags.put(store, CHEN, of_car("stolen"))
    with pytest.raises(Forbidden):
        await watch_flags.clear(store, ZHANG, name, reason="x")
    with pytest.raises(InvalidField):
        await watch_flags.clear(store, CHEN, name, reason=" ")
    with pytest.raises(NotFound):
        await watch_flags.clear(store, CHEN, "none", reason="x")


async def test_what_a_reason_means_is_the_districts_to_say(store: Store, clock: FakeClock) -> None:
    """In this district a taken space obstructs, lies in a residential quarter and goes first."""
    row = {"place": "'residential'", "obstructs": "true", "priority": "2"}
    await in_force(store, clock, "reasons", YUCHENG, row)
    heard = await disposition(store, clock)
    assert (heard["place"], heard["obstructs"]) == ("residential", True)
    async with store.database.read() as connection:
        assert (await connection.execute(select(incidents.c.priority))).scalar_one() == 2
        query = select(rule_decisions.c.result).where(rule_decisions.c.table_name == "reasons")
        (said,) = json.loads((await connection.execute(query)).scalar_one())
    assert said == {"place": "residential", "obstructs": True, "priority": 2}
