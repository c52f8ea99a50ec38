"""How a flag came to say what it says: who, when, what changed, why; and the way back to an earlier version."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert

from models.actions import flags as flag_actions
from models.actions import rollouts
from models.actions.guarding import APART, look_at_guards
from models.errors import Conflict, Forbidden, InvalidField, NotFound
from models.flags.content import Stage
from models.flags.definitions import rule_key
from models.flags.guards import Guard
from models.queries.flag_history import PAGE, FlagVersion, history
from models.store import Store
from models.tables import flags
from tests.support.city import MINGSHAN, YUCHENG, joins, officer
from tests.support.clock import FakeClock
from tests.support.pilots import (
    ADMIN,
    GUARD,
    MOVE_CAR,
    OF_YUCHENG,
    PHOTOS,
    REASON,
    made,
    off,
    stage,
    started,
)
from tests.support.rules import approved

OF_MINGSHAN = officer("051903", "administrator", MINGSHAN)


@pytest.fixture(autouse=True)
async def administrators(store: Store) -> None:
    await joins(store, ADMIN, OF_YUCHENG, OF_MINGSHAN)


async def told(store: Store, who: Any = ADMIN, **options: Any) -> list[FlagVersion]:
    return (await history(store, who, **options)).versions


def in_words(one: FlagVersion) -> list[tuple[str, str, str]]:
    return [(each.district, each.before.state, each.after.state) for each in one.changes]


async def test_each_version_says_who_when_what_and_why(store: Store, clock: FakeClock) -> None:
    await off(store, PHOTOS, YUCHENG)
    clock.advance(60)
    rollout = await rollouts.start(store, PHOTOS, [YUCHENG], 20, OF_YUCHENG, guards=(GUARD,), reason=REASON)
    newest, first = await told(store)
    assert (newest.key, newest.version, newest.by, newest.reason) == (PHOTOS, 2, "051901", REASON)
    assert newest.at == clock.now()
    assert in_words(newest) == [(YUCHENG, "off", "pilot")]
    assert newest.step is not None
    assert (newest.step.name, newest.step.rollout, newest.step.percent) == ("start", rollout.id, 20)
    assert newest.step.guards == (GUARD,)
    assert (first.version, first.by, first.step, first.reason) == (1, "051900", None, None)
    assert in_words(first) == [(YUCHENG, "live", "off")]
    assert [newest.is_current, first.is_current] == [True, False]


async def test_guards_that_change_are_a_new_version_with_what_counted_before(store: Store) -> None:
    rollout = await started(store, guards=(GUARD,))
    other = (Guard("breached", worse_by=0.02, least_n=100),)
    await rollouts.set_guards(store, rollout.id, other, ADMIN, "更谨慎")
    newest = (await told(store))[0]
    assert newest.changes == []
    assert newest.step is not None
    assert (newest.step.name, newest.step.were, newest.step.guards) == ("guards", (GUARD,), other)
    assert newest.reason == "更谨慎"
    assert await stage(store, PHOTOS, YUCHENG) == Stage("pilot", 20)


async def test_the_service_s_way_back_shows_the_figure_that_crossed(store: Store, clock: FakeClock) -> None:
    await started(store, guards=(GUARD,))
    await made(store, "on", 40, breached=20, at=clock.now())
    await made(store, "off", 100, breached=5, at=clock.now())
    clock.advance(APART.total_seconds())
    await look_at_guards(store)
    newest = (await told(store))[0]
    assert (newest.by, newest.reason) == ("system", "guard:breached")
    assert in_words(newest) == [(YUCHENG, "pilot", "off")]
    assert newest.step is not None
    crossed = newest.step.crossed
    assert crossed is not None
    # 20 of 40: Wilson 0.3520 to 0.6480. 5 of 100: 0.0215 to 0.1118.
    assert (crossed.figure, crossed.check.against, crossed.check.allowed) == ("breached", "control", 0.05)
    assert crossed.check.found == pytest.approx(0.45)
    assert (crossed.pilot.n, crossed.pilot.value) == (40, 0.5)
    assert [crossed.pilot.low, crossed.pilot.high] == pytest.approx([0.3520, 0.6480], abs=5e-5)
    assert crossed.control.high == pytest.approx(0.1118, abs=5e-5)


async def test_an_administrator_reads_of_his_own_districts(store: Store) -> None:
    await started(store)
    await flag_actions.set_stage(store, MOVE_CAR, MINGSHAN, Stage("off"), ADMIN)
    await flag_actions.kill(store, PHOTOS, True, ADMIN, REASON)
    assert {(one.key, one.version) for one in await told(store, OF_MINGSHAN)} == {(PHOTOS, 3), (MOVE_CAR, 1)}
    assert [one.version for one in await told(store, OF_YUCHENG, key=PHOTOS)] == [3, 2, 1]
    assert (await told(store, OF_YUCHENG, key=PHOTOS))[0].killed is True


async def test_it_is_read_page_by_page_without_holes_or_doubles(store: Store, clock: FakeClock) -> None:
    """Versions of one instant too: the clock stands still for most of them."""
    for number in range(2 * PAGE + 5):
        await flag_actions.set_stage(
            store, (MOVE_CAR, PHOTOS)[number % 2], YUCHENG, Stage(("off", "live")[number // 2 % 2]), ADMIN
        )
        if number == PAGE:
            clock.advance(1)
    seen: list[tuple[str, int]] = []
    sizes, before = [], None
    while True:
        page = await history(store, ADMIN, before=before)
        sizes.append(len(page.versions))
        seen += [(one.key, one.version) for one in page.versions]
        before = page.older
        if before is None:
            break
    assert sizes == [PAGE, PAGE, 5]
    assert len(seen) == len(set(seen)) == 2 * PAGE + 5
    for nonsense in ("x", "2026-11-02T08:00:00~a~1", "2026-11-02T08:00:00Z~a~b"):
        with pytest.raises(InvalidField):
            await history(store, ADMIN, before=nonsense)


async def test_a_flag_goes_back_to_an_earlier_version_as_a_new_one(store: Store) -> None:
    await off(store, PHOTOS, YUCHENG)
    await flag_actions.set_stage(store, PHOTOS, YUCHENG, Stage("integrating"), ADMIN)
    await flag_actions.set_stage(store, PHOTOS, MINGSHAN, Stage("off"), ADMIN)
    assert [one.may_return for one in await told(store, key=PHOTOS)] == [False, True, True]
    assert await flag_actions.go_back(store, PHOTOS, 1, ADMIN, REASON) == 4
    assert await stage(store, PHOTOS, YUCHENG) == Stage("off")
    assert await stage(store, PHOTOS, MINGSHAN) == Stage("live")
    newest = (await told(store, key=PHOTOS))[0]
    assert in_words(newest) == [(YUCHENG, "integrating", "off"), (MINGSHAN, "off", "live")]
    await flag_actions.go_back(store, PHOTOS, 0, ADMIN, REASON)
    assert await stage(store, PHOTOS, YUCHENG) == Stage("live")


async def test_who_has_one_district_takes_only_that_one_back(store: Store) -> None:
    await off(store, PHOTOS, YUCHENG)
    await off(store, PHOTOS, MINGSHAN)
    await flag_actions.kill(store, PHOTOS, True, ADMIN, REASON)
    await flag_actions.go_back(store, PHOTOS, 0, OF_YUCHENG, REASON)
    await store.configuration.refresh()
    content = store.flags.set.contents[PHOTOS]
    assert content.killed, "the kill switch is for who has all districts"
    assert content.districts == {YUCHENG: Stage("live"), MINGSHAN: Stage("off")}
    await flag_actions.go_back(store, PHOTOS, 2, ADMIN, REASON)
    assert await stage(store, PHOTOS, YUCHENG) == Stage("off")


async def test_where_there_is_no_way_back_it_says_so(store: Store) -> None:
    rollout = await started(store)
    version = await approved(store, "response", YUCHENG, {"seconds": "120"})
    tried = rule_key("response", version)
    await rollouts.start(store, tried, [YUCHENG], 10, ADMIN)
    with pytest.raises(Conflict) as under_way:
        await flag_actions.go_back(store, PHOTOS, 1, ADMIN, REASON)
    assert under_way.value.params["why"] == "rollout_under_way"
    await rollouts.roll_back(store, rollout.id, ADMIN, REASON)
    with pytest.raises(Conflict) as trial:
        await flag_actions.go_back(store, PHOTOS, 2, ADMIN, REASON)
    assert trial.value.params["why"] == "was_on_trial"
    with pytest.raises(Conflict) as same:
        await flag_actions.go_back(store, PHOTOS, 1, ADMIN, REASON)
    assert same.value.params["why"] == "nothing_changes"
    for key, number in ((PHOTOS, 99), ("module.x", 1), (tried, 1)):
        with pytest.raises(NotFound):
            await flag_actions.go_back(store, key, number, ADMIN, REASON)
    with pytest.raises(Forbidden):
        await flag_actions.go_back(store, PHOTOS, 1, officer("1", "commander", YUCHENG, MINGSHAN), REASON)


async def test_a_version_of_a_rule_is_told_by_its_number(store: Store) -> None:
    version = await approved(store, "response", YUCHENG, {"seconds": "120"})
    await rollouts.start(store, rule_key("response", version), [YUCHENG], 10, ADMIN)
    assert [(one.rule, one.may_return) for one in await told(store)] == [(1, False)]


async def test_versions_of_an_older_release_are_told_too(store: Store) -> None:
    async with store.database.write() as connection:
        row = {"key": PHOTOS, "version": 1, "made_by": "operator", "made_at": store.clock.now()}
        await connection.execute(insert(flags).values(**row, content='{"everywhere":{"state":"off"}}'))
        await connection.execute(insert(flags).values(**row | {"key": "module.gone"}, content="{}"))
    (only,) = await told(store)
    assert (only.by, only.step, in_words(only)) == (
        "operator",
        None,
        [(YUCHENG, "live", "off"), (MINGSHAN, "live", "off")],
    )
