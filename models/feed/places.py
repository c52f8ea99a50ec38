"""Places in sequences: each sequence has a row that counts them, moved on for a whole group in one statement.

Holding the rows of several sequences is what makes two groups wait for each other, so they are locked in the order
of their keys, byte by byte, whatever the database's language is. When in a transaction that is done is the
caller's affair.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Dialect, Select, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

# The lock is the weaker one of an UPDATE that leaves keys alone: rows that refer to this one are not held up.
# A CTE that locks is read row by row and once, so a row is changed only after all before it are locked.
_POSTGRESQL = """
WITH held AS MATERIALIZED (
    SELECT {key} AS key FROM {table} WHERE {key} = ANY($1::{type}[])
    ORDER BY {key} COLLATE "C" FOR NO KEY UPDATE
)
UPDATE {table} SET {counter} = {table}.{counter} + wanted.count
FROM held JOIN unnest($1::{type}[], $2::integer[]) AS wanted (key, count) ON wanted.key = held.key
WHERE {table}.{key} = held.key
RETURNING {table}.{key}, {table}.{counter}, ({beside}){carried}
"""
# There is no order to keep: for one sequence, which is what most groups want, and for one writer at a time.
_POSTGRESQL_ONE = """
UPDATE {table} SET {counter} = {table}.{counter} + $2::integer
WHERE {key} = $1::{type}
RETURNING {key}, {counter}, ({beside}){carried}
"""
_SQLITE = """
UPDATE {table} SET {counter} = {table}.{counter} + wanted.value
FROM json_each(?) AS wanted
WHERE {table}.{key} = wanted.key
RETURNING {key}, {counter}, ({beside}){carried}
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """``first``: the first place in each sequence. ``carried``: what else stood in its row."""

    first: dict[str, int]
    beside: Any
    carried: dict[str, tuple[Any, ...]]


class Sequences:
    """The sequences that rows of one table count: ``counter`` is the newest place of the sequence ``key``.

    ``beside``: one value that is to be read in the same statement; ``carried``: columns of the sequences' rows.
    """

    def __init__(
        self,
        key: Column[str],
        counter: Column[int],
        beside: Select[Any] | None = None,
        carried: Sequence[Column[Any]] = (),
    ) -> None:
        self._key = key
        self._counter = counter
        self._carried = tuple(carried)
        self._beside = select(null()) if beside is None else beside
        self._texts: dict[str, str] = {}

    async def take(self, connection: AsyncConnection, wanted: Mapping[str, int]) -> Taken:
        """So many places in each sequence, one after the other.

        Raises KeyError for a sequence that is not there.
        """
        dialect = connection.dialect
        form, parameters = _form(dialect, wanted)
        text = self._texts.get(form) or self._texts.setdefault(form, self._text(form, dialect))
        rows: Sequence[Any] = list(await connection.exec_driver_sql(text, parameters))
        newest = {row[0]: row[1] for row in rows}
        first = {key: newest[key] - count + 1 for key, count in wanted.items()}
        return Taken(first, rows[0][2], {row[0]: tuple(row[3:]) for row in rows})

    def _text(self, form: str, dialect: Dialect) -> str:
        return form.format(
            table=self._key.table.name,
            key=self._key.name,
            counter=self._counter.name,
            type=self._key.type.compile(dialect),
            beside=self._beside.compile(dialect=dialect, compile_kwargs={"literal_binds": True}),
            carried="".join(f", {column.table.name}.{column.name}" for column in self._carried),
        )


def _form(dialect: Dialect, wanted: Mapping[str, int]) -> tuple[str, tuple[Any, ...]]:
    """The statement, and its parameters."""
    if dialect.name != "postgresql":
        return _SQLITE, (json.dumps(dict(wanted)),)
    if len(wanted) == 1:
        return _POSTGRESQL_ONE, next(iter(wanted.items()))
    return _POSTGRESQL, (list(wanted), list(wanted.values()))
