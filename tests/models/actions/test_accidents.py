"""An accident from the first question to the document: alerts without a form, two parties, signatures, an officer."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from models.accident.details import Details
from models.actions import (
    accident_calls,
    accident_papers,
    accident_parties,
    accident_signing,
    accident_terms,
    reach,
)
from models.actions import deadlines as firing
from models.actions.accident_terms import Terms
from models.actions.accidents import NewAccident, report
from models.actions.clearing_kinds import clear_accidents
from models.actions.commands import act
from models.clock import BEIJING, iso
from models.errors import (
    Conflict,
    Forbidden,
    IllegalTransition,
    InvalidField,
    NotFound,
    TooManyRequests,
    VersionConflict,
)
from models.incident.commands import Accept, HandOver, Resolve
from models.queries.accidents import accident_for, document_for, verified
from models.store import Store
from models.tables import accident_documents, accident_drawings, audit, deadlines, events, notices, offers
from models.tables import accident_parties as parties_table
from tests.support.accidents import (
    HAND,
    LUO,
    OTHER_HAND,
    WU,
    both,
    paper,
    party,
    reported,
    rows,
    signed,
    terms_of,
)
from tests.support.city import AUX, CHEN, GATE, LI, YUCHENG, ZHANG, on_duty
from tests.support.clock import FakeClock


async def test_somebody_hurt_alerts_the_nearest_officers_by_the_answers_alone(store: Store) -> None:
    await on_duty(store, ZHANG, LI)
    done = await reported(store, "injured", "immovable", phone="138 1234 9999")
    assert (done.path, done.move, done.rescue) == ("police", False, True)
    assert (done.view["status"], done.view["reason"]) == ("offered", "injured")
    asked = {row.officer_id for row in await rows(store, offers)}
    assert {ZHANG.id, LI.id} <= asked
    instants = {(row.name, iso(row.at)) for row in await rows(store, events)}
    assert ("offered", done.view["requested_at"]) in instants, "asked in the instant of the report"


async def test_the_number_to_call_back_is_for_the_officer_who_has_it(store: Store) -> None:
    await on_duty(store, ZHANG, LI)
    done = await reported(store, "injured", phone="138 1234 9999")
    accident = done.view["id"]
    await act(store, accident, Accept(), ZHANG)
    for who in (ZHANG, LI, CHEN):
        seen = await accident_for(store, accident, who)
        assert seen["called_back"], "that there is one"
        assert "13812349999" not in repr(seen)
    with pytest.raises(InvalidField):
        await accident_calls.number(store, accident, ZHANG, "reporter", " ")
    assert await accident_calls.number(store, accident, ZHANG, "reporter", "问清位置") == "+8613812349999"
    with pytest.raises(NotFound):
        await accident_calls.number(store, accident, ZHANG, "a", "问清位置")
    for who in (LI, CHEN, AUX):
        with pytest.raises(Forbidden):
            await accident_calls.number(store, accident, who, "reporter", "好奇")
    with pytest.raises(Forbidden):
        await accident_for(store, accident, AUX)
    kept = [
        (row.actor, row.reason, row.success) for row in await rows(store, audit) if row.action == "look.phone"
    ]
    assert sorted(kept) == sorted(
        [
            (ZHANG.subject, "问清位置", True),
            (ZHANG.subject, "问清位置", True),
            *((who.subject, "好奇", False) for who in (LI, CHEN, AUX)),
        ]
    )


async def test_without_a_district_it_asks_for_one_and_with_an_unknown_answer_it_names_it(
    store: Store,
) -> None:
    with pytest.raises(InvalidField) as refused:
        await report(store, NewAccident((), location=GATE))
    assert (refused.value.field, refused.value.params["why"]) == ("district", "required")
    with pytest.raises(InvalidField) as refused:
        await reported(store, "bored")
    assert refused.value.field == "answers.bored"
    assert await rows(store, events) == []


async def test_a_phone_that_reports_on_and_on_is_refused_and_its_first_alert_never_is(
    store: Store, clock: FakeClock
) -> None:
    busy, fresh, address = b"1" * 16, b"3" * 16, b"9" * 16
    for _ in range(5):
        await reported(store, "injured", device=busy, address=address)
    with pytest.raises(TooManyRequests):
        await reported(store, "injured", device=busy, address=address)
    for number in range(55):
        await reported(store, device=number.to_bytes(16, "big"), address=address)
    with pytest.raises(TooManyRequests):
        await reported(store, device=fresh, address=address)
    assert (await reported(store, "injured", device=fresh, address=address)).path == "police"
    with pytest.raises(TooManyRequests):
        await reported(store, "injured", device=None, address=address)


async def test_two_parties_enter_own_data_and_see_the_others_masked(store: Store) -> None:
    accident, a, b = await both(store)
    seen = await accident_for(store, accident, b)
    assert seen["you"] == "b"
    by_side = {one["side"]: one for one in seen["parties"]}
    assert by_side["b"]["details"]["phone"] == "+8613812340002"
    assert by_side["a"]["details"] == {
        "name": "吴*国",
        "licence": "5***34",
        "phone": "138****0001",
        "vehicle_type": "car",
        "plate": "川TA***5",
        "insurer": "平安财险",
        "policy": "***0111",
        "impact": "front",
        "statement": None,
    }
    assert (by_side["a"]["grade"], by_side["b"]["grade"]) == ("full", "free")
    assert "追尾" in seen["because"]["zh"]
    assert seen["shots"] == ["front", "rear", "impact"]


async def test_what_a_party_says_that_happened_is_for_officers_and_not_for_the_other_one(
    store: Store,
) -> None:
    accident, a, b = await both(store)
    assert "我在等红灯" not in repr(await accident_for(store, accident, a))
    for who in (b, ZHANG):
        seen = await accident_for(store, accident, who)
        assert seen["parties"][1]["details"]["statement"] == "我在等红灯"
        assert (seen["parties"][1]["details"]["name"] == "罗小梅") is (who is b)


async def test_when_it_happened_is_asked_and_stands_on_the_agreement(store: Store, clock: FakeClock) -> None:
    accident, a, b = await both(store)
    happened = clock.now() - timedelta(minutes=25)
    given = Terms(form="rear_end", mine="rear_end", theirs="ordinary", happened_at=happened)
    await accident_terms.state(store, accident, a, given)
    # Whoever says nothing of it later leaves it as it was.
    await accident_terms.state(
        store, accident, b, Terms(form="rear_end", mine="ordinary", theirs="rear_end", weather="fog")
    )
    await accident_terms.state(store, accident, a, Terms(form="rear_end", mine="rear_end", theirs="ordinary"))
    terms = await terms_of(store, a)
    await accident_signing.sign(store, accident, a, terms, HAND)
    await accident_signing.sign(store, accident, b, terms, OTHER_HAND)
    written = f"{happened.astimezone(BEIJING):%Y-%m-%d%H:%M}"
    assert written in "".join((await paper(store, accident, "agreement")).split())


@pytest.mark.parametrize("minutes", [24 * 60 + 1, -6])
async def test_it_happened_before_it_was_reported_and_within_a_day_of_it(store: Store, minutes: int) -> None:
    a = party(await reported(store))
    wrong = store.clock.now() - timedelta(minutes=minutes)
    with pytest.raises(InvalidField) as refused:
        await accident_terms.state(store, a.incident_id, a, Terms(form="door", happened_at=wrong))
    assert (refused.value.field, refused.value.params["why"]) == ("happened_at", "out_of_range")


async def test_where_the_car_was_hit_belongs_to_the_agreement(store: Store) -> None:
    accident, a, b = await both(store)
    await accident_parties.enter(store, accident, a, replace(WU, impact=None))
    with pytest.raises(Conflict) as refused:
        await accident_signing.sign(store, accident, a, await terms_of(store, a), HAND)
    assert refused.value.params["why"] == "incomplete"
    with pytest.raises(InvalidField) as unknown:
        await accident_parties.enter(store, accident, a, replace(WU, impact="moon"))
    assert unknown.value.field == "impact"


async def test_an_officer_may_find_that_nobody_answers_for_it_and_the_parties_may_not(store: Store) -> None:
    await on_duty(store, ZHANG)
    accident, a, _ = await both(store)
    with pytest.raises(InvalidField):
        await accident_terms.state(store, accident, a, Terms(form="rear_end", grade="neither"))
    await act(store, accident, HandOver(), a)
    await act(store, accident, Accept(), ZHANG)
    await accident_signing.determine(store, accident, ZHANG, "neither", "路面突然塌陷")
    assert "".join((await paper(store, accident, "determination")).split()).count("均无责任") == 2


async def test_what_is_kept_of_a_party_is_sealed(store: Store) -> None:
    await both(store)
    for row in await rows(store, parties_table):
        kept = repr(tuple(row))
        assert "吴建国" not in kept
        assert "13812340001" not in kept
        assert "川TA1235" not in kept


async def test_a_code_lets_one_phone_join_once_and_for_ten_minutes(store: Store, clock: FakeClock) -> None:
    a = party(await reported(store))
    first = await accident_parties.invite(store, a.incident_id, a)
    second = await accident_parties.invite(store, a.incident_id, a)
    for code in (first.code, "00000000", "", "1" * 20):
        with pytest.raises(InvalidField):
            await accident_parties.join(store, code, device=None, address=None)
    clock.advance(601)
    with pytest.raises(InvalidField):
        await accident_parties.join(store, second.code, device=None, address=None)
    third = await accident_parties.invite(store, a.incident_id, a)
    await accident_parties.join(store, third.code, device=None, address=None)
    with pytest.raises(InvalidField):
        await accident_parties.join(store, third.code, device=None, address=None)
    with pytest.raises(Conflict):
        await accident_parties.beside(store, a.incident_id, a)


async def test_on_one_phone_the_second_party_has_a_token_of_its_own(store: Store) -> None:
    a = party(await reported(store))
    b = party(await accident_parties.beside(store, a.incident_id, a))
    await accident_parties.enter(store, a.incident_id, b, Details(name="罗小梅"))
    assert (await accident_for(store, a.incident_id, b))["parties"][1]["details"]["name"] == "罗小梅"
    assert (await accident_for(store, a.incident_id, a))["parties"][1]["details"]["name"] == "罗*梅"


async def test_both_sign_and_each_has_the_agreement_with_all_that_the_law_wants(store: Store) -> None:
    accident, a, b, code = await signed(store)
    text = await paper(store, accident, "agreement")
    for wanted in (
        "吴建国", "罗小梅", "513101199001011234", "13812340001", "川TA1235", "川TD12345", "平安财险", "PI2026000222",
        "雨", "追尾", "车头", "车尾", "全部责任", "无责任", "雨城区", "29.98760",
    ):  # fmt: skip
        assert wanted in "".join(text.split()), wanted
    seen = await accident_for(store, accident, a)
    assert seen["status"] == "closed"
    (document,) = seen["documents"]
    assert (document["kind"], document["code"]) == ("agreement", code)
    assert (await document_for(store, document["id"], b)).code == code
    told = [row for row in await rows(store, notices) if row.template == "agreement"]
    assert len(told) == 2
    assert {row.status for row in told} == {"queued"}
    assert {row.channel for row in told} == {
        reach.first(store, YUCHENG, "person", "binding_code", store.clock.now()).channel
    }


@pytest.mark.parametrize("template", ["agreement", "determination"])
async def test_whoever_signed_at_three_in_the_morning_has_his_document_at_once(
    store: Store, template: str
) -> None:
    night = store.clock.now().astimezone(BEIJING).replace(hour=3)
    (rung,) = reach.rungs(store, YUCHENG, "person", template, night)
    assert rung.quiet is None
    news = reach.rungs(store, YUCHENG, "person", "review_concluded", night)
    assert all(one.quiet for one in news), "what is decided days later waits for the morning"


async def test_the_last_signature_counts_only_if_nothing_has_changed(store: Store) -> None:
    accident, a, b = await both(store)
    terms = await terms_of(store, a)
    await accident_signing.sign(store, accident, a, terms, HAND)
    await accident_terms.state(store, accident, b, Terms(form="rear_end", mine="ordinary", theirs="rear_end"))
    with pytest.raises(VersionConflict):
        await accident_signing.sign(store, accident, b, terms, OTHER_HAND)
    seen = await accident_for(store, accident, a)
    assert [one["signed"] for one in seen["parties"]] == [False, False]


@pytest.mark.parametrize(
    ("hand", "why"),
    [
        ([], "out_of_range"),
        ([[[1, 1]]], "too_short"),
        ([[[1, 2000]]], "out_of_range"),
        ([[[1]]], "out_of_range"),
    ],
)
async def test_what_is_no_signature_is_refused(store: Store, hand: Any, why: str) -> None:
    accident, a, _ = await both(store)
    with pytest.raises(InvalidField) as refused:
        await accident_signing.sign(store, accident, a, await terms_of(store, a), hand)
    assert (refused.value.field, refused.value.params["why"]) == ("signature", why)


async def test_nobody_signs_away_what_is_the_officers(store: Store) -> None:
    a = party(await reported(store, "injured"))
    b = party(await accident_parties.beside(store, a.incident_id, a))
    await accident_parties.enter(store, a.incident_id, a, WU)
    await accident_parties.enter(store, a.incident_id, b, LUO)
    await accident_terms.state(
        store, a.incident_id, a, Terms(form="rear_end", mine="rear_end", theirs="ordinary")
    )
    with pytest.raises(Conflict) as refused:
        await accident_signing.sign(store, a.incident_id, a, await terms_of(store, a), HAND)
    assert refused.value.params["why"] == "officers_only"


async def test_an_officer_determines_on_the_same_draft_and_may_think_again(store: Store) -> None:
    await on_duty(store, ZHANG, LI)
    accident, a, b = await both(store)
    with pytest.raises(IllegalTransition):
        await accident_signing.determine(store, accident, ZHANG, "main", "看过照片")
    await act(store, accident, HandOver(), a)
    await act(store, accident, Accept(), ZHANG)
    with pytest.raises(Forbidden):
        await accident_signing.determine(store, accident, LI, "main", "看过照片")
    first = await accident_signing.determine(store, accident, ZHANG, "main", "变道影响直行，看过照片")
    text = "".join((await paper(store, accident, "determination")).split())
    for wanted in ("主要责任", "次要责任", "051827", "变道影响直行"):
        assert wanted in text, wanted
    second = await accident_signing.determine(store, accident, ZHANG, "equal", "补看录像")
    known = {one.code: one.withdrawn_at is None for one in await rows(store, accident_documents)}
    assert known == {first.code: False, second.code: True}
    with pytest.raises(IllegalTransition):
        await accident_parties.enter(store, accident, b, LUO)
    assert (await act(store, accident, Resolve(), ZHANG))["outcome"] == "resolved"


async def test_only_an_officer_sets_an_agreement_aside_and_says_why(store: Store) -> None:
    await on_duty(store, ZHANG)
    accident, a, b, code = await signed(store)
    with pytest.raises(InvalidField):
        await accident_signing.annul(store, accident, ZHANG, " ")
    await accident_signing.annul(store, accident, ZHANG, "一方事后发现受伤")
    for who in (a, b):
        (document,) = (await accident_for(store, accident, who))["documents"]
        assert document["withdrawn_reason"] == "一方事后发现受伤"
    assert len([row for row in await rows(store, notices) if row.template == "annulled"]) == 2
    seen = await accident_for(store, accident, a)
    assert seen["status"] == "offered"
    assert [one["signed"] for one in seen["parties"]] == [False, False]
    found = await verified(store, code)
    assert found is not None
    assert found.withdrawn_at is not None


async def test_a_document_tells_whoever_has_its_code_no_more_than_the_street(store: Store) -> None:
    _, _, _, code = await signed(store)
    found = await verified(store, code)
    assert found is not None
    assert found.plates == ("川TA***5", "川TD****5")
    kept = repr(found)
    for hidden in ("吴", "罗", "13812340001", "513101199001011234", "川TA1235"):
        assert hidden not in kept
    assert await verified(store, "0000000000") is None


def files(store: Store) -> set[str]:
    return set(store.media.names())


async def test_a_drawing_whose_transaction_came_too_late_leaves_no_file(store: Store) -> None:
    await on_duty(store, ZHANG)
    accident, a, _ = await both(store)
    await act(store, accident, HandOver(), a)
    await act(store, accident, Accept(), ZHANG)
    # Both are drawn at once; the later one finds another version, and is drawn again.
    done = await asyncio.gather(
        accident_signing.determine(store, accident, ZHANG, "main", "看过照片"),
        accident_signing.determine(store, accident, ZHANG, "equal", "补看录像"),
    )
    known = await rows(store, accident_documents)
    assert {row.code for row in known} == {one.code for one in done}
    assert files(store) == {row.file for row in known}
    assert await rows(store, accident_drawings) == []


async def test_a_drawing_whose_process_died_is_removed_after_an_hour_and_a_document_stays(
    store: Store, clock: FakeClock
) -> None:
    accident, *_ = await signed(store)
    kept = files(store)
    async with store.database.read() as connection:
        known = await accident_papers.facts(connection, accident)
    assert known is not None
    await accident_papers.draw(store, known, "agreement", "full")
    clock.advance(3_599)
    assert await accident_papers.sweep(store) == 0
    clock.advance(1)
    removed: list[str] = []
    assert await clear_accidents(store, removed.append) == 1
    assert files(store) == kept
    assert await accident_papers.sweep(store) == 0


async def test_two_who_sign_in_the_same_instant_make_one_agreement(store: Store) -> None:
    accident, a, b = await both(store)
    terms = await terms_of(store, a)
    done = await asyncio.gather(
        accident_signing.sign(store, accident, a, terms, HAND),
        accident_signing.sign(store, accident, b, terms, OTHER_HAND),
    )
    codes = [one.code for one in done if one.code is not None]
    assert len(codes) == 1
    assert [row.code for row in await rows(store, accident_documents)] == codes
    assert (await accident_for(store, accident, a))["status"] == "closed"


async def test_what_is_not_settled_in_half_an_hour_is_the_officers_and_may_still_be_settled(
    store: Store, clock: FakeClock
) -> None:
    await on_duty(store, ZHANG)
    accident, a, b = await both(store)
    clock.advance(1_800)
    due = [row.id for row in await rows(store, deadlines) if row.kind == "respond"]
    await firing.fire(store, due)
    assert (await accident_for(store, accident, a))["status"] == "offered"
    terms = await terms_of(store, a)
    await accident_signing.sign(store, accident, a, terms, HAND)
    assert (await accident_signing.sign(store, accident, b, terms, OTHER_HAND)).code is not None


async def test_after_three_years_nobody_is_in_it_and_its_document_is_gone(
    store: Store, clock: FakeClock
) -> None:
    _, _, _, code = await signed(store)
    removed: list[str] = []
    clock.advance(timedelta(days=1_094).total_seconds())
    assert await clear_accidents(store, removed.append) == 0
    clock.advance(timedelta(days=2).total_seconds())
    assert await clear_accidents(store, removed.append) > 0
    assert len(removed) == 1
    for row in await rows(store, parties_table):
        assert (row.details_sealed, row.signature_sealed, row.token_sealed, row.plate_masked) == (None,) * 4
    found = await verified(store, code)
    assert found is not None
    assert found.grade_a == "full", "the code still tells that there was one, and its hash"


@pytest.mark.parametrize(
    ("did", "other", "grade"),
    [
        ("rear_end", "ordinary", "full"),
        ("ordinary", "rear_end", "free"),
        ("door", "overtaking", "equal"),
        ("ordinary", "ordinary", "unclear"),
    ],
)
async def test_the_table_suggests_for_both_what_fits_together(
    store: Store, did: str, other: str, grade: str
) -> None:
    found = accident_terms.suggest(store, YUCHENG, store.clock.now(), did, other)
    assert found.grade == grade
