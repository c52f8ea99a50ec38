"""Which fields each role is shown: sets by hand, compared with all that real answers hold."""

from __future__ import annotations

from typing import Any

import pytest

from models.access.rights import SHAPES
from models.actions import watch_flags
from models.actions.watch_flags import Watch
from tests.support.city import AUX, CHEN, YUCHENG, ZHANG
from tests.web.client import Client, bearer
from tests.web.people import STAFF, People, people
from web.endpoint import Shape
from web.endpoints import ENDPOINTS

STREET = {
    "id", "kind", "status", "outcome", "district", "version", "reason", "plate", "place", "location",
    "response_seconds", "requested_at", "respond_by", "answered_at", "reply", "promised_by", "deferred",
    "handed_over_at", "accepted_at", "arrived_at", "moved_at", "breached_at", "closed_at", "nobody_on_duty", "unit",
    "requesters", "photos", "call", "merged_into",
}  # fmt: skip
STAFF_SEE = STREET | {
    "officer", "priority", "escalation", "to_confirm", "backup_at", "backup_wanted", "supporting",
    "zone",
}  # fmt: skip
RECORD = {"now", "offset", "epoch", "timeline"}

INCIDENT = {
    "requester": STREET | RECORD | {"messages", "notices", "you"},
    "owner": STREET | RECORD | {"messages", "notices", "you"},
    "police": STAFF_SEE | RECORD | {"messages", "notices", "decisions", "disposition", "response"},
    "auxiliary": STAFF_SEE | RECORD | {"notices"},
    "commander": STAFF_SEE
    | RECORD
    | {"messages", "notices", "decisions", "disposition", "response", "offers"},
    "wall": STAFF_SEE | RECORD,
}


async def body(web: Client, everybody: People, role: str, path: str) -> Any:
    answer = await web.get(path, headers=await everybody.headers(role))
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("role", INCIDENT)
async def test_an_incident_shows_each_role_just_these_fields(web: Client, role: str) -> None:
    everybody = await people(web)
    shown = (await body(web, everybody, role, f"/api/v1/incidents/{everybody.incident}"))["incident"]
    assert set(shown) == INCIDENT[role]
    assert "川TA1235" not in str(shown)


@pytest.mark.parametrize("role", ["requester", "owner", "police", "auxiliary", "commander"])
async def test_why_a_notice_failed_is_the_staffs_to_know(web: Client, role: str) -> None:
    everybody = await people(web)
    shown = (await body(web, everybody, role, f"/api/v1/incidents/{everybody.incident}"))["incident"]
    (notice, *_) = shown["notices"]
    assert (notice["channel"], notice["contact"], notice["status"]) == ("wechat", 1, "queued")
    hidden = {"step", "attempts", "failure", "code"}
    assert set(notice) & hidden == (hidden if role in ("police", "commander") else set())
    assert "+86" not in str(shown["notices"])


async def test_what_a_vehicle_is_looked_out_for_is_shown_to_police_and_hinted_at_to_auxiliaries(
    web: Client,
) -> None:
    await web.store.configuration.refresh()
    everybody = await people(web)
    watch = Watch("川TA1235", "inspection_overdue", YUCHENG, "名单", plate_class="ordinary")
    await watch_flags.put(web.store, CHEN, watch)
    more = {"police": {"watch"}, "commander": {"watch"}, "auxiliary": {"caution"}}
    for role, usual in INCIDENT.items():
        shown = (await body(web, everybody, role, f"/api/v1/incidents/{everybody.incident}"))["incident"]
        assert set(shown) == usual | more.get(role, set()), role


async def test_an_auxiliary_officer_sees_the_photos_of_what_he_has_and_no_others(web: Client) -> None:
    everybody = await people(web)
    path = f"/api/v1/incidents/{everybody.incident}"
    aux = bearer(await web.on_duty(AUX, YUCHENG))
    assert (await web.get(path, headers=aux)).json()["incident"]["photos"] == 0
    await web.post(f"{path}/accept", headers=aux)
    shown = (await web.get(path, headers=aux)).json()["incident"]
    assert shown["photos"] == []
    assert set(shown) == INCIDENT["auxiliary"]


async def test_a_command_answers_each_with_what_he_may_see(web: Client) -> None:
    everybody = await people(web)
    path = f"/api/v1/incidents/{everybody.incident}"
    asked = await web.ask("two")
    assert set(asked.json()["incident"]) == STREET
    waited = await web.post(f"{path}/hand_over", headers=await everybody.headers("requester"))
    assert set(waited.json()["incident"]) == STREET
    taken = await web.post(f"{path}/accept", headers=bearer(await web.on_duty(ZHANG, YUCHENG)))
    assert set(taken.json()["incident"]) == STAFF_SEE


async def test_the_timeline_keeps_the_staffs_words_among_the_staff(web: Client) -> None:
    everybody = await people(web)
    path = f"/api/v1/incidents/{everybody.incident}"
    police = bearer(await web.on_duty(ZHANG, YUCHENG))
    await web.post(f"{path}/accept", json={"note": "车主是熟人"}, headers=police)
    told = {}
    for role in ("requester", "owner", "police", "auxiliary", "wall"):
        shown = (await body(web, everybody, role, path))["incident"]["timeline"]
        told[role] = next(entry["detail"] for entry in shown if entry["event"] == "accepted")
    noted = {"note": "车主是熟人"}
    assert told == {"requester": {}, "owner": {}, "police": noted, "auxiliary": noted, "wall": {}}


async def test_boards_figures_and_lists_show_what_stands_here(web: Client) -> None:
    everybody = await people(web)
    await web.on_duty(ZHANG, YUCHENG)
    for role in ("police", "auxiliary", "commander", "wall"):
        board = await body(web, everybody, role, f"/api/v1/districts/{YUCHENG}/board")
        assert set(board) == {"incidents", "panics", "offset", "epoch"}, role
        assert [set(one) for one in board["incidents"]] == [STAFF_SEE], role
        figures = await body(web, everybody, role, f"/api/v1/districts/{YUCHENG}/figures")
        assert set(figures) == {"district", "at", "statuses", "day", "vehicles", "on_duty"}, role
        assert set(figures["vehicles"]) == {"days", "window_days", "repeat", "left"}, role
        assert set(figures["vehicles"]["left"]) == {"count", "n", "share"}, role
        assert [set(one) for one in figures["on_duty"]] == [
            {"officer", "unit", "role", "busy", "status", "status_at", "since", "lat", "lng", "position_at"}
        ], role


async def test_everybody_sees_of_himself_what_stands_here(web: Client) -> None:
    everybody = await people(web)
    for role in STAFF:
        mine = await body(web, everybody, role, "/api/v1/me")
        assert set(mine) == {
            "id", "role", "service_number", "unit", "districts", "second_factor", "idle_seconds"
        }, role  # fmt: skip
        assert {name for one in mine["districts"] for name in one} == {"code", "name", "name_en", "modules"}
    for role in ("police", "auxiliary", "commander"):
        duty = await body(web, everybody, role, "/api/v1/duty")
        assert set(duty) == {
            "on_duty", "district", "since", "position", "incidents", "offers", "offset", "epoch", "status",
            "status_at", "zone", "vehicle", "planned", "ends_at", "off_by", "consent", "next", "handovers", "panic",
        }, role  # fmt: skip
    accounts = await body(web, everybody, "administrator", "/api/v1/admin/officers")
    assert {name for one in accounts["officers"] for name in one} == {
        "id", "username", "role", "service_number", "unit", "active", "districts"
    }  # fmt: skip


def test_every_answer_has_its_fields_in_the_table() -> None:
    answers = {shape.__name__ for one in ENDPOINTS for shape in one.answers.values() if shape is not None}
    assert answers - {"Nothing"} <= SHAPES
    known = {shape.__name__ for shape in _shapes(Shape)}
    assert known | {"Told"} >= SHAPES


def _shapes(shape: type[Shape]) -> set[type[Shape]]:
    below = set(shape.__subclasses__())
    return below.union(*(_shapes(one) for one in below))


async def test_a_field_without_a_row_is_absent(web: Client) -> None:
    from web.shown import shown

    class Unheard(Shape):
        secret: str

    assert shown("police", Unheard, Unheard(secret="x")) == {}
    assert CHEN.role == "commander"
    assert shown(None, Unheard, {"secret": "x"}) == {}
