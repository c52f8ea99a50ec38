"""A hazard from its report to its end: who answers, who follows, until when it can be reopened, when it expires."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.actions import deadlines as firing
from models.actions.callers import caller_of_token
from models.actions.commands import act
from models.actions.hazards import HazardReport, join, report
from models.caller import Participant
from models.errors import (
    Conflict,
    IllegalTransition,
    InvalidField,
    NotFound,
    TooManyRequests,
    Unauthenticated,
)
from models.incident.commands import Cancel, Merge, Resolve, Transfer
from models.incident.hazards import Mend, Refer, StillThere, TakeNote
from models.queries import hazards as lists
from models.queries.incident import incident_for
from models.store import Store
from tests.support.city import CHEN, GATE, MINGSHAN, YUCHENG, ZHANG, ask, on_duty
from tests.support.clock import FakeClock
from tests.support.hazards import FAR, NEXT_DOOR, agency, open_deadlines, reported, row, told


async def joined(store: Store, incident: str, device: bytes = b"e" * 16) -> Participant:
    found = await join(store, incident, device=device, address=None)
    return Participant(found.participant, incident, "requester")


async def test_a_pothole_waits_for_the_road_s_keeper_and_no_officer_is_asked(store: Store) -> None:
    await on_duty(store, ZHANG)
    roads = await agency(store, "roads", "roads")
    found, _ = await reported(store)
    incident = str(found.view["id"])
    assert (found.view["kind"], found.view["status"], found.joined) == ("hazard", "waiting", False)
    assert await told(store, incident) == ["reported"]
    kept = await row(store, incident)
    assert (kept.agency_id, kept.body, kept.reopen_days, kept.expire_days) == (roads, "roads", 14, 90)
    due = await open_deadlines(store, incident)
    assert due["expire"].due_at - due["respond"].due_at == timedelta(days=87)


async def test_a_district_s_own_agency_goes_before_the_city_s(store: Store) -> None:
    await agency(store, "roads", "roads")
    own = await agency(store, "roads-yc", "roads", district=YUCHENG)
    await agency(store, "roads-ms", "roads", district=MINGSHAN)
    found, _ = await reported(store)
    assert (await row(store, str(found.view["id"]))).agency_id == own


@pytest.mark.parametrize("reason", ["signal_out", "manhole"])
async def test_what_is_dangerous_is_the_officers_at_once(store: Store, reason: str) -> None:
    await on_duty(store, ZHANG)
    found, follower = await reported(store, reason)
    incident = str(found.view["id"])
    assert found.view["status"] == "offered"
    assert (await told(store, incident))[:3] == ["reported", "handed_over", "offered"]
    await act(store, incident, Mend(), CHEN)
    again = await act(store, incident, StillThere(), follower)
    assert again["status"] == "offered", "what is the officers' is theirs again"
    assert "handed_over" in (await told(store, incident))[4:]


async def test_near_is_what_the_table_says_of_the_same_category(store: Store) -> None:
    first, _ = await reported(store)
    await reported(store, "lamp_out", location=NEXT_DOOR)
    await reported(store, location=FAR)
    closed, _ = await reported(store, location=NEXT_DOOR)
    await act(store, str(closed.view["id"]), Mend(), CHEN)
    (one,), around = await lists.near(store, "pothole", NEXT_DOOR, YUCHENG)
    assert (one["id"], one["metres"], one["followers"]) == (first.view["id"], 24, 1)
    assert [(other["reason"], other["metres"]) for other in around] == [("lamp_out", 0), ("pothole", 24)]
    assert await lists.near(store, "pothole", NEXT_DOOR, None) == ([], [])


async def test_a_second_one_joins_is_told_and_may_go_again(store: Store) -> None:
    found, first = await reported(store)
    incident = str(found.view["id"])
    second = await joined(store, incident)
    assert (await incident_for(store, incident, second))["requesters"] == 2
    await act(store, incident, Cancel(), first)
    view = await act(store, incident, Cancel(), second)
    assert (view["status"], view["outcome"]) == ("closed", "cancelled")
    assert await told(store, incident) == ["reported", "joined", "withdrawn", "cancelled"]


async def test_the_same_phone_is_one_follower_with_a_new_link(store: Store) -> None:
    found, _ = await reported(store)
    incident = str(found.view["id"])
    again = await join(store, incident, device=b"d" * 16, address=None)
    assert again.view["requesters"] == 1
    assert await told(store, incident) == ["reported"]
    assert await caller_of_token(store, again.token) == Participant(found.participant, incident, "requester")
    with pytest.raises(Unauthenticated):
        await caller_of_token(store, found.token)


async def test_nobody_joins_what_is_closed_or_no_hazard(store: Store) -> None:
    found, _ = await reported(store)
    await act(store, str(found.view["id"]), Mend(), CHEN)
    with pytest.raises(IllegalTransition):
        await joined(store, str(found.view["id"]))
    asked = await ask(store)
    with pytest.raises(NotFound):
        await joined(store, asked.id)


async def test_an_agency_has_it_says_by_when_and_mends_it(store: Store, clock: FakeClock) -> None:
    await agency(store, "roads", "roads")
    lighting = await agency(store, "lamps", "lighting")
    found, _ = await reported(store)
    incident = str(found.view["id"])
    await act(store, incident, Refer(agency="lamps"), CHEN)
    assert (await row(store, incident)).agency_id == lighting
    by = clock.now() + timedelta(days=2)
    noted = await act(store, incident, TakeNote(by=by), CHEN)
    assert (noted["status"], noted["reply"]) == ("waiting", "noted")
    mended = await act(store, incident, Mend(), CHEN)
    assert (mended["status"], mended["outcome"]) == ("closed", "settled")
    assert await told(store, incident) == ["reported", "referred", "noted", "mended"]


async def test_in_another_district_it_is_that_one_s_agency_s(store: Store) -> None:
    await agency(store, "roads", "roads", district=YUCHENG)
    there = await agency(store, "roads-ms", "roads", district=MINGSHAN)
    found, _ = await reported(store)
    lamp, _ = await reported(store, "lamp_out")
    for one in (found, lamp):
        view = await act(store, str(one.view["id"]), Transfer(district=MINGSHAN, reason="在那边"), CHEN)
        assert (view["status"], view["district"]) == ("waiting", MINGSHAN)
    assert (await row(store, str(found.view["id"]))).agency_id == there
    assert (await row(store, str(lamp.view["id"]))).agency_id is None


async def test_what_cannot_be_referred_or_promised_says_what_is_wrong(store: Store, clock: FakeClock) -> None:
    found, _ = await reported(store)
    incident = str(found.view["id"])
    for command, field, why in (
        (Refer(), "agency", "required"),
        (Refer(agency="nobody"), "agency", "unknown"),
        (TakeNote(by=clock.now()), "by", "out_of_range"),
        (TakeNote(by=clock.now() + timedelta(days=400)), "by", "out_of_range"),
    ):
        with pytest.raises(InvalidField) as refused:
            await act(store, incident, command, CHEN)
        assert (refused.value.field, refused.value.params["why"]) == (field, why)
    assert await told(store, incident) == ["reported"]


async def test_a_follower_reopens_it_within_the_days_and_three_times(store: Store, clock: FakeClock) -> None:
    found, follower = await reported(store)
    incident = str(found.view["id"])
    for _ in range(3):
        await act(store, incident, Mend(), CHEN)
        assert (await row(store, incident)).reopen_until == clock.now() + timedelta(days=14)
        view = await act(store, incident, StillThere(), follower)
        assert (view["status"], view["outcome"], view["closed_at"]) == ("waiting", None, None)
        assert set(await open_deadlines(store, incident)) == {"respond", "expire"}
    await act(store, incident, Mend(), CHEN)
    with pytest.raises(Conflict) as often:
        await act(store, incident, StillThere(), follower)
    assert often.value.params["why"] == "reopened_often"


async def test_the_days_are_over_and_the_link_with_them(store: Store, clock: FakeClock) -> None:
    found, follower = await reported(store)
    incident = str(found.view["id"])
    await act(store, incident, Mend(), CHEN)
    clock.advance(13 * 86_400)
    assert await caller_of_token(store, found.token) == follower
    clock.advance(86_400)
    with pytest.raises(Unauthenticated):
        await caller_of_token(store, found.token)
    with pytest.raises(Conflict) as late:
        await act(store, incident, StillThere(), follower)
    assert late.value.params["why"] == "reopening_over"


async def test_who_rejected_it_and_who_merged_it_are_not_contradicted(store: Store) -> None:
    found, follower = await reported(store)
    other, _ = await reported(store, location=NEXT_DOOR, device=b"f" * 16)
    incident, into = str(found.view["id"]), str(other.view["id"])
    await act(store, incident, Merge(into=into, reason="同一处"), CHEN)
    with pytest.raises(Conflict):
        await act(store, incident, StillThere(), follower)
    await act(store, into, Resolve(outcome="rejected", reason="没有"), CHEN)
    with pytest.raises(Conflict) as refused:
        await act(store, into, StillThere(), Participant("x", into, "requester"))
    assert refused.value.params["why"] in {"reopening_over", "withdrawn"}


async def test_overdue_is_recorded_once_and_it_stays_with_the_agency(store: Store, clock: FakeClock) -> None:
    await on_duty(store, ZHANG)
    found, follower = await reported(store)
    incident = str(found.view["id"])
    due = await open_deadlines(store, incident)
    clock.advance(259_200)
    await firing.fire(store, [due["respond"].id])
    (listed,) = (await lists.of_district(store, YUCHENG))["hazards"]
    assert (listed["status"], listed["overdue"], listed["officer"]) == ("waiting", True, None)
    await act(store, incident, Mend(), CHEN)
    await act(store, incident, StillThere(), follower)
    assert "respond" not in await open_deadlines(store, incident), "it is breached already"
    assert (await told(store, incident)).count("breached") == 1


async def test_what_was_mended_in_time_and_was_not_is_overdue_at_once(store: Store, clock: FakeClock) -> None:
    found, follower = await reported(store)
    incident = str(found.view["id"])
    await act(store, incident, Mend(), CHEN)
    clock.advance(259_200 + 60)
    await act(store, incident, StillThere(), follower)
    due = (await open_deadlines(store, incident))["respond"]
    assert due.due_at == clock.now()
    await firing.fire(store, [due.id])
    assert (await told(store, incident))[-1] == "breached"


async def test_it_expires_when_nobody_says_anything_and_each_word_puts_that_off(
    store: Store, clock: FakeClock
) -> None:
    found, _ = await reported(store, "spill")
    incident = str(found.view["id"])
    first = (await open_deadlines(store, incident))["expire"]
    clock.advance(86_400)
    await joined(store, incident)
    second = (await open_deadlines(store, incident))["expire"]
    assert second.due_at - first.due_at == timedelta(days=1)
    clock.advance(86_400)
    assert await firing.fire(store, [first.id]) == {first.id: "settled"}
    clock.advance(86_400)
    assert await firing.fire(store, [second.id]) == {second.id: "fired"}
    assert (await told(store, incident))[-1] == "expired"
    assert await open_deadlines(store, incident) == {}


async def test_the_district_is_that_of_the_place_else_the_one_that_was_said(store: Store) -> None:
    with pytest.raises(InvalidField) as nowhere:
        await report(store, HazardReport(reason="pothole", location=GATE))
    assert (nowhere.value.field, nowhere.value.params["why"]) == ("location", "outside")
    with pytest.raises(InvalidField) as unsaid:
        await report(store, HazardReport(reason="pothole", place="文化路"))
    assert unsaid.value.field == "district"
    said = await report(store, HazardReport(reason="pothole", place="文化路", district=MINGSHAN))
    assert (said.view["district"], said.view["place"]) == (MINGSHAN, "文化路")
    with pytest.raises(InvalidField):
        await report(store, HazardReport(reason="pothole", district=MINGSHAN))


async def test_one_phone_reports_five_times_an_hour(store: Store) -> None:
    for _ in range(5):
        await reported(store)
    with pytest.raises(TooManyRequests):
        await reported(store)
    await reported(store, device=b"g" * 16)
