"""Writing audit records: after the events, the very last thing of a transaction.

All of them are one chain, and its row is locked from here to the commit: last, so that whoever holds it waits for
nobody, and for no longer than a commit takes (decision 112).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import LargeBinary
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chain.encoding import ZERO, audit_link
from models.feed.places import Sequences
from models.inserts import insert_rows
from models.tables import audit, chains

CHAIN = "audit"
_CHAINS = Sequences(chains.c.name, chains.c.head, carried=(chains.c.hash,))
_UPDATE = {
    "sqlite": f"UPDATE {chains.name} SET hash = ? WHERE name = ?",
    "postgresql": f"UPDATE {chains.name} SET hash = $1::{{binary}} WHERE name = $2::varchar",
}


async def append_records(connection: AsyncConnection, records: Sequence[dict[str, Any]]) -> None:
    """Gives each record its place in the chain of the audit and writes it."""
    if not records:
        return
    taken = await _CHAINS.take(connection, {CHAIN: len(records)})
    newest: bytes = taken.carried[CHAIN][0] or ZERO
    rows = []
    for number, record in enumerate(records, start=taken.first[CHAIN]):
        row = {**record, "number": number}
        row["hash"] = newest = audit_link(newest, row)
        rows.append(row)
    await insert_rows(connection, audit, rows)
    dialect = connection.dialect
    text = _UPDATE[dialect.name].format(binary=LargeBinary().compile(dialect))
    await connection.exec_driver_sql(text, (newest, CHAIN))
