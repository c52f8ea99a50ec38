"""What commands make happen to accidents and hazards, without a clock or a row."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from models.caller import Participant
from models.errors import Conflict, IllegalTransition, InvalidField
from models.incident.accidents import Agree, Annul, Determine
from models.incident.commands import Accept, Answer, Cancel, Settle
from models.incident.decide import breach, decide
from models.incident.hazards import Expire, Mend, Refer, StillThere, TakeNote
from models.incident.incident import Incident
from tests.models.incident.test_decide import START, WAITING, after
from tests.support.city import CHEN, LI

PARTY = Participant("p-party", "i", "party")
ACCIDENT = replace(WAITING, kind="accident", reason="property", sticker_id=None, vehicle_id=None)
HAZARD = replace(ACCIDENT, kind="hazard", reason="lamp_out", promise_minutes="")


def taken(incident: Incident) -> Incident:
    return decide(incident, Accept(), LI, after(20))[-1].incident


def test_parties_who_agree_close_their_accident_as_settled() -> None:
    (happened,) = decide(ACCIDENT, Agree(), PARTY, after(200))
    assert (happened.event, happened.incident.status, happened.incident.outcome) == (
        "agreed",
        "closed",
        "settled",
    )
    assert happened.incident.closed_at == after(200)


def test_parties_may_agree_while_the_officer_is_on_his_way_and_not_when_he_is_there() -> None:
    coming = taken(ACCIDENT)
    assert decide(coming, Agree(), PARTY, after(30))[0].incident.status == "closed"
    with pytest.raises(IllegalTransition):
        decide(replace(coming, status="on_scene"), Agree(), PARTY, after(30))


def test_nobody_withdraws_an_accident_that_is_the_officers() -> None:
    assert decide(ACCIDENT, Cancel(), PARTY, after(5))[0].incident.outcome == "cancelled"
    with pytest.raises(IllegalTransition):
        decide(replace(ACCIDENT, status="offered"), Cancel(), PARTY, after(5))


@pytest.mark.parametrize("command", [Answer(reply="coming"), Settle()])
def test_what_is_said_of_a_car_in_the_way_is_not_said_of_an_accident(command: Answer | Settle) -> None:
    with pytest.raises(IllegalTransition):
        decide(ACCIDENT, command, PARTY, after(5))


def test_an_accident_that_is_not_settled_in_time_is_the_officers() -> None:
    happened = breach(ACCIDENT, after(300))
    assert [one.event for one in happened] == ["breached", "handed_over"]


def test_the_officer_who_has_it_determines_and_it_stays_his() -> None:
    (happened,) = decide(taken(ACCIDENT), Determine(), LI, after(90))
    assert (happened.event, happened.incident.status) == ("determined", "accepted")
    with pytest.raises(IllegalTransition):
        decide(ACCIDENT, Determine(), LI, after(90))


def test_an_annulled_agreement_leaves_the_accident_to_the_officers() -> None:
    agreed = decide(ACCIDENT, Agree(), PARTY, after(200))[-1].incident
    with pytest.raises(InvalidField):
        decide(agreed, Annul(), CHEN, after(900))
    (happened,) = decide(agreed, Annul(reason="false_statement"), CHEN, after(900))
    now = happened.incident
    assert (happened.event, now.status, now.outcome, now.closed_at) == ("annulled", "offered", None, None)
    assert now.handed_over_at == after(900)


def test_a_hazard_whose_time_is_over_is_overdue_and_stays_with_whom_it_waits_for() -> None:
    (happened,) = breach(HAZARD, after(300))
    assert (happened.event, happened.incident.status, happened.incident.breached_at) == (
        "breached",
        "waiting",
        after(300),
    )


def test_a_hazard_goes_from_the_officer_who_is_there_to_who_answers_for_the_road() -> None:
    there = replace(taken(HAZARD), status="on_scene")
    (happened,) = decide(there, Refer(), LI, after(60))
    now = happened.incident
    assert (happened.event, now.status, now.officer_id, now.unit) == ("referred", "waiting", None, None)
    assert now.accepted_at == after(20)


def test_who_answers_for_the_road_says_by_when() -> None:
    by = START + timedelta(days=2)
    (happened,) = decide(HAZARD, TakeNote(by=by), CHEN, after(60))
    assert (happened.incident.promised_by, happened.incident.answered_at) == (by, after(60))
    (again,) = decide(happened.incident, TakeNote(by=None), CHEN, after(90))
    assert (again.incident.promised_by, again.incident.answered_at) == (None, after(60))


def test_a_hazard_that_is_not_mended_is_opened_again_by_who_follows_it() -> None:
    mended = decide(HAZARD, Mend(), CHEN, after(60))[-1].incident
    assert (mended.status, mended.outcome, mended.closed_at) == ("closed", "settled", after(60))
    (happened,) = decide(mended, StillThere(), PARTY, after(120))
    now = happened.incident
    assert (happened.event, now.status, now.outcome, now.closed_at) == ("reopened", "waiting", None, None)


def test_a_hazard_that_was_merged_goes_on_as_the_other_one() -> None:
    gone = replace(HAZARD, status="closed", merged_into="other")
    with pytest.raises(Conflict):
        decide(gone, StillThere(), PARTY, after(120))


def test_a_hazard_of_which_nobody_says_anything_expires() -> None:
    (happened,) = decide(HAZARD, Expire(), CHEN, after(60))
    assert (happened.incident.status, happened.incident.outcome) == ("closed", "expired")
