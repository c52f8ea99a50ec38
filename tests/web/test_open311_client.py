"""The endpoint of Open311 through clients that other people wrote, over a real socket: georeport, which reads in both

formats, and civicbot, which holds what it files against our service list and definitions before it sends it. ``three``,
the oldest, was never brought to Python 3.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import pytest
from civicbot.http import HttpError, HttpTransport, RateLimiter
from civicbot.open311 import Open311Client, ValidationError
from civicbot.registry import Endpoint
from georeport import GeoReport
from requests import HTTPError

from models.actions import api_keys
from models.actions.commands import act
from models.incident.hazards import Mend
from models.store import Store
from tests.support.city import CHEN, YUCHENG
from tests.support.hazards import agency, reported, switch_on
from tests.support.pilots import ADMIN
from tests.support.served import served
from tests.web.client import Client

T = TypeVar("T")
PLACE = {"lat": 29.9876, "lng": 103.0133, "address_string": "文化路 12 号门前", "address_id": YUCHENG}
# The rest of the specification's example of a form: none of it is read.
PERSON = {
    "email": "smit333@sfgov.edu",
    "device_id": "tt222111",
    "account_id": "123456",
    "first_name": "john",
    "last_name": "smith",
    "phone": "111111111",
    "media_url": "http://farm3.static.flickr.com/2002/2212426634_5ed477a060.jpg",
}


@pytest.fixture
async def endpoint(web: Client, store: Store) -> AsyncIterator[str]:
    await switch_on(store)
    await agency(store, "roads", "roads")
    async with served(web.app) as url:
        yield f"{url}/open311/v2"


async def aside(work: Callable[[], T]) -> T:
    """These clients wait: while they do, the server answers."""
    return await asyncio.to_thread(work)


def filer(endpoint: str) -> Open311Client:
    there = Endpoint("wufen", "Wufen", endpoint, write=True)
    return Open311Client(there, HttpTransport(rate_limiter=RateLimiter(0)), jurisdiction_id="511800")


@pytest.mark.parametrize("format_", ["json", "xml"])
async def test_a_client_reads_services_definitions_and_requests(
    endpoint: str, store: Store, format_: str
) -> None:
    first, _ = await reported(store)
    await reported(store, "lamp_out")
    number = str(first.view["id"])
    client = GeoReport(endpoint, jurisdiction="511800", output_format=format_)
    services = await aside(client.get_service_list)
    assert [one["service_code"] for one in services][5:7] == ["pothole", "lamp_out"]
    assert services[0]["metadata"] in {True, "true"}
    asked = await aside(lambda: client.get_service_definition("obstructing"))
    parts = asked["attributes"] if format_ == "json" else asked["attributes"]["attribute"]
    assert [one["code"] for one in parts] == ["thing", "metres_left", "since"]
    one = await aside(lambda: client.get_service_request(number))
    assert (one["status"], one["service_code"], one["agency_responsible"]) == ("open", "pothole", "roads单位")
    assert (float(one["lat"]), float(one["long"])) == (29.9876, 103.0133)
    both = await aside(lambda: client.get_service_requests(status="open", service_code="pothole,lamp_out"))
    assert {each["service_code"] for each in both} == {"pothole", "lamp_out"}
    await act(store, number, Mend(), CHEN)
    closed = await aside(lambda: client.get_service_requests(service_request_id=number))
    one = closed[0] if format_ == "json" else closed
    assert (one["status"], one["status_notes"]) == ("closed", "已修复。")
    with pytest.raises(HTTPError):
        await aside(lambda: client.get_service_definition("033"))


async def test_a_client_that_checks_our_definitions_files_by_them(endpoint: str, store: Store) -> None:
    key = (await api_keys.make(store, ADMIN, "市民热线", "open311", 50))[1]
    client = filer(endpoint)

    def file(service: str, **more: Any) -> dict[str, Any]:
        given = {"validate_remote": True, "dry_run": False, "confirm": "SEND", "api_key": key}
        (told,) = client.create_request(service, **(PLACE | PERSON | given | more)).response
        return dict(told)

    hole = await aside(
        lambda: file("pothole", attributes={"size": "wheel"}, description="A large sinkhole is destroying it")
    )
    number = hole["service_request_id"]
    assert (await aside(lambda: client.get_token(number)))[0]["service_request_id"] == number
    one = await aside(lambda: client.get_request(number))
    assert one is not None
    assert (one["status"], one["address"], one["service_code"]) == (
        "open",
        PLACE["address_string"],
        "pothole",
    )
    spill = await aside(lambda: file("spill", attributes={"material": ["oil", "gravel"]}))
    assert await aside(lambda: client.get_request(spill["service_request_id"]))
    with pytest.raises(ValidationError):
        await aside(lambda: file("obstructing", attributes={"metres_left": "2"}))
    left = await aside(lambda: file("obstructing", attributes={"thing": "stall", "metres_left": "2"}))
    every = await aside(lambda: client.list_requests(service_code="obstructing"))
    assert [each["service_request_id"] for each in every] == [left["service_request_id"]]


async def test_a_client_reads_why_it_was_refused(endpoint: str, store: Store) -> None:
    client = filer(endpoint)

    def file() -> object:
        return client.create_request("pothole", dry_run=False, confirm="SEND", api_key="xyz", **PLACE)

    with pytest.raises(HttpError) as refused:
        await aside(file)
    assert refused.value.status == 403
    assert "Invalid api_key received" in str(refused.value)
