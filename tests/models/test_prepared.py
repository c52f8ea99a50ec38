"""Statements that are written once: the same rows as SQLAlchemy itself would give, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError

from models.inserts import insert_rows
from models.prepared import Prepared, keys
from models.store import Store
from models.tables import districts, heads, lockouts, officers
from tests.support.city import MINGSHAN, YUCHENG

AT = datetime(2026, 11, 23, 10, 37, 12, 45_000, UTC)


def lockout(subject: str, failures: int, until: datetime | None) -> dict[str, Any]:
    return {"subject": subject, "failures": failures, "last_at": AT, "locked_until": until}


async def test_what_is_inserted_is_read_again_with_its_types(store: Store) -> None:
    by_subject = Prepared(select(lockouts).where(lockouts.c.subject.in_(keys())).order_by(lockouts.c.subject))
    async with store.database.write() as connection:
        rows = [lockout("a", 1, None), lockout("b", 2, AT), lockout("c", 3, AT)]
        await insert_rows(connection, lockouts, rows)
        found = await by_subject.rows(connection, ["a", "c"])
        same = (await connection.execute(select(lockouts).order_by(lockouts.c.subject))).all()
    assert [row._asdict() for row in found] == [lockout("a", 1, None), lockout("c", 3, AT)]
    assert [tuple(row) for row in found] == [tuple(same[0]), tuple(same[2])]


async def test_one_statement_serves_any_number_of_keys_beside_its_constants(store: Store) -> None:
    yucheng = select(districts.c.code).where(districts.c.code.in_(keys()), districts.c.name == "雨城区")
    prepared = Prepared(yucheng)
    async with store.database.read() as connection:
        for listed in ([YUCHENG], [MINGSHAN], [MINGSHAN, YUCHENG], [YUCHENG] * 4):
            found = [row.code for row in await prepared.rows(connection, listed)]
            assert found == ([YUCHENG] if YUCHENG in listed else [])


async def test_an_update_takes_its_parameters_by_name(store: Store) -> None:
    take = Prepared(
        update(heads)
        .where(heads.c.district == bindparam("which"))
        .values(head=heads.c.head + bindparam("count"))
        .returning(heads.c.head)
    )
    async with store.database.write() as connection:
        first = await take.rows(connection, which=YUCHENG, count=2)
        second = await take.rows(connection, which=YUCHENG, count=3)
    assert [first[0].head, second[0].head] == [2, 5]


async def test_what_no_row_names_has_the_servers_default(store: Store) -> None:
    row = {"id": "new", "username": "new", "password_hash": "-", "role": "police", "service_number": "1"}
    async with store.database.write() as connection:
        await insert_rows(connection, officers, [{**row, "unit": "u", "created_at": AT}])
        query = select(officers.c.active, officers.c.feed_offset, officers.c.name_sealed)
        found = (await connection.execute(query.where(officers.c.id == "new"))).one()
    assert tuple(found) == (True, 0, None)


async def test_a_column_that_the_table_has_not_is_refused_by_name(store: Store) -> None:
    async with store.database.write() as connection:
        with pytest.raises(ValueError, match="colour"):
            await insert_rows(connection, lockouts, [lockout("a", 1, None) | {"colour": "red"}])


async def test_a_row_that_is_there_already_is_refused(store: Store) -> None:
    with pytest.raises(IntegrityError):
        async with store.database.write() as connection:
            await insert_rows(connection, lockouts, [lockout("a", 1, None), lockout("a", 1, None)])
