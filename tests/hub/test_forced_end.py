"""An administrator ends an officer's sessions: a real hub cuts him within a second, and nobody else."""

from __future__ import annotations

import asyncio

import pytest

from tests.hub.conftest import Running, Writer
from tests.support.city import LI, YUCHENG, ZHANG, joins
from tests.support.hub_client import HubClient
from tests.web.client import Client, bearer
from tests.web.conftest import app_of
from tests.web.people import ADMIN

WITHIN_SECONDS = 1.0


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.mark.parametrize("redis", ["rings", "is silent"])
@pytest.mark.parametrize("how", ["all sessions", "this session", "account"])
async def test_he_is_cut_within_a_second(
    how: str, redis: str, writer: Writer, hub_beside_web: Running
) -> None:
    await writer.store.configuration.refresh()
    async with Client(app_of(writer.store), writer.store) as web:
        await joins(web.store, ADMIN)
        desk = bearer(await web.token_of(ADMIN))
        his, hers = [bearer(await web.on_duty(one, YUCHENG)) for one in (ZHANG, LI)]
        async with HubClient(hub_beside_web.url) as officer, HubClient(hub_beside_web.url) as colleague:
            for client, headers in ((officer, his), (colleague, hers)):
                answer = await web.get("/api/v1/connection-token", headers=headers)
                await client.connect(answer.json()["token"])
                await client.subscribe(f"district:{YUCHENG}")
            writer.rung()
            path = f"/api/v1/admin/officers/{ZHANG.id}"
            if how == "all sessions":
                ended = await web.post(f"{path}/sign-out", json={"reason": "手机丢失"}, headers=desk)
            elif how == "account":
                ended = await web.post(f"{path}/end", json={}, headers=desk)
            else:
                [mine] = (await web.get("/api/v1/sessions", headers=his)).json()["sessions"]
                ended = await web.delete(f"/api/v1/sessions/{mine['id']}", headers=his)
            assert ended.status_code == 200, ended.text
            if redis == "rings":
                await writer.ring(*writer.rung())
            async with asyncio.timeout(WITHIN_SECONDS):
                # 3005: the token is of the very second of the revocation, so a new one is asked for, and refused.
                assert (await officer.closed())[0] in {3503, 3005}
            assert (await web.get("/api/v1/connection-token", headers=his)).status_code == 401
            *_, entry = await writer.happen()
            await writer.ring(entry)
            assert (await colleague.publication(f"district:{YUCHENG}"))["offset"] == entry.offset
