"""Open311 GeoReport v2: the six methods in both formats, against answers written by hand from the specification."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import httpx2
import pytest
from sqlalchemy import select

from models.actions import api_keys
from models.actions.commands import act
from models.incident.hazards import Mend, TakeNote
from models.store import Store
from models.tables import incidents, participants
from tests.support.city import CHEN, YUCHENG
from tests.support.clock import FakeClock
from tests.support.hazards import agency, reported, switch_on
from tests.support.pilots import ADMIN
from tests.web.client import Client

V2 = "/open311/v2"
# The fields of a request, in the order of the specification's table.
FIELDS = [
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address",
    "address_id", "zipcode", "lat", "long", "media_url",
]  # fmt: skip


@pytest.fixture(autouse=True)
async def _on(store: Store) -> None:
    await switch_on(store)


@pytest.fixture
async def key(store: Store) -> str:
    return (await api_keys.make(store, ADMIN, "市民热线", "open311", 50))[1]


async def xml(web: Client, path: str, **query: str) -> ElementTree.Element:
    answer = await web.get(f"{V2}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.text.startswith('<?xml version="1.0" encoding="utf-8"?>')
    root: ElementTree.Element = ElementTree.fromstring(answer.content)
    return root


async def send(web: Client, key: str | None, format_: str = "json", **more: Any) -> httpx2.Response:
    form = {
        "api_key": key,
        "service_code": "pothole",
        "lat": "29.9876",
        "long": "103.0133",
        "address_string": "文化路 12 号门前",
        "address_id": YUCHENG,
        "description": "坑很深 <script>",
        "email": "smit333@sfgov.edu",
        "first_name": "John",
        "phone": "111111111",
        "device_id": "tt222111",
    }
    given = {name: value for name, value in (form | more).items() if value is not None}
    return await web.post(f"{V2}/requests.{format_}", data=given)


def fault(answer: httpx2.Response) -> tuple[int, str]:
    """Status and description of an error in the shape of the specification, JSON."""
    (one,) = answer.json()
    assert one["code"] == answer.status_code
    return answer.status_code, one["description"]


async def test_discovery_names_the_endpoint_and_its_formats(web: Client) -> None:
    told = (await web.get("/open311/discovery.json")).json()
    (endpoint,) = told["endpoints"]
    assert endpoint["url"].endswith("/open311/v2")
    assert endpoint["formats"] == ["text/xml", "application/json"]
    root = ElementTree.fromstring((await web.get("/open311/discovery.xml")).content)
    assert root.tag == "discovery"
    assert [one.text for one in root.findall("endpoints/endpoint/formats/format")] == endpoint["formats"]


async def test_services_are_the_hazards_and_what_blocks_the_road_and_has_no_plate(web: Client) -> None:
    root = await xml(web, "services.xml", lang="en")
    assert root.tag == "services"
    assert [one.findtext("service_code") for one in root.findall("service")] == [
        "signal_out", "sign_missing", "marking_worn", "barrier_broken", "manhole", "pothole", "lamp_out", "spill",
        "debris", "obstructing", "fire_lane", "other",
    ]  # fmt: skip
    groups = {one.findtext("group"): one.findtext("service_code") for one in root.findall("service")}
    assert groups == {"Hazards of the road": "other", "Obstructions without a plate": "fire_lane"}
    first = root.find("service")
    assert first is not None
    assert [(one.tag, one.text) for one in first] == [
        ("service_code", "signal_out"),
        ("service_name", "Traffic light out"),
        ("description", "A traffic light that is dark, flashing or stuck."),
        ("metadata", "true"),
        ("type", "realtime"),
        ("keywords", "traffic light, signal"),
        ("group", "Hazards of the road"),
    ]
    told = (await web.get(f"{V2}/services.json", params={"lang": "en", "jurisdiction_id": "511800"})).json()
    assert told[0]["metadata"] is True
    assert told[1] == {
        "service_code": "sign_missing",
        "service_name": "Traffic sign missing",
        "description": "A traffic sign that is missing, bent or hidden.",
        "metadata": False,
        "type": "realtime",
        "keywords": "sign, road sign",
        "group": "Hazards of the road",
    }


async def test_a_definition_has_its_attributes_in_order(web: Client) -> None:
    root = await xml(web, "services/pothole.xml", lang="en")
    assert root.tag == "service_definition"
    assert root.findtext("service_code") == "pothole"
    (one,) = root.findall("attributes/attribute")
    assert {part.tag: part.text for part in one if part.tag != "values"} == {
        "variable": "true",
        "code": "size",
        "datatype": "singlevaluelist",
        "required": "false",
        "datatype_description": None,
        "order": "1",
        "description": "How large is it?",
    }
    values = [(v.findtext("key"), v.findtext("name")) for v in one.findall("values/value")]
    assert values == [("hand", "As a hand"), ("wheel", "As a wheel"), ("larger", "Larger")]
    assert (await web.get(f"{V2}/services/debris.json")).json()["attributes"] == []
    assert fault(await web.get(f"{V2}/services/033.json"))[0] == 404


async def test_a_report_without_a_plate_says_what_stands_there_how_much_is_left_and_since_when(
    web: Client, store: Store, key: str
) -> None:
    told = (await web.get(f"{V2}/services/obstructing.json", params={"lang": "en"})).json()["attributes"]
    assert [(one["code"], one["datatype"], one["required"]) for one in told] == [
        ("thing", "singlevaluelist", True),
        ("metres_left", "number", False),
        ("since", "datetime", False),
    ]
    assert {"key": "bicycles", "name": "Bicycles, shared ones too"} in told[0]["values"]
    given = {"service_code": "obstructing", "attribute[thing]": "bicycles"}
    said = {"attribute[metres_left]": "1.5", "attribute[since]": "2026-11-01T08:00:00+08:00"}
    number = (await send(web, key, **given, **said)).json()[0]["service_request_id"]
    async with store.database.read() as connection:
        row = (await connection.execute(select(incidents))).one()
        who = (await connection.execute(select(participants))).one()
    assert (row.id, row.kind, row.plate_masked, row.vehicle_id) == (number, "hazard", None, None)
    words = store.vault.open("participants.message_sealed", who.id, who.message_sealed)
    assert words == "坑很深 <script>\nthing: bicycles\nmetres_left: 1.5\nsince: 2026-11-01T08:00:00+08:00"
    for wrong in (
        {},
        {"attribute[thing]": "car"},
        {**given, "attribute[metres_left]": "wide"},
        {**given, "attribute[since]": "yesterday"},
        {"service_code": "fire_lane", "attribute[thing]": "goods", "attribute[more]": "x" * 1_001},
    ):
        assert (
            fault(await send(web, key, **{"service_code": "obstructing", "lat": "29.98", **wrong}))[0] == 400
        ), wrong
    lane = await send(web, key, service_code="fire_lane", **{"attribute[thing]": "no_plate", "lat": "29.99"})
    number = lane.json()[0]["service_request_id"]
    (one,) = (await web.get(f"{V2}/requests/{number}.json", params={"lang": "en"})).json()
    assert one["status_notes"] == "With the officers.", "a fire lane is theirs at once"


async def test_a_request_is_filed_and_found_again_without_who_filed_it(
    web: Client, store: Store, key: str, clock: FakeClock
) -> None:
    await agency(store, "roads", "roads")
    answer = await send(web, key, "xml", **{"attribute[size]": "wheel"})
    assert answer.status_code == 200, answer.text
    root = ElementTree.fromstring(answer.content)
    assert root.tag == "service_requests"
    number = root.findtext("request/service_request_id") or ""
    assert [one.tag for one in root.findall("request/*")] == [
        "service_request_id",
        "service_notice",
        "account_id",
    ]
    (told,) = (await web.get(f"{V2}/requests/{number}.json", params={"lang": "en"})).json()
    assert list(told) == FIELDS
    assert told == {
        "service_request_id": number,
        "status": "open",
        "status_notes": "With the agency that answers for it.",
        "service_name": "Pothole",
        "service_code": "pothole",
        "description": "Pothole",
        "agency_responsible": "Agency roads",
        "service_notice": None,
        "requested_datetime": told["requested_datetime"],
        "updated_datetime": told["requested_datetime"],
        "expected_datetime": told["expected_datetime"],
        "address": "文化路 12 号门前",
        "address_id": YUCHENG,
        "zipcode": None,
        "lat": 29.9876,
        "long": 103.0133,
        "media_url": None,
    }
    assert told["requested_datetime"].endswith("+08:00")
    single = await xml(web, f"requests/{number}.xml")
    assert [one.tag for one in single.findall("request/*")] == FIELDS
    for text in ("smit333", "John", "111111111", "tt222111", "&lt;", "坑很深"):
        assert text not in ElementTree.tostring(single, encoding="unicode")
    async with store.database.read() as connection:
        row = (await connection.execute(select(participants))).one()
    words = store.vault.open("participants.message_sealed", row.id, row.message_sealed)
    assert words == "坑很深 <script>\nsize: wheel"


async def test_what_becomes_of_it_is_told(web: Client, store: Store, clock: FakeClock) -> None:
    found, _ = await reported(store)
    number = str(found.view["id"])

    async def told() -> tuple[str, str, str | None]:
        (one,) = (await web.get(f"{V2}/requests/{number}.json", params={"lang": "en"})).json()
        return one["status"], one["status_notes"], one["expected_datetime"]

    by = clock.now() + timedelta(days=2)
    await act(store, number, TakeNote(by=by), CHEN)
    status, note, expected = await told()
    assert (status, note) == ("open", "The agency has taken note.")
    assert expected is not None
    clock.advance(3600)
    await act(store, number, Mend(), CHEN)
    assert await told() == ("closed", "Mended.", None)
    (one,) = (await web.get(f"{V2}/requests/{number}.json")).json()
    assert one["updated_datetime"] > one["requested_datetime"]


async def test_requests_are_filtered_and_ninety_days_are_the_most(
    web: Client, store: Store, clock: FakeClock
) -> None:
    old, _ = await reported(store)
    clock.advance(91 * 86_400)
    lamp, _ = await reported(store, "lamp_out")
    clock.advance(60)
    hole, _ = await reported(store, "pothole")
    await act(store, str(lamp.view["id"]), Mend(), CHEN)

    async def ids(**query: str) -> list[str]:
        return [
            one["service_request_id"] for one in (await web.get(f"{V2}/requests.json", params=query)).json()
        ]

    first, second, third = (str(one.view["id"]) for one in (old, lamp, hole))
    assert await ids() == [third, second], "the newest first, of the last ninety days"
    assert await ids(status="open") == [third]
    assert await ids(status="closed") == [second]
    assert await ids(status="open,closed") == [third, second]
    assert await ids(service_code="lamp_out,spill") == [second]
    assert await ids(service_request_id=f"{first},{second}", status="open") == [second, first]
    assert await ids(jurisdiction_id="511800") == [third, second]
    since = (clock.now() - timedelta(days=92)).isoformat()
    assert await ids(start_date=since) == [first]
    assert await ids(start_date=clock.now().isoformat()) == [third]
    for query, status in (
        ({"start_date": since, "end_date": clock.now().isoformat()}, 400),
        ({"start_date": "yesterday"}, 400),
        ({"start_date": "2026-01-01T00:00:00"}, 400),
        ({"status": "reopened"}, 400),
        ({"service_code": "033"}, 404),
        ({"jurisdiction_id": "city.gov"}, 404),
        ({"service_request_id": "638344"}, 404),
    ):
        assert fault(await web.get(f"{V2}/requests.json", params=query))[0] == status, query


async def test_a_token_leads_to_the_number(web: Client, store: Store) -> None:
    found, _ = await reported(store)
    number = str(found.view["id"])
    assert (await web.get(f"{V2}/tokens/{number}.json")).json() == [
        {"service_request_id": number, "token": number}
    ]
    root = await xml(web, f"tokens/{number}.xml")
    assert root.findtext("request/service_request_id") == number
    assert fault(await web.get(f"{V2}/tokens/123456.json")) == (404, "token provided was not found")


async def test_what_is_wrong_is_said_with_the_status_of_the_specification(
    web: Client, store: Store, key: str
) -> None:
    cases: list[tuple[dict[str, Any], int]] = [
        ({"api_key": None}, 400),
        ({"api_key": "xyz"}, 403),
        ({"service_code": None}, 400),
        ({"service_code": "033"}, 404),
        ({"lat": None}, 400),
        ({"lat": "north"}, 400),
        ({"lat": "91"}, 400),
        ({"lat": None, "long": None, "address_string": None}, 400),
        ({"address_id": "999999"}, 400),
        ({"description": "x" * 4_001}, 400),
        ({"address_string": "路" * 121}, 400),
        ({"address_string": "老王 13812345678"}, 400),
        ({"attribute[size]": "huge"}, 400),
        ({"attribute[colour]": "red"}, 400),
        ({"attribute": "size"}, 400),
        ({"service_code": "other"}, 400),
        ({"jurisdiction_id": "city.gov"}, 404),
    ]
    for changes, status in cases:
        answer = await send(web, key, **changes)
        assert fault(answer)[0] == status, changes
        in_xml = ElementTree.fromstring((await send(web, key, "xml", **changes)).content)
        assert in_xml.tag == "errors"
        assert in_xml.findtext("error/code") == str(status)
        assert in_xml.findtext("error/description") == fault(answer)[1]
    async with store.database.read() as connection:
        assert (await connection.execute(select(incidents.c.id))).all() == []


async def test_a_key_for_something_else_or_a_revoked_one_opens_nothing(web: Client, store: Store) -> None:
    other = (await api_keys.make(store, ADMIN, "电台", "cap", 50))[1]
    assert fault(await send(web, other))[0] == 403
    gone, secret = await api_keys.make(store, ADMIN, "旧", "open311", 50)
    assert (await send(web, secret)).status_code == 200
    await api_keys.revoke(store, ADMIN, gone)
    assert fault(await send(web, secret))[0] == 403


async def test_the_same_call_sent_again_is_the_same_request(web: Client, key: str, clock: FakeClock) -> None:
    first = (await send(web, key)).json()[0]["service_request_id"]
    assert (await send(web, key)).json()[0]["service_request_id"] == first
    assert (await send(web, key, long="103.0134")).json()[0]["service_request_id"] != first
    clock.advance(601)
    assert (await send(web, key)).json()[0]["service_request_id"] != first


async def test_a_key_has_its_own_limit(web: Client, store: Store, clock: FakeClock) -> None:
    secret = (await api_keys.make(store, ADMIN, "慢", "open311", 2))[1]
    for number in range(2):
        assert (await send(web, secret, lat=f"29.98{number}")).status_code == 200
    refused = await send(web, secret, lat="29.989")
    assert fault(refused)[0] == 429
    assert refused.headers["retry-after"] == "3600"
    clock.advance(3_600)
    assert (await send(web, secret, lat="29.989")).status_code == 200


async def test_a_form_that_is_none_and_an_address_without_format_are_refused(web: Client, key: str) -> None:
    answer = await web.post(f"{V2}/requests.json", json={"api_key": key})
    assert fault(answer)[0] == 400
    large = await web.post(f"{V2}/requests.json", data={"api_key": key, "description": "x" * 70_000})
    assert fault(large) == (400, "the request is too large")
    no_format = await web.get(f"{V2}/requests")
    assert no_format.status_code == 404
    assert ElementTree.fromstring(no_format.content).tag == "errors"
    assert fault(await web.get(f"{V2}/requests/x.yaml.json"))[0] == 404


async def test_what_a_stranger_wrote_breaks_no_xml(web: Client, key: str) -> None:
    answer = await send(web, key, address_string='<a href="x">&\x0b]]> 门前')
    number = answer.json()[0]["service_request_id"]
    root = await xml(web, f"requests/{number}.xml")
    assert root.findtext("request/address") == '<a href="x">&]]> 门前'
