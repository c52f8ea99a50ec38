"""The log's chain where it is written: the hash before a place, and rows and the newest hashes in one go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import LargeBinary, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chain.encoding import EVENT, EVENT_COLUMNS, ZERO, chained
from models.inserts import insert_rows, statement_of
from models.tables import events, heads

AT_ONCE = 500  # rows of an older release that are read together
Newest = Sequence[tuple[str, int, bytes]]  # district, its newest offset, the hash of that entry

_COLUMNS = tuple(events.c[name] for name in EVENT_COLUMNS)
_SQLITE = f"UPDATE {heads.name} SET hashed = ?, hash = ? WHERE district = ?"
# The rows and the newest hashes take one way to the server.
_POSTGRESQL = """
WITH written AS ({insert})
UPDATE {heads} SET hashed = newest.hashed, hash = newest.hash
FROM unnest(${first}::varchar[], ${second}::bigint[], ${third}::{binary}[]) AS newest (district, hashed, hash)
WHERE {heads}.district = newest.district
"""


async def write_chained(connection: AsyncConnection, rows: Sequence[dict[str, Any]], newest: Newest) -> None:
    """Writes rows that carry their hashes; the districts' rows are locked by now and remember the newest ones."""
    if connection.dialect.name != "postgresql":
        await insert_rows(connection, events, rows)
        updates = [(hashed, value, district) for district, hashed, value in newest]
        await connection.exec_driver_sql(_SQLITE, updates if len(updates) > 1 else updates[0])
        return
    text, parameters = statement_of(connection.dialect, events, rows)
    place = len(parameters)
    binary = LargeBinary().compile(connection.dialect)
    whole = _POSTGRESQL.format(
        insert=text, heads=heads.name, first=place + 1, second=place + 2, third=place + 3, binary=binary
    )
    of_districts = tuple(list(column) for column in zip(*newest, strict=True))
    await connection.exec_driver_sql(whole, (*parameters, *of_districts))


async def hash_before(connection: AsyncConnection, district: str, offset: int) -> bytes:
    """The hash that the entry ``offset`` hangs on, found in the log itself.

    Only asked when the district's row does not know: an older release has written since, whose entries carry none.
    Theirs is the one that they would have.
    """
    query = (
        select(events.c.offset, events.c.hash)
        .where(events.c.district == district, events.c.offset < offset, events.c.hash.is_not(None))
        .order_by(events.c.offset.desc())
        .limit(1)
    )
    last = (await connection.execute(query)).first()
    at, found = (last.offset, last.hash) if last else (0, ZERO)
    between = select(*_COLUMNS).where(events.c.district == district, events.c.offset < offset)
    between = between.order_by(events.c.offset).limit(AT_ONCE)
    while rows := (await connection.execute(between.where(events.c.offset > at))).all():
        found = chained(EVENT, found, [tuple(row) for row in rows])
        at = rows[-1].offset
    return found
