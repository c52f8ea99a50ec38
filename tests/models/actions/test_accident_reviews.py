"""After a determination: who signed for it or refused; and its review, by written request, in time, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from models.accident.reviews import Words
from models.actions import accident_receipts, accident_reviews, accident_signing
from models.actions.clearing_kinds import clear_accidents
from models.actions.commands import act
from models.caller import Participant
from models.errors import Conflict, Forbidden, InvalidField, NotFound
from models.incident.commands import Accept, Resolve
from models.queries.accident_reviews import open_reviews
from models.queries.accidents import accident_for
from models.store import Store
from models.tables import accident_receipts as receipts
from models.tables import accident_reviews as reviews
from models.tables import audit, calendar_days, notices
from tests.support.accidents import HAND, determined, party, reported, rows, signed
from tests.support.city import CHEN, LI, YUCHENG, ZHANG, on_duty
from tests.support.clock import FakeClock

WORDS = Words("请求重新认定", "对方变道没有打灯", "行车记录仪录像")
FRIDAY = datetime(2026, 11, 6, 10, 0, tzinfo=UTC)  # 18:00 in Beijing


@pytest.fixture
async def accident(store: Store, clock: FakeClock) -> tuple[str, Participant, Participant]:
    clock.advance((FRIDAY - clock.now()).total_seconds())
    await on_duty(store, ZHANG, LI)
    return await determined(store, ZHANG)


async def review(store: Store, who: Any, accident: str) -> Any:
    return (await accident_for(store, accident, who))["review"]


async def test_three_working_days_are_given_and_no_minute_more(
    store: Store, clock: FakeClock, accident: tuple[str, Participant, Participant]
) -> None:
    id_, a, b = accident
    # Friday evening: Monday, Tuesday, Wednesday, until the midnight that ends it in Beijing.
    assert (await accident_for(store, id_, a))["review_by"] == "2026-11-11T16:00:00.000Z"
    clock.advance((datetime(2026, 11, 11, 16, 0, tzinfo=UTC) - FRIDAY).total_seconds())
    with pytest.raises(Conflict) as late:
        await accident_reviews.ask(store, id_, a, WORDS)
    assert late.value.params["why"] == "review_late"
    clock.advance(-1)
    await accident_reviews.ask(store, id_, b, WORDS)


async def test_a_holiday_of_the_city_is_no_working_day(
    store: Store, accident: tuple[str, Participant, Participant]
) -> None:
    async with store.change() as change:
        holiday = {"city_code": "511800", "day": "2026-11-09", "working": False, "name": "调休"}
        await change.connection.execute(insert(calendar_days).values(holiday))
    assert (await accident_for(store, accident[0], accident[1]))["review_by"] == "2026-11-12T16:00:00.000Z"


async def test_an_accident_is_reviewed_once_whoever_asks(
    store: Store, accident: tuple[str, Participant, Participant]
) -> None:
    id_, a, b = accident
    await accident_reviews.ask(store, id_, a, WORDS)
    with pytest.raises(Forbidden):
        await accident_reviews.withdraw(store, id_, b)
    await accident_reviews.withdraw(store, id_, a)
    assert (await review(store, b, id_))["state"] == "withdrawn"
    for who in (a, b):
        with pytest.raises(Conflict) as again:
            await accident_reviews.ask(store, id_, who, WORDS)
        assert again.value.params["why"] == "review_once"


async def test_only_a_determination_that_counts_is_reviewed(store: Store) -> None:
    id_, a, _, _ = await signed(store)
    with pytest.raises(Conflict) as refused:
        await accident_reviews.ask(store, id_, a, WORDS)
    assert refused.value.params["why"] == "no_determination"
    assert (await accident_for(store, id_, a))["review_by"] is None
    other = party(await reported(store))
    with pytest.raises(NotFound):
        await accident_reviews.ask(store, id_, other, WORDS)


@pytest.mark.parametrize("field", ["request", "reasons", "evidence"])
async def test_a_request_says_what_why_and_on_what_evidence(
    store: Store, accident: tuple[str, Participant, Participant], field: str
) -> None:
    given = {"request": "x" * 2, "reasons": "x" * 2, "evidence": "x" * 2}
    for wrong in ("", " ", "x" * 1001, "a\x00b"):
        with pytest.raises(InvalidField) as refused:
            await accident_reviews.ask(store, accident[0], accident[1], Words(**{**given, field: wrong}))
        assert refused.value.field == field


async def test_what_is_asked_is_for_whoever_asked_and_for_officers_and_sealed(
    store: Store, accident: tuple[str, Participant, Participant]
) -> None:
    id_, a, b = accident
    await accident_reviews.ask(store, id_, a, WORDS)
    assert (await review(store, a, id_))["words"]["reasons"] == "对方变道没有打灯"
    assert (await review(store, CHEN, id_))["words"]["evidence"] == "行车记录仪录像"
    other = await review(store, b, id_)
    assert (other["side"], other["state"], other["words"]) == ("a", "requested", None)
    assert "对方变道" not in repr([tuple(row) for row in await rows(store, reviews)])
    assert [row.officer_id for row in await rows(store, notices) if row.template == "review_requested"] == [
        CHEN.id
    ]


async def test_it_is_passed_on_and_upheld_and_both_are_told(
    store: Store, clock: FakeClock, accident: tuple[str, Participant, Participant]
) -> None:
    id_, a, b = accident
    await act(store, id_, Resolve(), ZHANG)
    await accident_reviews.ask(store, id_, a, WORDS)
    with pytest.raises(Conflict):
        await accident_reviews.conclude(store, id_, CHEN, "upheld", ("051901", "051902"), "事实清楚")
    (waiting,) = await open_reviews(store, YUCHENG)
    assert (waiting["due_by"], waiting["days_left"]) == ("2026-11-10T16:00:00.000Z", 2)
    await accident_reviews.forward(store, id_, CHEN)
    with pytest.raises(Conflict):
        await accident_reviews.forward(store, id_, CHEN)
    (waiting,) = await open_reviews(store, YUCHENG)
    assert (waiting["state"], waiting["days_left"]) == ("forwarded", 30)
    clock.advance(timedelta(days=30).total_seconds())
    (waiting,) = await open_reviews(store, YUCHENG)
    assert waiting["days_left"] is None, "late is shown, and nothing is decided by itself"
    await accident_reviews.conclude(store, id_, CHEN, "upheld", ("051901", "051902"), "事实清楚，责任公正")
    assert await open_reviews(store, YUCHENG) == []
    for who in (a, b):
        seen = await review(store, who, id_)
        assert (seen["state"], seen["conclusion"]) == ("upheld", "事实清楚，责任公正")
        assert seen["reviewers"] == "051901、051902"
        assert (await accident_for(store, id_, who))["documents"][0]["withdrawn_at"] is None
    assert len([row for row in await rows(store, notices) if row.template == "review_concluded"]) == 2
    deeds = {row.action for row in await rows(store, audit)}
    assert {"forward_review", "conclude_review"} <= deeds


async def test_what_is_to_be_determined_anew_is_the_officers_and_the_old_one_goes_with_the_new(
    store: Store, accident: tuple[str, Participant, Participant]
) -> None:
    id_, a, _ = accident
    await act(store, id_, Resolve(), ZHANG)
    await accident_reviews.ask(store, id_, a, WORDS)
    await accident_reviews.forward(store, id_, CHEN)
    await accident_reviews.conclude(store, id_, CHEN, "redo", ("051901", "051902"), "责任划分不公正")
    seen = await accident_for(store, id_, a)
    assert seen["status"] == "offered"
    # Ten working days after the Friday: Friday two weeks on.
    assert seen["review"]["redo_by"] == "2026-11-20T16:00:00.000Z"
    assert seen["documents"][0]["withdrawn_at"] is None
    await act(store, id_, Accept(), LI)
    await accident_signing.determine(store, id_, LI, "equal", "复核后重新认定")
    old, new = (await accident_for(store, id_, a))["documents"]
    assert (old["withdrawn_at"] is None, new["withdrawn_at"]) == (False, None)


@pytest.mark.parametrize(
    ("reviewers", "why"),
    [
        (("051827", "051902"), "own_determination"),
        (("051901", "051901"), "two_wanted"),
        (("051901", ""), "wrong_type"),
        (("051901", "<b>"), "wrong_type"),
    ],
)
async def test_two_others_than_who_determined_it_review_it(
    store: Store, accident: tuple[str, Participant, Participant], reviewers: tuple[str, str], why: str
) -> None:
    id_, a, _ = accident
    await accident_reviews.ask(store, id_, a, WORDS)
    await accident_reviews.forward(store, id_, CHEN)
    with pytest.raises(InvalidField) as refused:
        await accident_reviews.conclude(store, id_, CHEN, "upheld", reviewers, "事实清楚")
    assert (refused.value.field, refused.value.params["why"]) == ("reviewers", why)


async def test_a_determination_is_signed_for_or_refused_once(
    store: Store, accident: tuple[str, Participant, Participant]
) -> None:
    id_, a, b = accident
    assert await accident_receipts.receive(store, id_, a, HAND) == "signed"
    with pytest.raises(Conflict):
        await accident_receipts.receive(store, id_, a, None)
    with pytest.raises(InvalidField):
        await accident_receipts.note_refusal(store, id_, ZHANG, "c")
    assert await accident_receipts.note_refusal(store, id_, ZHANG, "b") == "refused"
    with pytest.raises(Conflict):
        await accident_receipts.receive(store, id_, b, HAND)
    (document,) = (await accident_for(store, id_, b))["documents"]
    assert [(one["side"], one["answer"]) for one in document["received"]] == [
        ("a", "signed"),
        ("b", "refused"),
    ]
    # The next determination is to be signed for anew.
    await accident_signing.determine(store, id_, ZHANG, "equal", "补看录像")
    assert await accident_receipts.receive(store, id_, b, None) == "refused"


async def test_there_is_nothing_to_sign_for_in_an_agreement(store: Store) -> None:
    id_, a, _, _ = await signed(store)
    with pytest.raises(Conflict):
        await accident_receipts.receive(store, id_, a, HAND)


async def test_after_three_years_the_words_and_hands_are_gone(
    store: Store, clock: FakeClock, accident: tuple[str, Participant, Participant]
) -> None:
    id_, a, _ = accident
    await accident_receipts.receive(store, id_, a, HAND)
    await accident_reviews.ask(store, id_, a, WORDS)
    await act(store, id_, Resolve(), ZHANG)
    clock.advance(timedelta(days=1_096).total_seconds())
    await clear_accidents(store, store.media.remove)
    assert [row.words_sealed for row in await rows(store, reviews)] == [None]
    assert [(row.answer, row.signature_sealed) for row in await rows(store, receipts)] == [("signed", None)]
