"""Lists of vehicles to look out for: dry run, whole lists, refused lines, and who hears of a stolen car."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from models.actions import duty
from models.actions.watch_flags import Watch
from models.actions.watch_flags import put as watch_flags_put
from models.actions.watch_lists import TakenIn, WatchList, dry_run, take_in
from models.caller import Officer, System
from models.errors import Conflict, Forbidden, InvalidField, WatchListFaulty
from models.store import Store
from models.tables import audit, events, notices, watch_flags, watch_hits, watch_imports
from tests.support.city import AUX, CHEN, MINGSHAN, PLATES, WANG, YUCHENG, ZHANG, ask, officer

ADMIN = officer("990001", "administrator", YUCHENG, MINGSHAN)
CITY = "511800"
SOURCE = "车管所黄标车名单"
FIRST = (
    "车牌,类别,日期\n川TA1235,黄标车,2026-12-31\n川TA7777,黄标车,2026-12-31\n川TA8888,逾期未检验,2026-05-01\n"
)


def wish(text: str, scope: str = YUCHENG, **more: Any) -> WatchList:
    return WatchList(text.encode(), scope, SOURCE, **more)


def counts(done: TakenIn) -> tuple[int, int, int, int]:
    return done.new, done.changed, done.ended, done.unchanged


async def rows(store: Store, query: Any) -> list[Any]:
    async with store.database.read() as connection:
        return list((await connection.execute(query)).all())


async def standing(store: Store) -> list[tuple[str, str, str | None]]:
    query = select(watch_flags.c.plate_masked, watch_flags.c.kind, watch_flags.c.dated)
    return sorted(map(tuple, await rows(store, query.where(watch_flags.c.cleared_at.is_(None)))), key=repr)


async def test_a_dry_run_says_what_would_change_and_changes_nothing(store: Store) -> None:
    assert counts(await dry_run(store, ADMIN, wish(FIRST))) == (3, 0, 0, 0)
    assert await standing(store) == []
    assert await rows(store, select(watch_imports.c.id)) == []


async def test_a_list_taken_in_twice_is_taken_in_once(store: Store) -> None:
    assert counts(await take_in(store, ADMIN, wish(FIRST))) == (3, 0, 0, 0)
    assert counts(await take_in(store, ADMIN, wish(FIRST))) == (0, 0, 0, 3)
    assert await standing(store) == [
        ("川TA***5", "yellow_label", "2026-12-31"),
        ("川TA***7", "yellow_label", "2026-12-31"),
        ("川TA***8", "inspection_overdue", "2026-05-01"),
    ]


async def test_the_next_whole_list_changes_and_ends_and_keeps_what_was(store: Store) -> None:
    await take_in(store, ADMIN, wish(FIRST))
    following = (
        "车牌,类别,日期\n川TA1235,黄标车,2027-06-30\n川TA8888,逾期未检验,2026-05-01\n川TA9999,黄标车,\n"
    )
    told = await dry_run(store, ADMIN, wish(following, whole=True))
    assert counts(told) == (1, 1, 1, 1)
    with pytest.raises(Conflict) as refused:
        await take_in(store, ADMIN, wish(following, whole=True))
    assert refused.value.params == {"why": "ends", "ends": 1}
    assert counts(await take_in(store, ADMIN, wish(following, whole=True, ends=1))) == (1, 1, 1, 1)
    assert await standing(store) == [
        ("川TA***5", "yellow_label", "2027-06-30"),
        ("川TA***8", "inspection_overdue", "2026-05-01"),
        ("川TA***9", "yellow_label", None),
    ]
    cleared = select(watch_flags.c.plate_masked, watch_flags.c.cleared_reason, watch_flags.c.cleared_by)
    assert sorted(map(tuple, await rows(store, cleared.where(watch_flags.c.cleared_at.is_not(None))))) == [
        ("川TA***5", "changed by the list", ADMIN.subject),
        ("川TA***7", "no longer on the list", ADMIN.subject),
    ]


async def test_another_source_and_another_place_are_left_alone(store: Store) -> None:
    await take_in(store, ADMIN, wish(FIRST))
    await take_in(store, ADMIN, wish(FIRST, scope=MINGSHAN))
    other = WatchList("车牌\n川TA7777\n".encode(), YUCHENG, "另一份名单", kind="yellow_label", whole=True)
    assert counts(await take_in(store, ADMIN, other)) == (1, 0, 0, 0)
    assert len(await standing(store)) == 7


async def test_one_bad_line_refuses_the_file_or_only_itself_as_was_chosen(store: Store) -> None:
    torn = FIRST + "川TI0000,黄标车,\n"
    refused = await take_in(store, ADMIN, wish(torn))
    assert (refused.id, counts(refused), [(one.line, one.why) for one in refused.refused]) == (
        None,
        (3, 0, 0, 0),
        [(5, "letter_i_or_o")],
    )
    assert await standing(store) == []
    done = await take_in(store, ADMIN, wish(torn, refuse="line"))
    assert done.id is not None
    assert len(await standing(store)) == 3


async def test_a_line_that_cannot_be_read_does_not_end_what_stands(store: Store) -> None:
    await take_in(store, ADMIN, wish(FIRST))
    torn = (
        "车牌,类别,日期\n川TA1235,黄标车,2026-12-31\n川TA7777,黄标车,明年\n川TA8888,逾期未检验,2026-05-01\n"
    )
    done = await take_in(store, ADMIN, wish(torn, whole=True, refuse="line", ends=0))
    assert counts(done) == (0, 0, 0, 2)
    assert len(await standing(store)) == 3


async def test_the_days_of_a_list_are_days_of_beijing_and_the_last_one_counts(store: Store) -> None:
    text = "车牌,起始日期,截止日期\n川TA1235,2099-01-01,2099-01-31\n"
    await take_in(store, ADMIN, wish(text, kind="stolen"))
    query = select(watch_flags.c.begins_at, watch_flags.c.ends_at)
    assert await rows(store, query) == [
        (datetime(2098, 12, 31, 16, tzinfo=UTC), datetime(2099, 1, 31, 16, tzinfo=UTC))
    ]


async def test_who_may_bring_a_list_for_a_place(store: Store) -> None:
    for by, scope in (
        (ZHANG, YUCHENG),
        (AUX, YUCHENG),
        (WANG, MINGSHAN),
        (officer("x", "administrator", YUCHENG), CITY),
    ):
        with pytest.raises(Forbidden):
            await take_in(store, by, wish(FIRST, scope=scope))
    with pytest.raises(InvalidField):
        await take_in(store, ADMIN, wish(FIRST, scope="999999"))
    allowed: tuple[Officer | System, ...] = (ADMIN, CHEN, System())
    for whoever in allowed:
        assert (await take_in(store, whoever, wish(FIRST, scope=CITY))).id is not None


async def test_a_file_that_is_no_list_is_refused_by_name(store: Store) -> None:
    with pytest.raises(WatchListFaulty) as refused:
        await take_in(store, ADMIN, wish("车牌,日期\n川TA1235,\n"))
    assert refused.value.params == {"why": "missing", "line": 1, "column": "kind"}
    with pytest.raises(InvalidField):
        await take_in(store, ADMIN, wish(FIRST, kind="lost"))
    with pytest.raises(InvalidField):
        await take_in(store, ADMIN, WatchList(FIRST.encode(), YUCHENG, "  "))


async def test_an_import_is_on_the_record_without_a_plate(store: Store) -> None:
    done = await take_in(store, ADMIN, wish(FIRST))
    [record] = await rows(store, select(audit).where(audit.c.action == "import_watch_list"))
    assert (record.actor, record.subject) == (ADMIN.subject, f"watch_import:{done.id}")
    assert record.reason == f"{YUCHENG}: 3 new, 0 changed, 0 ended"
    everything = repr(await rows(store, select(audit))) + repr(await rows(store, select(watch_imports)))
    assert "川TA7777" not in everything


async def test_a_stolen_car_that_turns_up_is_told_to_police_and_commanders_and_to_nobody_else(
    store: Store,
) -> None:
    await store.configuration.refresh()
    for who in (ZHANG, AUX):
        await duty.set_duty(store, who, True, YUCHENG)
    await duty.set_duty(store, WANG, True, MINGSHAN)
    text = f"车牌,类别,日期\n{PLATES['one']},被盗抢,2026-11-01\n{PLATES['one']},黄标车,\n"
    await take_in(store, ADMIN, wish(text, scope=CITY))
    asked = await ask(store)
    alerts = await rows(
        store, select(events.c.officer_id, events.c.data, events.c.district).where(events.c.name == "watched")
    )
    assert sorted(alert.officer_id for alert in alerts) == sorted((CHEN.id, ZHANG.id))
    assert {alert.district for alert in alerts} == {"control"}
    told = json.loads(alerts[0].data)["alert"]
    assert told == {
        "incident": asked.id,
        "district": YUCHENG,
        "plate": "川TA***5",
        "kinds": ["stolen"],
        "plate_classes": ["ordinary"],
    }
    texts = await rows(store, select(notices.c.officer_id).where(notices.c.template == "watched_vehicle"))
    assert sorted(one.officer_id for one in texts) == sorted((CHEN.id, ZHANG.id))
    hits = await rows(
        store, select(watch_hits.c.incident_id, watch_hits.c.kind, watch_hits.c.dated, watch_hits.c.told)
    )
    assert sorted(hits) == [(asked.id, "stolen", "2026-11-01", 2), (asked.id, "yellow_label", None, 0)]
    feed = await rows(store, select(events.c.data).where(events.c.incident_id == asked.id))
    assert not any(word in repr(feed) for word in ("stolen", "watched", "yellow"))


async def test_a_car_that_is_put_on_the_list_while_it_is_in_the_way_is_told_at_once_and_once(
    store: Store,
) -> None:
    await store.configuration.refresh()
    asked = await ask(store)
    text = f"车牌\n{PLATES['one']}\n"
    await take_in(store, ADMIN, wish(text, kind="cloned"))
    await take_in(store, ADMIN, WatchList(text.encode(), CITY, "省厅", kind="cloned"))
    await take_in(store, ADMIN, wish(text, kind="stolen"))
    alerts = await rows(store, select(events.c.data).where(events.c.name == "watched"))
    assert [json.loads(one.data)["alert"]["kinds"] for one in alerts] == [["cloned"], ["stolen"]]
    assert {hit.incident_id for hit in await rows(store, select(watch_hits.c.incident_id))} == {asked.id}


async def test_a_yellow_plate_of_the_same_number_is_met_too_and_says_so(store: Store) -> None:
    """Owners rarely say the class: a number that is listed as a lorry's is worth a look at the plate's colour."""
    await store.configuration.refresh()
    text = f"车牌,号牌种类\n{PLATES['one']},大型汽车\n"
    await take_in(store, ADMIN, wish(text, kind="stolen"))
    await ask(store)
    [alert] = await rows(store, select(events.c.data).where(events.c.name == "watched"))
    assert json.loads(alert.data)["alert"]["plate_classes"] == ["ordinary_large"]


async def test_what_is_not_in_force_is_not_met(store: Store) -> None:
    await store.configuration.refresh()
    text = f"车牌,起始日期\n{PLATES['one']},2099-01-01\n"
    await take_in(store, ADMIN, wish(text, kind="stolen"))
    await take_in(
        store, ADMIN, WatchList(f"车牌\n{PLATES['one']}\n".encode(), MINGSHAN, "名山", kind="stolen")
    )
    await ask(store)
    assert await rows(store, select(watch_hits.c.id)) == []


async def test_a_single_flag_for_a_car_that_is_in_the_way_is_told_at_once(store: Store) -> None:
    await store.configuration.refresh()
    asked = await ask(store)
    watch = Watch(PLATES["one"], "stolen", YUCHENG, "雨公〔2026〕1 号", plate_class="ordinary")
    await watch_flags_put(store, CHEN, watch)
    alerts = await rows(store, select(events.c.officer_id, events.c.data).where(events.c.name == "watched"))
    assert [(one.officer_id, json.loads(one.data)["alert"]["incident"]) for one in alerts] == [
        (CHEN.id, asked.id)
    ]
