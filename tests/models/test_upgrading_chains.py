"""A database from before there were chains: what it holds takes its places in them, and is whole afterwards."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.database import Database
from models.migrate import upgrade
from models.queries.verification import Report, verify

BEFORE = "0111"
EVENT = (
    'INSERT INTO events (district, "offset", name, at, data, deadlines, actor, detail)'
    " VALUES ('511802', {0}, 'noted', '2026-11-02T08:01:{1:02}.{0:06}Z', '川T···{0}', '[]', 'system', '{{}}')"
)
RECORD = (
    "INSERT INTO audit (id, at, actor, role, action, subject, success)"
    " VALUES ('id{0}', '2026-11-02T08:01:{1:02}.000000Z', 'a', 'police', 'look', '复核 {0}', false)"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/old.db"
    server = request.getfixturevalue("postgres_server")
    return str(server.create(f"old_{tmp_path.name[-8:]}"))


async def execute(url: str, *statements: str) -> None:
    database = Database.open(url)
    try:
        async with database.write() as connection:
            for statement in statements:
                await connection.execute(text(statement))
    finally:
        await database.close()


async def check(url: str) -> Report:
    database = Database.open(url)
    try:
        return await verify(database, {}, datetime(2026, 11, 3, tzinfo=UTC))
    finally:
        await database.close()


def test_what_was_there_takes_its_places_and_is_not_edited_any_more(url: str) -> None:
    upgrade(url, BEFORE)
    rows = [EVENT.format(number, number % 60) for number in range(1, 2_203)]
    records = [RECORD.format(number, 59 - number % 60) for number in range(1, 1_102)]
    asyncio.run(execute(url, "INSERT INTO heads (district, head) VALUES ('511802', 2202)", *rows, *records))
    upgrade(url)
    report = asyncio.run(check(url))
    assert report.findings == []
    assert report.checked == [
        ("511802", 1, 2_202, 2_202),
        ("control", 1, 0, 0),
        ("audit", 1, 1_101, 1_101),
        ("anchors", 1, 0, 0),
    ]
    for statement in ("UPDATE audit SET number = NULL", "UPDATE events SET hash = NULL"):
        with pytest.raises(DBAPIError, match="edited|append-only"):
            asyncio.run(execute(url, statement))
