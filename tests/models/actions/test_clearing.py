"""What is kept no longer is cleared away: each kind in its time, in bounds, once, and again after a death meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select, update

from models.actions import (
    clearing,
    clearing_batches,
    draft_export,
    duty,
    parking_drafts,
    parking_ends,
    parking_export,
    retention,
)
from models.actions.clearing import clear_away
from models.actions.clearing_kinds import KINDS, clear_photos
from models.actions.commands import act
from models.actions.requests import MoveRequest, request_move
from models.actions.watch_flags import Watch
from models.actions.watch_flags import put as put_flag
from models.caller import Participant
from models.errors import Conflict
from models.geography import Location
from models.incident.commands import Cancel
from models.media import Folder
from models.queries import parking as parking_queries
from models.rules.definitions import DEFINITIONS
from models.store import Store
from models.tables import (
    audit,
    bindings,
    events,
    first_answers,
    heads,
    incidents,
    lockouts,
    notices,
    participants,
    photos,
    refused_requests,
    registrations,
    rule_decisions,
    sessions,
    shifts,
    simulator_messages,
    watch_flags,
)
from tests.support.city import AUX, CHEN, GATE, LI, MINGSHAN, PLATES, YUCHENG, ZHANG
from tests.support.clock import FakeClock
from tests.support.parking import FAR, file, record
from tests.support.rules import in_force

DAY = 86_400


async def count(store: Store, table: Table) -> int:
    async with store.database.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def rows(store: Store, table: Table) -> list[Any]:
    async with store.database.read() as connection:
        return list((await connection.execute(select(table))).all())


async def put(store: Store, table: Table, *values: dict[str, Any]) -> None:
    async with store.database.write() as connection:
        await connection.execute(insert(table), list(values))


async def over(store: Store, car: str = "one") -> str:
    """Somebody asked with a message, and took it back; the incident's id."""
    request = MoveRequest(
        f"sticker-{car}", PLATES[car][-3:], "blocking", message="请挪一下，13812341234", location=GATE,
        device=b"d" * 16, address=b"a" * 16,
    )  # fmt: skip
    made = await request_move(store, request)
    await act(store, made.view["id"], Cancel(), Participant(made.participant, made.view["id"], "requester"))
    return str(made.view["id"])


async def with_photo(store: Store, incident: str, content: bytes) -> str:
    name = store.media.keep(content)
    row = {
        "id": store.ids.new(), "incident_id": incident, "by": "requester:x", "sha256": content[:8], "file": name,
        "width": 1, "height": 1, "uploaded_at": store.clock.now(),
    }  # fmt: skip
    await put(store, photos, row)
    return name


@pytest.fixture
def home(store: Store, tmp_path: Path) -> Iterator[Path]:
    settings, media = store.settings, store.media
    store.settings, store.media = replace(settings, home=tmp_path), Folder(tmp_path)
    yield tmp_path
    store.settings, store.media = settings, media


async def test_every_word_of_the_table_is_cleared_away_or_ends_by_itself() -> None:
    (what,) = DEFINITIONS["retention"].inputs
    assert set(what.choices) - set(KINDS) == {"tokens", "accident_links"}
    assert set(KINDS) <= set(what.choices)


@pytest.mark.parametrize(
    ("what", "table", "days", "row"),
    [
        ("first_answers", first_answers, 7, {"key": b"k", "body_hash": b"h", "status": 200, "at": ...}),
        ("lockouts", lockouts, 1, {"subject": "s", "failures": 1, "last_at": ...}),
        (
            "sessions", sessions, 1,
            {"id": "s", "audience": "police", "token_hash": b"t", "created_at": ..., "expires_at": ...},
        ),
        (
            "audit", audit, 1095,
            {"id": "a", "at": ..., "actor": "x", "role": "police", "action": "look", "subject": "x", "success": True},
        ),
        (
            "bindings", bindings, 1,
            {
                "id": "b", "sticker_id": "sticker-one", "purpose": "bind", "plate": "川TA1235",
                "plate_class": "ordinary", "phone_sealed": b"-", "phone_index": b"-", "code_hash": b"-",
                "created_at": ..., "expires_at": ...,
            },
        ),
        (
            "watch_flags", watch_flags, 365,
            {
                "id": "w", "plate_index": b"-", "plate_masked": "川TA***5", "kind": "stolen", "begins_at": ...,
                "ends_at": ..., "scope": YUCHENG, "source": "x", "set_by": "x", "set_at": ...,
            },
        ),
    ],
)  # fmt: skip
async def test_rows_go_when_their_days_are_over_and_not_before(
    store: Store, clock: FakeClock, what: str, table: Table, days: int, row: dict[str, Any]
) -> None:
    """They lie in the past: of audit records the database itself lets none go that are young by its own clock."""
    long_ago = clock.now() - timedelta(days=days) + timedelta(seconds=1)
    await put(store, table, {name: long_ago if value is ... else value for name, value in row.items()})
    assert (await KINDS[what](store), await count(store, table)) == (0, 1)
    clock.advance(1)
    assert (await KINDS[what](store), await count(store, table)) == (1, 0)
    assert await KINDS[what](store) == 0


async def test_audit_stays_six_months_whatever_a_table_says(store: Store, clock: FakeClock) -> None:
    """A version that was put in force before this was checked, or past every check."""
    half_a_year_ago = clock.now() - timedelta(days=183)
    row = {"id": "a", "at": half_a_year_ago, "actor": "x", "role": "police", "action": "look", "subject": "x"}
    await put(store, audit, row | {"success": True})
    short = {"what": "'audit'", "days": "400"}, {"what": "not in ['audit']", "days": "9"}
    await in_force(store, clock, "retention", "511800", *short)
    version = store.rules.in_force("retention", "", clock.now())
    version.compiled._said[("audit",)] = replace(  # as if it had been written so
        version.compiled.ask({"what": "audit"}), results=({"days": 30},)
    )
    assert retention.of(store, "audit") == timedelta(days=184)
    assert await KINDS["audit"](store) == 0
    clock.advance(DAY)
    assert await KINDS["audit"](store) == 1
    assert "a" not in {row.id for row in await rows(store, audit)}


async def test_a_districts_own_word_holds_for_what_happened_in_it(store: Store, clock: FakeClock) -> None:
    await over(store)
    own = {"what": "'messages'", "days": "5"}, {"what": "not in ['messages']", "days": "300"}
    await in_force(store, clock, "retention", MINGSHAN, *own)
    clock.advance(6 * DAY)
    assert await KINDS["messages"](store) == 0, "it was in Yucheng"
    await in_force(store, clock, "retention", YUCHENG, *own)
    assert await KINDS["messages"](store) == 1


async def test_what_was_written_goes_first_and_then_who_it_was_and_the_facts_stay(
    store: Store, clock: FakeClock
) -> None:
    incident = await over(store)
    clock.advance(90 * DAY)
    assert await KINDS["messages"](store) == 1
    person = await requester(store)
    assert (person.message_sealed, person.comment_sealed) == (None, None)
    assert (person.device, person.vehicle_id) == (b"d" * 16, "car-one")
    clock.advance(1_005 * DAY)
    assert await KINDS["incidents"](store) == 3, "the requester, the owner, and the incident's car"
    person = await requester(store)
    assert {person.device, person.address, person.vehicle_id, person.sticker_id, person.contact_id} == {None}
    (kept,) = await rows(store, incidents)
    assert (kept.id, kept.status, kept.outcome) == (incident, "closed", "cancelled")
    assert (kept.vehicle_id, kept.sticker_id, kept.response_seconds) == (None, None, 300)
    assert await KINDS["incidents"](store) == 0


async def test_of_what_is_still_open_nothing_is_taken(store: Store, clock: FakeClock) -> None:
    request = MoveRequest("sticker-one", PLATES["one"][-3:], "blocking", message="请挪", location=GATE)
    await request_move(store, request)
    clock.advance(3_000 * DAY)
    for what in ("messages", "incidents", "photos", "decisions"):
        assert await KINDS[what](store) == 0, what
    assert await count(store, rule_decisions) > 0


async def test_where_an_officer_was_goes_a_month_after_his_shift(store: Store, clock: FakeClock) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG, position=Location(lat=29.98, lng=103.01, accuracy_m=5))
    clock.advance(40 * DAY)
    assert await KINDS["positions"](store) == 0, "he is on duty still"
    await duty.set_duty(store, ZHANG, False, YUCHENG)
    async with store.database.write() as connection:
        # Going off duty may have forgotten it already; an older release did not.
        await connection.execute(update(shifts).values(lat=29.98, lng=103.01, position_at=clock.now()))
    clock.advance(30 * DAY)
    assert await KINDS["positions"](store) == 1
    (shift,) = await rows(store, shifts)
    assert (shift.lat, shift.lng, shift.position_at) == (None, None, None)
    assert shift.ended_at is not None


async def test_notices_go_with_what_the_simulated_phones_show(store: Store, clock: FakeClock) -> None:
    await over(store)
    (notice,) = await rows(store, notices)
    message = {
        "notice_id": notice.id, "phone": "p", "phone_masked": "138****1234", "text_zh": "x", "text_en": "x",
        "at": clock.now(),
    }  # fmt: skip
    await put(store, simulator_messages, message)
    clock.advance(180 * DAY - 1)
    assert await KINDS["notices"](store) == 0
    clock.advance(1)
    assert await KINDS["notices"](store) == 1
    assert (await count(store, notices), await count(store, simulator_messages)) == (0, 0)


async def test_what_was_refused_goes_too(store: Store, clock: FakeClock) -> None:
    limit = {"subject": "'vehicle'", "most": "1", "seconds": "3600", "block_seconds": "0"}
    await in_force(store, clock, "limits", YUCHENG, limit)
    await over(store)
    with pytest.raises(Exception, match="too_many_requests"):
        await over(store)
    clock.advance(90 * DAY)
    assert (await KINDS["refusals"](store), await count(store, refused_requests)) == (1, 0)


async def test_who_asked_for_an_account_goes_ninety_days_after_the_decision_or_undecided_after_the_asking(
    store: Store, clock: FakeClock
) -> None:
    asked = {
        "door": "police", "username": "051999", "password_hash": "-", "service_number": "051999", "unit": "x",
        "name_sealed": b"-", "district": YUCHENG, "at": clock.now(),
    }  # fmt: skip
    await put(store, registrations, {**asked, "id": "waits", "status": "waiting"})
    decided = {**asked, "status": "refused", "reason": "x", "decided_at": clock.now() + timedelta(days=9)}
    await put(store, registrations, {**decided, "id": "refused"})
    clock.advance(90 * DAY - 1)
    assert await KINDS["registrations"](store) == 0
    clock.advance(1)
    assert await KINDS["registrations"](store) == 1
    assert [row.id for row in await rows(store, registrations)] == ["refused"]
    clock.advance(9 * DAY)
    assert (await KINDS["registrations"](store), await count(store, registrations)) == (1, 0)


async def requester(store: Store) -> Any:
    (found,) = [row for row in await rows(store, participants) if row.role == "requester"]
    return found


def pictures(home: Path) -> set[str]:
    return {path.name for path in (home / "media").rglob("*.jpg")}


async def test_a_picture_leaves_the_media_folder_and_one_that_another_incident_shows_stays(
    store: Store, clock: FakeClock, home: Path
) -> None:
    old = await over(store)
    own, shared = await with_photo(store, old, b"own"), await with_photo(store, old, b"shared")
    clock.advance(100 * DAY)
    young = await over(store, "two")
    assert await with_photo(store, young, b"shared") == shared
    clock.advance(80 * DAY)
    assert await KINDS["photos"](store) == 2
    assert pictures(home) == {shared}
    assert [row.incident_id for row in await rows(store, photos)] == [young]
    assert own not in pictures(home)


async def test_who_dies_between_the_picture_and_its_row_leaves_nothing_that_nobody_knows_of(
    store: Store, clock: FakeClock, home: Path
) -> None:
    incident = await over(store)
    names = {await with_photo(store, incident, content) for content in (b"one", b"two", b"three")}
    clock.advance(180 * DAY)

    def dies_after_the_first(name: str) -> None:
        store.media.remove(name)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await clear_photos(store, dies_after_the_first)
    assert len(pictures(home)) == 2
    assert {row.file for row in await rows(store, photos)} == names, "each picture has its row still"
    assert await KINDS["photos"](store) == 3
    assert (pictures(home), await count(store, photos)) == (set(), 0)


async def test_a_turn_is_taken_once_a_day_and_told_in_figures(store: Store, clock: FakeClock) -> None:
    await put(store, lockouts, {"subject": "s", "failures": 1, "last_at": clock.now()})
    clock.advance(2 * DAY)
    assert (await clear_away(store))["lockouts"] == 1
    assert await clear_away(store) == {}
    clock.advance(DAY - 1)
    assert await clear_away(store) == {}
    await put(store, lockouts, {"subject": "t", "failures": 1, "last_at": clock.now() - timedelta(days=9)})
    clock.advance(1)
    assert set(await clear_away(store)) == set(KINDS)
    told = {one.what: one for one in await clearing.state(store)}
    assert (told["lockouts"].removed_in_all, told["lockouts"].done_at) == (2, clock.now())


async def test_a_turn_whose_worker_died_is_taken_again_an_hour_later(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(_: Store) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(clearing, "KINDS", {"lockouts": dies})
        with pytest.raises(KeyboardInterrupt):
            await clear_away(store)
    clock.advance(3599)
    assert "lockouts" not in await clear_away(store)
    clock.advance(1)
    assert "lockouts" in await clear_away(store)


async def test_a_backlog_goes_in_bounded_turns_hour_by_hour(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (clearing, clearing_batches):
        monkeypatch.setattr(module, "MOST_A_TURN", 6)
    monkeypatch.setattr(clearing_batches, "AT_ONCE", 3)
    long_ago: datetime = clock.now() - timedelta(days=9)
    many = [{"subject": f"s{number}", "failures": 1, "last_at": long_ago} for number in range(8)]
    await put(store, lockouts, *many)
    assert (await clear_away(store))["lockouts"] == 6
    clock.advance(3600)
    assert await clear_away(store) == {"lockouts": 2}
    clock.advance(3600)
    assert await clear_away(store) == {}


async def test_the_log_keeps_its_place_and_every_feed_its_past(store: Store, clock: FakeClock) -> None:
    await over(store)
    before = await rows(store, events), await rows(store, heads)
    clock.advance(3_000 * DAY)
    assert sum((await clear_away(store)).values()) > 0
    assert (await rows(store, events), await rows(store, heads)) == before
    offsets = sorted(row.offset for row in before[0] if row.district == YUCHENG)
    assert offsets == list(range(1, len(offsets) + 1)), "without holes"
    for row in before[0]:
        told = " ".join(str(value) for value in row)
        assert "13812341234" not in told
        assert PLATES["one"] not in told


async def test_the_plate_of_an_old_parking_record_goes_and_what_was_counted_stays(
    store: Store, clock: FakeClock, home: Path
) -> None:
    """Three records: one that was told to the register, a draft that nobody signed, one whose clock still runs."""
    watch = Watch(PLATES["one"], "yellow_label", YUCHENG, "名单", plate_class="ordinary")
    await put_flag(store, CHEN, watch)
    for who in (ZHANG, AUX):
        await duty.set_duty(store, who, True, YUCHENG)
    ended = await file(store, ZHANG, "first")
    draft = await file(store, AUX, "draft", plate=PLATES["two"])
    running = await file(store, ZHANG, "third", plate=PLATES["three"], place=FAR)
    clock.advance(300)
    assert (await parking_ends.stay(store, ZHANG, ended.id, None)).state == "penalty"
    await parking_drafts.countersign(store, LI, ended.id, approve=True)
    since, until = clock.now() - timedelta(days=1), clock.now() + timedelta(days=1)
    counted = await parking_queries.figures(store, YUCHENG, since, until)
    kept = await record(store, ended.id)
    export = await draft_export.export(
        store, parking_export.SOURCE, CHEN, YUCHENG, since, until, "移交登记系统"
    )
    assert [one["plate"] for one in export.drafts] == [PLATES["one"]]
    clock.advance(1_095 * DAY - 301)
    before = await record(store, ended.id)
    assert await KINDS["photos"](store) == 3, (
        "one of its incident, two of the records that are over; one runs still"
    )
    await KINDS["incidents"](store)
    assert await record(store, ended.id) == before
    clock.advance(301)
    await KINDS["incidents"](store)
    for name in (ended.id, draft.id):
        row = await record(store, name)
        assert (row.plate_sealed, row.plate_index, row.vehicle_id) == (None, None, None)
    assert (await record(store, running.id)).plate_sealed is not None, "it is not over"
    row = await record(store, ended.id)
    assert (row.state, row.grounds, row.offence, row.plate_masked) == (
        kept.state, "obstructing", kept.offence, kept.plate_masked,
    )  # fmt: skip
    assert await parking_queries.figures(store, YUCHENG, since, until) == counted
    assert await KINDS["incidents"](store) == 0
    shown = await parking_queries.one(store, CHEN, ended.id)
    assert "plate_full" not in shown
    assert await parking_queries.paper_notice(store, row.code) is None
    with pytest.raises(Conflict, match="cleared"):
        await parking_drafts.countersign(store, ZHANG, draft.id, approve=True)
    again = await draft_export.again(store, parking_export.SOURCE, CHEN, export.id)
    assert [(one["record"], one["plate"]) for one in again.drafts] == [(ended.id, None)]
