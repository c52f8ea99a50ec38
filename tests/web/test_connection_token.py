"""Which channels a connection token opens, for each kind of caller."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.tokens import ConnectionToken, read_connection_token
from tests.support.city import AUX, CHEN, LI, MINGSHAN, WANG, YUCHENG, ZHANG
from tests.web.client import Client, bearer, error_of


async def channels(web: Client, token: str, query: str = "") -> set[str]:
    answer = await web.get(f"/api/v1/connection-token{query}", headers=bearer(token))
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["url"] == "ws://localhost:8001/connection/websocket"
    settings, now = web.store.settings, web.store.clock.now()
    read = read_connection_token(settings.hub_token_secret, body["token"], now)
    assert read.expires_at - read.issued_at == settings.connection_token_seconds
    assert set(body["channels"]) == read.channels
    return set(read.channels)


async def test_officers_follow_their_district_only_while_on_duty(web: Client) -> None:
    for officer in (ZHANG, AUX):
        token = await web.token_of(officer)
        assert await channels(web, token) == {f"officer:{officer.id}"}
        await web.on_duty(officer, YUCHENG)
        assert await channels(web, token) == {
            f"officer:{officer.id}",
            f"district:{YUCHENG}",
            f"positions:{YUCHENG}",
        }
        off = {"on_duty": False, "district": YUCHENG}
        await web.put("/api/v1/duty", json=off, headers=bearer(token))
        assert await channels(web, token) == {f"officer:{officer.id}"}


async def test_commanders_follow_all_their_districts_and_boards(web: Client) -> None:
    kinds = ("district", "positions", "board", "offers")
    expected = {f"{kind}:{code}" for kind in kinds for code in (YUCHENG, MINGSHAN)} | {f"officer:{CHEN.id}"}
    assert await channels(web, await web.token_of(CHEN)) == expected


async def test_a_requester_follows_his_incident_and_nothing_else(web: Client) -> None:
    mine, token = await web.asked("one")
    other, _ = await web.asked("two")
    assert await channels(web, token) == {f"incident:{mine}"}
    refused = await web.get(f"/api/v1/connection-token?incident={other}", headers=bearer(token))
    assert error_of(refused)[:2] == (403, "forbidden")


async def test_staff_may_follow_an_incident_of_their_district(web: Client) -> None:
    incident, _ = await web.asked()
    query = f"?incident={incident}"
    assert f"incident:{incident}" in await channels(web, await web.token_of(LI), query)
    refused = await web.get(f"/api/v1/connection-token{query}", headers=bearer(await web.token_of(WANG)))
    assert error_of(refused)[:2] == (404, "not_found")
    none = await web.get("/api/v1/connection-token?incident=x", headers=bearer(await web.token_of(LI)))
    assert error_of(none)[:2] == (404, "not_found")


async def test_nobody_without_a_token(web: Client) -> None:
    assert error_of(await web.get("/api/v1/connection-token"))[:2] == (401, "unauthenticated")
    token = await web.token_of(ZHANG)
    web.store.clock.advance(timedelta(days=1).total_seconds())  # type: ignore[attr-defined]
    answer = await web.get("/api/v1/connection-token", headers=bearer(token))
    assert error_of(answer)[:2] == (401, "unauthenticated")


async def test_only_a_commander_may_ask_who_follows_his_districts(web: Client) -> None:
    async def read(token: str) -> ConnectionToken:
        answer = await web.get("/api/v1/connection-token", headers=bearer(token))
        settings, now = web.store.settings, web.store.clock.now()
        return read_connection_token(settings.hub_token_secret, answer.json()["token"], now)

    chief = await read(await web.token_of(CHEN))
    assert chief.watched == {f"district:{YUCHENG}", f"district:{MINGSHAN}"}
    officer = await web.token_of(ZHANG)
    await web.on_duty(ZHANG, YUCHENG)
    assert (await read(officer)).watched == frozenset()
    # Shown to him who asks: the number that the feed shows too.
    assert (await read(officer)).info == b'{"officer":"%b"}' % ZHANG.service_number.encode()
    _, requester = await web.asked("one")
    assert (await read(requester)).info == b""


@pytest.mark.parametrize("incident", ["%00", "x%00", "%ff", "'", "%25", "a" * 4_000, "%F0%9F%9A%94", ""])
async def test_an_incident_that_cannot_be_is_not_found(web: Client, incident: str) -> None:
    path = f"/api/v1/connection-token?incident={incident}"
    refused = await web.get(path, headers=bearer(await web.token_of(LI)))
    assert error_of(refused)[:2] == (404, "not_found")
