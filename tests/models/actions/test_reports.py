"""Citizens' reports: told, joined, verified by one officer or two, rejected, sent back for more, objected to."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select, update

from models.actions import report_ends, report_queue, reporting
from models.actions.clearing_kinds import KINDS
from models.actions.reporting import NewReport, Reported, file
from models.actions.reviewing import Said, review
from models.caller import Reporter
from models.errors import Conflict, Forbidden, IllegalTransition, InvalidField, NotFound, TooManyRequests
from models.queries import reports as queries
from models.store import Store
from models.tables import (
    audit,
    calendar_days,
    events,
    incidents,
    notices,
    offers,
    pictures,
    report_steps,
    reporters,
    reports,
    uploads,
)
from tests.support.city import AUX, CHEN, GATE, LI, MINGSHAN, WANG, YUCHENG, ZHANG, on_duty
from tests.support.clock import FakeClock

ADDRESS = b"a" * 16


async def sent(
    store: Store, *likenesses: int, holder: str = "pass:one", apart: float = 12, kind: str = "photo"
) -> tuple[str, ...]:
    """Photos that were examined and are ready, taken one after the other; their ids."""
    now, names = store.clock.now(), []
    for number, likeness in enumerate(likenesses):
        name = store.ids.new()
        names.append(name)
        row = {
            "id": name, "holder": holder, "address": ADDRESS, "purpose": "report", "kind": kind, "size": 9,
            "received": 9, "state": "ready", "sha256": b"s" * 32, "created_at": now, "received_at": now,
            "taken_at": now - timedelta(seconds=apart * (len(likenesses) - number)),
        }  # fmt: skip
        picture = {
            "id": store.ids.new(), "upload_id": name, "position": 0, "file": "f", "thumb": "t", "width": 8,
            "height": 8, "likeness": likeness, "drawings_wanted": 0, "drawings_done": 0, "made_at": now,
        }  # fmt: skip
        async with store.database.write() as connection:
            await connection.execute(insert(uploads).values(row))
            await connection.execute(insert(pictures).values(picture))
    return tuple(names)


async def told(store: Store, *likenesses: int, holder: str = "pass:one", **other: Any) -> Reported:
    photos = await sent(store, *(likenesses or (0x00, 0xFFFF)), holder=holder)
    return await file(store, new(store, photos, holder=holder, **other))


def new(store: Store, photos: tuple[str, ...], **other: Any) -> NewReport:
    given: dict[str, Any] = {
        "offence": "bus_stop",
        "plate": "川TA1235",
        "district": YUCHENG,
        "happened_at": store.clock.now() - timedelta(minutes=1),
        "holder": "pass:one",
        "address": ADDRESS,
        "device": b"d" * 16,
        "location": GATE,
    }
    return NewReport(uploads=photos, **(given | other))


async def row_of(store: Store, report_id: str | None) -> Any:
    async with store.database.read() as connection:
        return (await connection.execute(select(reports).where(reports.c.id == report_id))).one()


async def all_of(store: Store, table: Any) -> list[Any]:
    async with store.database.read() as connection:
        return list((await connection.execute(select(table))).all())


async def reporter_of(store: Store, reported: Reported) -> Reporter:
    query = select(reporters.c.id).where(reporters.c.report_id == reported.id, reporters.c.first)
    async with store.database.read() as connection:
        return Reporter((await connection.execute(query)).scalar_one(), str(reported.id))


async def test_a_report_waits_for_its_review_until_the_fifth_working_day(
    store: Store, clock: FakeClock
) -> None:
    reported = await told(store, contact="13900001234", words="每天都停在这里")
    row = await row_of(store, reported.id)
    assert (row.state, row.plate_masked, row.media, row.people) == ("waiting", "川TA***5", 2, 1)
    assert store.vault.open(reporting.PLATE, row.id, row.plate_sealed) == "川TA1235"
    assert store.vault.open(reporting.WORDS, row.id, row.words_sealed) == "每天都停在这里"
    # The clock of tests begins on Monday, 2 November 2026: the fifth working day after it is the 9th.
    assert clock.now().date().isoformat() == "2026-11-02"
    assert row.due_by == datetime.fromisoformat("2026-11-10T00:00:00+08:00")
    (person,) = await all_of(store, reporters)
    assert store.vault.open(reporting.CONTACT, person.id, person.contact_sealed) == "+8613900001234"


async def test_a_holiday_of_the_city_does_not_count(store: Store) -> None:
    async with store.database.write() as connection:
        day = {"city_code": "511800", "day": "2026-11-04", "working": False, "name": "本地假日"}
        await connection.execute(insert(calendar_days).values(day))
    reported = await told(store)
    assert reported.due_by == datetime.fromisoformat("2026-11-11T00:00:00+08:00")


async def test_the_feed_tells_that_something_waits_and_neither_of_whom_nor_by_whom(store: Store) -> None:
    reported = await told(store)
    (event,) = await all_of(store, events)
    assert (event.name, event.incident_id) == ("report_filed", None)
    data = msgspec.json.decode(event.data)
    assert data["report"].keys() == {
        "id", "district", "state", "offence", "filed_at", "due_by", "people", "media",
    }  # fmt: skip
    assert data["report"]["id"] == reported.id


@pytest.mark.parametrize(
    ("other", "field", "why"),
    [
        ({"offence": "injured"}, "offence", "unknown"),
        ({"plate": "川TO1235"}, "plate", "letter_i_or_o"),
        ({"place": "x" * 121}, "place", "too_long"),
        ({"words": "x" * 501}, "words", "too_long"),
        ({"location": None}, "place", "required"),
        ({"happened_at": datetime.fromisoformat("2026-11-02T09:00:00Z")}, "happened_at", "not_yet"),
        ({"happened_at": datetime.fromisoformat("2026-10-29T08:00:00Z")}, "happened_at", "too_old"),
        ({"holder": "pass:somebody-else"}, "uploads", "unknown"),
    ],
)
async def test_what_is_wrong_with_a_report_is_said_and_nothing_is_kept(
    store: Store, other: dict[str, Any], field: str, why: str
) -> None:
    photos = await sent(store, 0x00, 0xFFFF)
    with pytest.raises(InvalidField) as refused:
        await file(store, new(store, photos, **other))
    assert (refused.value.field, refused.value.params["why"]) == (field, why)
    assert await all_of(store, reports) == []


async def test_two_photos_ten_seconds_apart_are_wanted_or_a_video(store: Store) -> None:
    close = await sent(store, 0x00, 0xFFFF, apart=3)
    with pytest.raises(Conflict) as refused:
        await file(store, new(store, close))
    assert refused.value.params["why"] == "photos_too_few"
    video = await sent(store, 0xF0F0, kind="video")
    assert (await file(store, new(store, video))).id


async def test_pictures_that_are_still_examined_are_waited_for(store: Store) -> None:
    photos = await sent(store, 0x00, 0xFFFF)
    async with store.database.write() as connection:
        await connection.execute(update(uploads).where(uploads.c.id == photos[0]).values(state="waiting"))
    with pytest.raises(Conflict) as refused:
        await file(store, new(store, photos))
    assert refused.value.params["why"] == "pictures_waiting"


async def test_who_tells_the_same_is_asked_and_joins(store: Store) -> None:
    first = await told(store)
    photos = await sent(store, 0xAAAA_AAAA_AAAA, 0x5555_5555_5555_0000, holder="pass:two")
    second = new(store, photos, holder="pass:two", device=b"e" * 16)
    asked = await file(store, second)
    assert asked.id is None
    assert asked.same is not None
    assert (asked.same.id, asked.same.because) == (first.id, "vehicle")
    joined = await file(store, replace(second, joins="join"))
    assert (joined.id, joined.joined) == (first.id, True)
    row = await row_of(store, first.id)
    assert (row.people, row.media) == (2, 4)
    assert len(await all_of(store, reports)) == 1


async def test_who_insists_has_a_report_of_his_own(store: Store) -> None:
    first = await told(store)
    second = await told(store, 0xAAAA_AAAA_AAAA, 0x5555_5555_5555_0000, holder="pass:two", joins="new")
    assert second.id not in {None, first.id}


@pytest.mark.parametrize("reason", ["unclear_evidence", "plate_unreadable"])
async def test_better_photos_of_what_was_rejected_are_a_report_of_their_own(
    store: Store, reason: str
) -> None:
    first = await told(store)
    await review(store, ZHANG, str(first.id), Said("reject", reason=reason))
    second = await told(store, 0xAAAA_AAAA_AAAA, 0x5555_5555_5555_0000, holder="pass:two", joins="ask")
    assert (second.same, (await row_of(store, second.id)).state) == (None, "waiting")


async def test_who_tells_the_same_as_a_duplicate_joins_the_one_that_goes_on(store: Store) -> None:
    first = await told(store)
    twin = await told(store, 0xAAAA_AAAA_AAAA, 0x5555_5555_5555_0000, holder="pass:two", joins="new")
    await review(store, ZHANG, str(twin.id), Said("duplicate", of=first.id))
    third = await told(store, 0xAAAA_AAAA_AAAB, 0x1357_9BDF_0000, holder="pass:three", joins="join")
    assert (third.id, third.joined) == (first.id, True)


async def test_the_same_picture_under_another_plate_is_found(store: Store) -> None:
    first = await told(store, 0x1234_5678, 0xFFFF)
    again = await told(store, 0x1234_5679, 0x7777_0000_7777, holder="pass:two", plate="川TD12345")
    assert again.same is not None
    assert (again.same.id, again.same.because) == (first.id, "picture")


async def test_an_officer_takes_what_is_due_first_and_nobody_else_is_given_it(
    store: Store, clock: FakeClock
) -> None:
    first = await told(store)
    clock.advance(3600)
    second = await told(store, 0xAAAA_AAAA_AAAA, 0x5555_5555_5555_0000, holder="pass:two", plate="川TD12345")
    assert await report_queue.take(store, ZHANG) == first.id
    assert await report_queue.take(store, LI) == second.id
    with pytest.raises(Conflict):
        await report_queue.take(store, LI, first.id)
    with pytest.raises(Conflict):
        await review(store, LI, str(first.id), Said("verify"))
    clock.advance(600)
    assert await report_queue.take(store, LI, first.id) == first.id
    assert await report_queue.take(store, WANG) is None


async def test_what_a_colleague_has_before_him_bears_his_number_for_as_long_as_he_has_it(
    store: Store, clock: FakeClock
) -> None:
    reported = await told(store)

    async def listed(officer: Any) -> tuple[bool, str | None]:
        (one,) = (await queries.waiting(store, officer))["reports"]
        return one["mine"], one["taken_by"]

    await report_queue.take(store, ZHANG, reported.id)
    assert await listed(ZHANG) == (True, None)
    assert await listed(LI) == (False, ZHANG.service_number)
    clock.advance(600)
    assert (await listed(ZHANG), await listed(LI)) == ((False, None), (False, None))
    await report_queue.take(store, ZHANG, reported.id)
    await report_queue.put_back(store, ZHANG, str(reported.id))
    assert await listed(LI) == (False, None)


async def test_a_verified_report_is_a_draft_of_a_case_and_nobody_is_sent(store: Store) -> None:
    reported = await told(store)
    reviewed = await review(store, ZHANG, str(reported.id), Said("verify"))
    assert (reviewed.state, reviewed.incident) == ("verified", None)
    assert await all_of(store, incidents) == []
    row = await row_of(store, reported.id)
    assert (row.decided_by, row.decided_number) == (ZHANG.id, ZHANG.service_number)
    assert "review_report" in {one.action for one in await all_of(store, audit)}


async def test_to_a_blocked_fire_lane_somebody_goes_at_once(store: Store) -> None:
    await on_duty(store, LI)
    reported = await told(store, offence="fire_lane")
    reviewed = await review(store, ZHANG, str(reported.id), Said("verify"))
    (incident,) = await all_of(store, incidents)
    assert (incident.id, incident.kind, incident.status) == (reviewed.incident, "report", "offered")
    assert incident.plate_masked == "川TA***5"
    assert {one.officer_id for one in await all_of(store, offers)} == {LI.id}


async def test_what_costs_points_is_verified_by_two(store: Store) -> None:
    reported = await told(store, offence="red_light")
    report_id = str(reported.id)
    assert (await review(store, ZHANG, report_id, Said("verify"))).state == "second"
    with pytest.raises(Forbidden):
        await review(store, ZHANG, report_id, Said("agree"))
    assert await report_queue.take(store, ZHANG) is None
    assert await report_queue.take(store, LI) == report_id
    assert (await review(store, LI, report_id, Said("agree"))).state == "verified"


async def test_a_second_officer_who_doubts_sends_it_back(store: Store) -> None:
    reported = await told(store, offence="red_light")
    await review(store, ZHANG, str(reported.id), Said("verify"))
    said = Said("send_back", reason="unclear_evidence")
    assert (await review(store, LI, str(reported.id), said)).state == "waiting"


async def test_a_rejection_has_a_reason_of_the_list(store: Store) -> None:
    reported = await told(store)
    for reason, why in ((None, "required"), ("because", "unknown")):
        with pytest.raises(InvalidField) as refused:
            await review(store, ZHANG, str(reported.id), Said("reject", reason=reason))
        assert (refused.value.field, refused.value.params["why"]) == ("reason", why)
    assert (await review(store, ZHANG, str(reported.id), Said("reject", reason="rescue"))).state == "rejected"


async def test_more_is_asked_for_sent_and_looked_at(store: Store) -> None:
    reported = await told(store)
    await review(store, ZHANG, str(reported.id), Said("ask_more", reason="plate"))
    assert (await row_of(store, reported.id)).more_by == store.clock.now() + timedelta(hours=72)
    reporter = await reporter_of(store, reported)
    photos = await sent(store, 0xBEEF)
    assert (await report_ends.supply(store, reporter, "pass:one", photos)).state == "waiting"
    assert (await row_of(store, reported.id)).media == 3


async def test_who_sends_nothing_lets_it_lapse_and_may_object_once(store: Store, clock: FakeClock) -> None:
    reported = await told(store)
    await review(store, ZHANG, str(reported.id), Said("ask_more", reason="plate"))
    clock.advance(72 * 3600 - 1)
    assert await report_ends.lapse(store) == 0
    clock.advance(1)
    assert await report_ends.lapse(store) == 1
    assert await report_ends.lapse(store) == 0
    reporter = await reporter_of(store, reported)
    assert (await report_ends.object_to(store, reporter, "当时没有网络")).state == "objected"


async def test_an_objection_is_judged_by_another_officer_and_is_the_last(store: Store) -> None:
    reported = await told(store)
    report_id = str(reported.id)
    await review(store, ZHANG, report_id, Said("reject", reason="no_offence"))
    reporter = await reporter_of(store, reported)
    await report_ends.object_to(store, reporter, "标线就在照片里")
    with pytest.raises(Forbidden):
        await review(store, ZHANG, report_id, Said("uphold", reason="no_offence"))
    assert (await review(store, LI, report_id, Said("uphold", reason="no_offence"))).state == "rejected"
    with pytest.raises(Conflict) as refused:
        await report_ends.object_to(store, reporter, "还是不同意")
    assert refused.value.params["why"] == "objected"


async def test_a_reporter_takes_it_back_before_anybody_decided_and_not_after(store: Store) -> None:
    reported = await told(store)
    reporter = await reporter_of(store, reported)
    assert (await report_ends.withdraw(store, reporter)).state == "withdrawn"
    with pytest.raises(IllegalTransition):
        await report_ends.withdraw(store, reporter)


async def test_a_duplicate_names_the_report_that_goes_on(store: Store) -> None:
    first = await told(store)
    second = await told(store, 0xAAAA_AAAA_AAAA, 0x5555_5555_5555_0000, holder="pass:two", joins="new")
    for of, why in ((None, "required"), (second.id, "itself"), ("nothing", "not_here")):
        with pytest.raises(InvalidField) as refused:
            await review(store, ZHANG, str(second.id), Said("duplicate", of=of))
        assert (refused.value.field, refused.value.params["why"]) == ("of", why)
    assert (await review(store, ZHANG, str(second.id), Said("duplicate", of=first.id))).state == "duplicate"


async def test_only_police_of_the_district_review(store: Store) -> None:
    reported = await told(store)
    for who in (AUX, WANG):
        with pytest.raises(Forbidden):
            await review(store, who, str(reported.id), Said("verify"))
    with pytest.raises(NotFound):
        await review(store, CHEN, "nothing", Said("verify"))


async def test_who_told_the_untruth_three_times_is_not_heard_for_a_month(
    store: Store, clock: FakeClock
) -> None:
    pairs = [(0x00, 0xFFFF), (0xFFFF_FFFF, 0xFFFF_0000_FFFF), (0xFF00_FF00_FF00, 0x70F0_F0F0_F0F0_F0F0)]
    for number, pair in enumerate(pairs):
        reported = await told(store, *pair, holder=f"pass:{number}", plate=f"川TA120{number}")
        await review(store, ZHANG, str(reported.id), Said("reject", reason="untrue"))
    with pytest.raises(TooManyRequests) as refused:
        await told(store, 0x3C3C_3C3C_3C3C, 0x0FF0_0FF0_0FF0_0FF0, holder="pass:four", plate="川TA1299")
    assert refused.value.params["why"] == "untrue"
    assert refused.value.retry_at == clock.now() + timedelta(days=30)


async def test_each_step_is_written_in_order(store: Store) -> None:
    reported = await told(store)
    await review(store, ZHANG, str(reported.id), Said("ask_more", reason="plate", note="请拍清车牌"))
    reporter = await reporter_of(store, reported)
    await report_ends.supply(store, reporter, "pass:one", await sent(store, 0xBEEF))
    await review(store, LI, str(reported.id), Said("verify"))
    steps = sorted(await all_of(store, report_steps), key=lambda one: one.number)
    assert [(one.number, one.command, one.state) for one in steps] == [
        (1, "file", "waiting"),
        (2, "ask_more", "more"),
        (3, "supply", "waiting"),
        (4, "verify", "verified"),
    ]


async def test_a_report_in_another_district_is_not_the_same(store: Store) -> None:
    await told(store)
    other = await told(store, holder="pass:two", district=MINGSHAN)
    assert other.same is None


async def test_what_moved_on_meanwhile_is_not_judged_by_an_old_page(store: Store) -> None:
    reported = await told(store)
    await review(store, ZHANG, str(reported.id), Said("ask_more", reason="plate"))
    with pytest.raises(Conflict) as refused:
        await review(store, LI, str(reported.id), Said("verify", version=1))
    assert refused.value.params["why"] == "moved_on"


async def test_who_left_a_phone_is_told_each_outcome_and_who_left_none_is_not(store: Store) -> None:
    mine = await told(store, contact="139 0000 1234")
    await told(store, 0x1234_5678_0000, 0x5678_1234_FFFF, plate="川TB3K71")
    await review(store, ZHANG, str(mine.id), Said("ask_more", reason="whole_car"))
    reporter = await reporter_of(store, mine)
    more = await sent(store, 0x0F0F_0F0F_0F0F, holder=reporter.subject)
    await report_ends.supply(store, reporter, reporter.subject, more)
    await review(store, ZHANG, str(mine.id), Said("reject", reason="no_offence"))
    rows = await all_of(store, notices)
    assert sorted(row.template for row in rows) == ["report_more", "report_rejected"]
    for row in rows:
        assert store.vault.open("notices.phone_sealed", row.id, row.phone_sealed) == "+8613900001234"
        assert (row.incident_id, row.secret_sealed, row.status) == (None, None, "queued")
        assert "川TA1235" not in row.params


async def test_a_contact_that_is_no_phone_is_refused_before_anything_is_written(store: Store) -> None:
    with pytest.raises(InvalidField) as refused:
        await told(store, contact="你好")
    assert refused.value.field == "contact"
    assert await all_of(store, reports) == []


async def test_a_report_goes_whole_when_its_days_are_over_and_not_before(
    store: Store, clock: FakeClock
) -> None:
    reported = await told(store, contact="13900001234")
    await review(store, ZHANG, str(reported.id), Said("reject", reason="no_offence"))
    clock.advance(1095 * 86_400 - 1)
    assert (await KINDS["reports"](store), len(await all_of(store, reports))) == (0, 1)
    clock.advance(1)
    assert await KINDS["reports"](store) == 1
    assert [await all_of(store, table) for table in (reports, reporters, report_steps)] == [[], [], []]


async def test_the_sixth_report_of_a_phone_within_the_hour_is_refused(store: Store, clock: FakeClock) -> None:
    began = clock.now()
    for number in range(5):
        await told(store, holder=f"pass:{number}", plate=f"川TA120{number}", joins="new")
        clock.advance(60)
    with pytest.raises(TooManyRequests) as refused:
        await told(store, holder="pass:six", plate="川TA1299", joins="new")
    assert refused.value.retry_at == began + timedelta(hours=1)
    # The sentence of a refused request names a number to ask for at the counter; of a report none is kept.
    assert refused.value.params == {}
