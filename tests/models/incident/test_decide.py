"""What commands make happen, without a clock or a row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from models.caller import Participant
from models.errors import AlreadyAccepted, IllegalTransition, InvalidField
from models.incident.commands import (
    Accept,
    Answer,
    Cancel,
    Defer,
    HandOver,
    Release,
    Reopen,
    Resolve,
    Settle,
)
from models.incident.decide import breach, decide, promise_over
from models.incident.incident import Incident
from tests.support.city import CHEN, LI, ZHANG

START = datetime(2026, 11, 23, 10, 37, 12, tzinfo=UTC)
OWNER = Participant("p-owner", "i", "owner")
REQUESTER = Participant("p-requester", "i", "requester")
WAITING = Incident(
    id="i",
    kind="move_car",
    status="waiting",
    outcome=None,
    district="511802",
    version=1,
    feed_offset=1,
    reason="blocking",
    promise_minutes="3,5,10",
    priority=0,
    escalation=0,
    sticker_id="s",
    vehicle_id="v",
    plate_masked="川TA***5",
    place=None,
    lat=None,
    lng=None,
    accuracy_m=None,
    response_seconds=300,
    requested_at=START,
    respond_by=START + timedelta(seconds=300),
)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_an_owner_who_is_coming_promises_and_keeps_the_ball() -> None:
    (happened,) = decide(WAITING, Answer(reply="coming", minutes=3), OWNER, after(20))
    assert happened.event == "answered"
    assert happened.incident.status == "waiting"
    assert happened.incident.promised_by == after(200)
    assert happened.incident.answered_at == after(20)
    assert happened.incident.respond_by == after(300)
    assert happened.incident.version == 2


def test_the_first_answer_counts_and_a_later_one_does_not_move_it() -> None:
    (first,) = decide(WAITING, Answer(reply="coming", minutes=3), OWNER, after(20))
    (second,) = decide(first.incident, Answer(reply="coming", minutes=10), OWNER, after(90))
    assert second.incident.answered_at == after(20)
    assert second.incident.promised_by == after(690)


@pytest.mark.parametrize("reply", ["cannot", "not_mine"])
def test_an_owner_who_does_not_come_hands_over_at_once(reply: str) -> None:
    happened = decide(WAITING, Answer(reply=reply), OWNER, after(30))  # type: ignore[arg-type]
    assert [one.event for one in happened] == ["answered", "handed_over"]
    assert happened[-1].incident.status == "offered"
    assert [one.incident.version for one in happened] == [2, 3]
    assert happened[-1].incident.handed_over_at == after(30)


def test_moved_by_the_owners_word_waits_for_the_requester() -> None:
    (happened,) = decide(WAITING, Answer(reply="moved"), OWNER, after(30))
    assert happened.incident.status == "waiting"
    assert happened.incident.moved_at is None


def test_the_requesters_word_settles_it() -> None:
    (happened,) = decide(WAITING, Settle(), REQUESTER, after(100))
    assert (happened.event, happened.incident.status, happened.incident.outcome) == (
        "settled",
        "closed",
        "settled",
    )
    assert happened.incident.moved_at == after(100)


def test_at_respond_by_a_waiting_incident_is_breached_and_handed_over() -> None:
    happened = breach(WAITING, after(300))
    assert [one.event for one in happened] == ["breached", "handed_over"]
    assert happened[-1].incident.breached_at == after(300)
    assert happened[-1].incident.status == "offered"


def test_the_breach_is_recorded_once() -> None:
    happened = breach(WAITING, after(300))
    assert breach(happened[-1].incident, after(301)) == []


def test_an_offered_incident_is_breached_and_stays_offered() -> None:
    (handed,) = decide(WAITING, HandOver(), REQUESTER, after(60))
    happened = breach(handed.incident, after(300))
    assert [one.event for one in happened] == ["breached"]
    assert happened[-1].incident.handed_over_at == after(60)


@pytest.mark.parametrize("status", ["accepted", "on_scene", "closed"])
def test_nothing_is_breached_once_an_officer_has_it_or_it_is_over(status: str) -> None:
    assert breach(replace(WAITING, status=status), after(300)) == []


def test_a_requester_may_wait_for_a_promise_that_is_later() -> None:
    (answered,) = decide(WAITING, Answer(reply="coming", minutes=10), OWNER, after(10))
    (deferred,) = decide(answered.incident, Defer(), REQUESTER, after(20))
    assert deferred.incident.deferred
    late = breach(deferred.incident, after(300))
    assert [one.event for one in late] == ["breached"]
    assert late[-1].incident.status == "waiting"
    assert late[-1].incident.respond_by == after(300)
    over = promise_over(late[-1].incident, after(610))
    assert [one.event for one in over] == ["handed_over"]


@pytest.mark.parametrize("minutes", [None, 3])
def test_there_is_nothing_to_wait_for_without_a_later_promise(minutes: int | None) -> None:
    incident = WAITING
    if minutes is not None:
        incident = decide(WAITING, Answer(reply="coming", minutes=minutes), OWNER, after(10))[0].incident
    with pytest.raises(IllegalTransition):
        decide(incident, Defer(), REQUESTER, after(20))


def test_the_second_officer_to_accept_is_told_by_whom_it_was_taken() -> None:
    (taken,) = decide(WAITING, Accept(), ZHANG, after(50))
    assert taken.incident.officer_number == "051827"
    with pytest.raises(AlreadyAccepted) as refused:
        decide(taken.incident, Accept(), LI, after(51))
    assert refused.value.params == {"by": "051827"}


def test_a_released_incident_is_everybodys_again_and_keeps_its_first_acceptance() -> None:
    (taken,) = decide(WAITING, Accept(), ZHANG, after(50))
    (released,) = decide(taken.incident, Release(), ZHANG, after(80))
    assert released.incident.status == "offered"
    assert released.incident.officer_id is None
    assert released.incident.unit is None
    assert released.incident.accepted_at == after(50)


def test_an_officer_who_sees_the_car_gone_resolves_it_as_settled() -> None:
    (taken,) = decide(WAITING, Accept(), ZHANG, after(50))
    (resolved,) = decide(taken.incident, Resolve(outcome="settled"), ZHANG, after(120))
    assert resolved.incident.outcome == "settled"
    assert resolved.incident.moved_at == after(120)


def test_resolving_otherwise_does_not_claim_that_the_car_was_moved() -> None:
    (taken,) = decide(WAITING, Accept(), ZHANG, after(50))
    (resolved,) = decide(taken.incident, Resolve(outcome="duplicate"), ZHANG, after(120))
    assert resolved.incident.moved_at is None


def test_reopening_needs_a_reason() -> None:
    (closed,) = decide(WAITING, Cancel(), REQUESTER, after(10))
    with pytest.raises(InvalidField) as refused:
        decide(closed.incident, Reopen(), CHEN, after(20))
    assert refused.value.field == "reason"
    (reopened,) = decide(closed.incident, Reopen(reason="still there"), CHEN, after(20))
    assert (reopened.incident.status, reopened.incident.outcome) == ("offered", None)
