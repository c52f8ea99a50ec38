"""Channels without history, and what an officer's phone says back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from models.actions.commands import act
from models.actions.duty import set_duty
from models.incident.commands import HandOver
from models.tables import offers
from tests.hub.conftest import Running, Writer
from tests.support.city import MINGSHAN, YUCHENG, ZHANG, ask
from tests.support.hub_client import HubClient

POSITIONS = f"positions:{YUCHENG}"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Nothing here depends on the kind of database."""
    return sqlite_url


def position(officer: str, lat: float, district: str = YUCHENG) -> str:
    return json.dumps(
        {"district": district, "officer": officer, "lat": lat, "lng": 103.0, "at": "2026-11-23T10:00:00.000Z"}
    )


async def test_positions_are_gathered_and_only_the_latest_counts(hub: Running, writer: Writer) -> None:
    async with hub.watching(POSITIONS) as client:
        for message in (position("051827", 29.1), position("051828", 29.5), position("051827", 29.2)):
            await writer.redis.publish("wufen:positions", message)
        await writer.redis.publish("wufen:positions", position("052001", 30.0, MINGSHAN))
        seen: dict[str, float] = {}
        while seen != {"051827": 29.2, "051828": 29.5}:
            data = (await client.publication(POSITIONS))["data"]
            seen |= {one["officer"]: one["lat"] for one in data["positions"]}


async def test_the_phone_simulator_is_relayed(hub: Running, writer: Writer) -> None:
    async with hub.watching("phones:simulator") as client:
        await writer.redis.publish("wufen:phones", '{"phone":"1"}')
        assert await client.publication("phones:simulator") == {"data": {"phone": "1"}}


async def offered(writer: Writer) -> str:
    """An offer to officer Zhang; its id."""
    await set_duty(writer.store, ZHANG, True, YUCHENG)
    asked = await ask(writer.store)
    await act(writer.store, asked.id, HandOver(), asked.requester)
    async with writer.store.database.read() as connection:
        return str((await connection.execute(select(offers.c.id))).scalar_one())


async def call(client: HubClient, method: str, data: object) -> dict[str, object]:
    return await client.ask(rpc={"method": method, "data": data})


async def test_an_offer_reaches_its_officer_and_his_phone_says_so(hub: Running, writer: Writer) -> None:
    channel = f"officer:{ZHANG.id}"
    async with hub.watching(channel, ZHANG.subject) as phone:
        offer = await offered(writer)
        await writer.ring(*writer.rung())
        pub = await phone.publication(channel)
        assert pub["data"]["event"] == "offered"
        assert pub["data"]["offer"]["id"] == offer
        assert "rpc" in await call(phone, "received", {"offer": offer})
        assert await status_of(writer, offer) == ("received", True, False)
        assert "rpc" in await call(phone, "seen", {"offers": [offer]})
        assert await status_of(writer, offer) == ("seen", True, True)


async def status_of(writer: Writer, offer: str) -> tuple[str, bool, bool]:
    async with writer.store.database.read() as connection:
        row = (await connection.execute(select(offers).where(offers.c.id == offer))).one()
    return row.status, row.received_at is not None, row.seen_at is not None


async def test_what_a_phone_says_of_its_offer_reaches_the_commanders_desk(
    hub: Running, writer: Writer
) -> None:
    desk = f"offers:{YUCHENG}"
    async with hub.watching(desk, "officer:051001") as client, hub.client() as phone:
        offer = await offered(writer)
        await phone.connect(hub.token(ZHANG.subject))
        facts: list[dict[str, Any]] = []
        for word in ("received", "seen", "seen"):
            await call(phone, word, {"offer": offer})
        while len(facts) < 2:
            (fact,) = (await client.publication(desk))["data"]["offers"]
            facts.append(fact)
    assert [fact["status"] for fact in facts] == ["received", "seen"]
    assert set(facts[0]) == {"id", "incident", "status", "received_at", "seen_at"}
    assert (facts[0]["id"], facts[0]["seen_at"]) == (offer, None)
    assert facts[0]["received_at"] == facts[1]["received_at"] is not None
    assert facts[1]["seen_at"] is not None


async def test_nobody_acknowledges_for_somebody_else(hub: Running, writer: Writer) -> None:
    offer = await offered(writer)
    async with hub.client() as client:
        await client.connect(hub.token("officer:051828"))
        assert "rpc" in await call(client, "seen", {"offer": offer})
    assert await status_of(writer, offer) == ("pending", False, False)


@pytest.mark.parametrize(
    ("subject", "method", "data", "code"),
    [
        ("officer:051827", "dance", {"offer": "o"}, 104),
        ("participant:p1", "seen", {"offer": "o"}, 103),
        ("officer:051827", "seen", {}, 107),
        ("officer:051827", "seen", {"offers": ["o"] * 51}, 107),
        ("officer:051827", "seen", ["o"], 107),
    ],
)
async def test_what_is_no_acknowledgement_is_refused(
    hub: Running, subject: str, method: str, data: object, code: int
) -> None:
    async with hub.client() as client:
        await client.connect(hub.token(subject))
        reply = await client.ask(rpc={"method": method, "data": data})
        assert reply["error"]["code"] == code
