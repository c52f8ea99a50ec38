"""A version of any table beside the one in force, for a share of the cars."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from models.actions import flags as flag_actions
from models.actions import photos, rollouts, rule_changes
from models.actions.commands import act
from models.actions.duty import set_duty
from models.actions.photos import NewPhoto
from models.actions.requests import MoveRequest, request_move
from models.caller import Participant
from models.errors import Conflict, NotFound, TooManyRequests, WufenError
from models.flags.content import Stage
from models.flags.definitions import TRIED_TABLES, UNTRIED_TABLES, rule_key
from models.incident.commands import Accept, Arrive, HandOver, Resolve
from models.rules.definitions import DEFINITIONS
from models.rules.shipped import shipped, shipped_id
from models.store import Store
from models.tables import stickers
from tests.support.city import GATE, MINGSHAN, PLATES, YUCHENG, ZHANG, Asked
from tests.support.clock import FakeClock
from tests.support.ids import FakeIds
from tests.support.pilots import ADMIN, OF_YUCHENG, REASON, decided_by, over, said_of, variants_of
from tests.support.rules import AUTHOR, SECOND, approved, in_force, waiting

CITY = "511800"
PHONE, NETWORK = b"p" * 16, b"n" * 16
ROUTING = {
    "offers_at_once": "2", "acknowledge_seconds": "45", "rings_m": "[]", "roles": "['police']",
    "fresh_seconds": "120",
}  # fmt: skip


@pytest.fixture(autouse=True)
def the_same_versions(store: Store) -> None:
    """Who is in a pilot goes by the id of the version: the same one in every run."""
    store.ids = FakeIds()


# A row of each table that matches everything and is not what is shipped.
ROWS: dict[str, dict[str, str]] = {
    "response": {"seconds": "120"},
    "promises": {"promise_minutes": "[2, 4]"},
    "ladder": {"step": "1", "after_seconds": "60", "actions": "['offer']", "unless_answered": "false"},
    "routing": ROUTING,
    "requests": {"delay_seconds": "0", "wrong_tails": "4", "lock_seconds": "700"},
    "limits": {"subject": "'device'", "most": "50", "seconds": "3600", "block_seconds": "0"},
    "evidence": {
        "photos_least": "0", "photos_most": "3", "seconds_apart": "0", "oldest_seconds": "3600",
        "live_only": "false",
    },
    "disposition": {"disposition": "'warning'", "second_person": "false"},
}  # fmt: skip


def test_of_each_table_it_is_said_whether_it_can_be_tried() -> None:
    assert sorted((*TRIED_TABLES, *UNTRIED_TABLES)) == sorted(DEFINITIONS)
    assert sorted(ROWS) == sorted(TRIED_TABLES)


async def tries(store: Store, table: str, percent: int = 100, scope: str = YUCHENG) -> tuple[str, str]:
    """A pilot of a table in Yucheng; its version and the rollout's id."""
    version = await approved(store, table, scope, ROWS[table])
    rollout = await rollouts.start(store, rule_key(table, version), [YUCHENG], percent, ADMIN)
    await store.configuration.refresh()
    return version, rollout.id


async def for_some_cars(store: Store, key: str) -> tuple[str, set[str]]:
    """A pilot in Yucheng that is widened until it has some of the three cars and not all; who is in."""
    rollout = await rollouts.start(store, key, [YUCHENG], 1, ADMIN)
    for percent in range(2, 100):
        await store.configuration.refresh()
        inside = {car for car in PLATES if store.flags.is_on(key, YUCHENG, unit=f"car-{car}")}
        if inside:
            break
        await rollouts.widen(store, rollout.id, percent, ADMIN)
    assert 0 < len(inside) < len(PLATES), "the test needs cars on both sides"
    return rollout.id, inside


async def asks(store: Store, car: str = "one") -> Asked:
    """Somebody asks with a phone that is known."""
    wish = MoveRequest(
        f"sticker-{car}", PLATES[car][-3:], "blocking", location=GATE, device=PHONE, address=NETWORK
    )
    result = await request_move(store, wish)
    name = result.view["id"]
    return Asked(name, Participant(result.participant, name, "requester"), result)


async def carried_to_its_end(store: Store, asked: Asked) -> None:
    """Handed over, a photo, an officer who deals with the car."""
    await act(store, asked.id, HandOver(), asked.requester)
    await photos.add(store, asked.id, asked.requester, NewPhoto(b"s" * 32, "a.webp", 10, 10))
    for command in (Accept(), Arrive(), Resolve(note="warned")):
        await act(store, asked.id, command, ZHANG)


async def test_a_version_of_any_table_decides_all_through_an_incident_of_its_pilot(store: Store) -> None:
    tried = {table: (await tries(store, table))[0] for table in TRIED_TABLES}
    await set_duty(store, ZHANG, True, YUCHENG)
    asked = await asks(store)
    await carried_to_its_end(store, asked)
    assert await variants_of(store, asked.id) == {rule_key(*one): "on" for one in tried.items()}
    for table, version in tried.items():
        assert set(await decided_by(store, asked, table)) == {version}, table


async def test_outside_the_share_what_is_in_force_decides_all_through(store: Store) -> None:
    before = {name: shipped_id(one.content) for name, one in shipped().items()}
    keys = [rule_key(table, (await tries(store, table, 1))[0]) for table in TRIED_TABLES]
    await set_duty(store, ZHANG, True, YUCHENG)
    asked = await asks(store)
    await carried_to_its_end(store, asked)
    assert await variants_of(store, asked.id) == dict.fromkeys(keys, "off")
    for table in TRIED_TABLES:
        assert set(await decided_by(store, asked, table)) == {before[table]}, table


async def test_an_incident_stays_in_the_group_in_which_it_began(store: Store) -> None:
    _, rollout = await tries(store, "routing", 1)
    await set_duty(store, ZHANG, True, YUCHENG)
    asked = await asks(store)
    await rollouts.widen(store, rollout, 100, ADMIN)
    await store.configuration.refresh()
    await act(store, asked.id, HandOver(), asked.requester)
    assert set(await decided_by(store, asked, "routing")) == {shipped_id(shipped()["routing"].content)}


@pytest.mark.parametrize("end", ["pause", "roll_back", "kill"])
async def test_what_began_in_a_pilot_is_decided_as_before_once_it_is_stopped(store: Store, end: str) -> None:
    version, rollout = await tries(store, "routing")
    await set_duty(store, ZHANG, True, YUCHENG)
    asked = await asks(store)
    if end == "pause":
        await rollouts.pause(store, rollout, ADMIN)
    elif end == "kill":
        await flag_actions.kill(store, rule_key("routing", version), True, ADMIN, REASON)
    else:
        await rollouts.roll_back(store, rollout, ADMIN, REASON)
    await store.configuration.refresh()
    await act(store, asked.id, HandOver(), asked.requester)
    assert set(await decided_by(store, asked, "routing")) == {shipped_id(shipped()["routing"].content)}


async def test_a_limit_is_tried_with_the_cars_of_the_pilot_and_no_others(store: Store) -> None:
    row = {"subject": "'vehicle'", "most": "1", "seconds": "3600", "block_seconds": "0"}
    version = await approved(store, "limits", YUCHENG, row)
    key = rule_key("limits", version)
    _, inside = await for_some_cars(store, key)
    for car in PLATES:
        await asks(store, car)
        await over(store)
        if car in inside:
            with pytest.raises(TooManyRequests):
                await asks(store, car)
        else:
            await asks(store, car)
            await over(store)


async def test_what_is_asked_before_the_place_is_known_is_tried_where_the_sticker_is(store: Store) -> None:
    """A car of Mingshan's that stands in Yucheng: its limits are Mingshan's affair, its response time Yucheng's."""
    async with store.database.write() as connection:
        await connection.execute(update(stickers).values(district=MINGSHAN))
    limits, _ = await tries(store, "limits")
    asked = await asks(store)
    assert await variants_of(store, asked.id) == {rule_key("limits", limits): "outside"}
    assert await decided_by(store, asked, "limits") == [shipped_id(shipped()["limits"].content)]


async def test_a_version_of_a_rule_decides_for_the_cars_of_its_pilot(store: Store, clock: FakeClock) -> None:
    usual = await in_force(store, clock, "response", CITY, {"seconds": "240"})
    tried = await approved(store, "response", YUCHENG, {"seconds": "120"})
    key = rule_key("response", tried)
    rollout, inside = await for_some_cars(store, key)
    for car in PLATES:
        expected = (120, tried, "on", None) if car in inside else (240, usual, "off", None)
        assert await said_of(store, car) == expected
    await rollouts.widen(store, rollout, 100, ADMIN)
    await store.configuration.refresh()
    for car in PLATES:
        assert await said_of(store, car) == (120, tried, "on", None)
    await rollouts.roll_back(store, rollout, ADMIN, REASON)
    await store.configuration.refresh()
    assert await said_of(store, "one") == (240, usual, "", None)


async def test_how_long_is_kept_is_no_car_s_and_cannot_be_tried_for_a_share(store: Store) -> None:
    key = rule_key("retention", "a" * 26)
    for codes in ([YUCHENG], [MINGSHAN, YUCHENG]):
        with pytest.raises(Conflict) as refused:
            await rollouts.start(store, key, codes, 10, ADMIN)
        assert refused.value.params["why"] == "not_by_the_car"


async def test_nobody_tries_a_version_that_no_second_person_has_approved(store: Store) -> None:
    """Not a checked one, not a rejected one; and its author cannot approve it for himself meanwhile."""
    draft = await waiting(store, "routing", YUCHENG, ROUTING)
    with pytest.raises(WufenError):
        await rule_changes.decide(store, AUTHOR, draft, approve=True, reason=None)
    for decided in (False, True):
        if decided:
            await rule_changes.decide(store, SECOND, draft, approve=False, reason="太远")
        with pytest.raises(Conflict) as refused:
            await rollouts.start(store, rule_key("routing", draft), [YUCHENG], 10, OF_YUCHENG)
        assert refused.value.params["why"] == "not_approved"


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
