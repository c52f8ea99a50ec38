"""Every kind of channel for every role: tokens from the real web, subscriptions at a real hub, a grid by hand."""

from __future__ import annotations

import pytest

from tests.hub.conftest import Running, Writer
from tests.support.city import AUX, CHEN, LI, MINGSHAN, YUCHENG, ZHANG
from tests.support.hub_client import HubClient
from tests.web.client import Client, bearer
from tests.web.conftest import app_of
from tests.web.people import ROLES, STAFF, people

# y: subscribed; a dot: 103. police+ and auxiliary+ are on duty in Yucheng. `incident` is asked for by its id.
GRID = """
            district positions board incident officer  other_district other_officer offers
requester   .        .         .     y        .        .              .      .
owner       .        .         .     y        .        .              .      .
police      .        .         .     y        y        .              .      .
police+     y        y         .     y        y        .              .      .
auxiliary   .        .         .     y        y        .              .      .
auxiliary+  y        y         .     y        y        .              .      .
commander   y        y         y     y        y        y              .      y
administrator .      .         .     .        .        .              .      .
auditor     .        .         .     .        .        .              .      .
wall        y        y         y     y        .        y              .      .
"""
INCIDENT_FIELDS = {
    "id", "kind", "status", "outcome", "district", "version", "reason", "plate", "place", "location",
    "response_seconds", "requested_at", "respond_by", "answered_at", "reply", "promised_by", "deferred",
    "handed_over_at", "accepted_at", "arrived_at", "moved_at", "breached_at", "closed_at", "nobody_on_duty", "unit",
    "requesters", "photos", "call", "merged_into",
}  # fmt: skip


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Rights are of the token and of memory: one database is enough."""
    return sqlite_url


def rows() -> dict[str, dict[str, bool]]:
    header, *lines = GRID.strip("\n").splitlines()
    names = header.split()
    return {
        line.split()[0]: dict(zip(names, (mark == "y" for mark in line.split()[1:]), strict=True))
        for line in lines
    }


def test_every_role_has_a_row() -> None:
    assert {name.rstrip("+") for name in rows()} == set(ROLES) - {"anyone"}


async def _tokens(web: Client, who: str, incident: str, headers: dict[str, str]) -> str:
    """The connection token with which one has the most: the incident named, where that is allowed."""
    for query in (f"?incident={incident}", ""):
        answer = await web.get(f"/api/v1/connection-token{query}", headers=headers)
        if answer.status_code == 200:
            return str(answer.json()["token"])
    raise AssertionError(who)


@pytest.mark.parametrize("who", rows())
async def test_each_role_follows_what_the_grid_says(
    who: str, writer: Writer, hub_beside_web: Running
) -> None:
    await writer.store.configuration.refresh()
    role = who.rstrip("+")
    async with Client(app_of(writer.store), writer.store) as web:
        everybody = await people(web)
        me = STAFF.get(role)
        if who.endswith("+") and me is not None:
            headers = bearer(await web.on_duty(me, YUCHENG))
        else:
            headers = await everybody.headers(role)
        token = await _tokens(web, who, everybody.incident, headers)
    channels = {
        "district": f"district:{YUCHENG}",
        "positions": f"positions:{YUCHENG}",
        "board": f"board:{YUCHENG}",
        "offers": f"offers:{YUCHENG}",
        "incident": f"incident:{everybody.incident}",
        "officer": f"officer:{me.id if me else ZHANG.id}",
        "other_district": f"district:{MINGSHAN}",
        "other_officer": f"officer:{LI.id}",
    }
    async with HubClient(hub_beside_web.url) as client:
        await client.connect(token)
        for kind, may in rows()[who].items():
            reply = await client.ask(subscribe={"channel": channels[kind]})
            assert ("subscribe" in reply) == may, (who, kind, reply)
            assert may or reply["error"]["code"] == 103, (who, kind, reply)


async def test_a_publication_carries_these_fields_and_no_others(
    writer: Writer, hub_beside_web: Running
) -> None:
    await writer.store.configuration.refresh()
    async with Client(app_of(writer.store), writer.store) as web:
        everybody = await people(web)
        aux = bearer(await web.on_duty(AUX, YUCHENG))
        path = f"/api/v1/incidents/{everybody.incident}"
        async with HubClient(hub_beside_web.url) as staff, HubClient(hub_beside_web.url) as citizen:
            await staff.connect(await _tokens(web, "commander", "", bearer(await web.token_of(CHEN))))
            await staff.subscribe(f"district:{YUCHENG}")
            await citizen.connect(await _tokens(web, "requester", "", await everybody.headers("requester")))
            await citizen.subscribe(f"incident:{everybody.incident}")
            await web.post(f"{path}/accept", headers=aux)
            await writer.ring(*writer.rung())
            seen = (await staff.publication(f"district:{YUCHENG}"))["data"]
            told = (await citizen.publication(f"incident:{everybody.incident}"))["data"]
    assert set(seen) == set(told) == {"event", "incident", "at"}
    of_staff = {
        "officer",
        "priority",
        "escalation",
        "to_confirm",
        "backup_at",
        "backup_wanted",
        "supporting",
        "zone",
    }
    assert set(seen["incident"]) == INCIDENT_FIELDS | of_staff
    assert set(told["incident"]) == INCIDENT_FIELDS
