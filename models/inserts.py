"""Many new rows of one table in one statement, given to the driver as it is.

SQLAlchemy writes the statement and converts each column's values; what is left out is its work for each row
and each parameter, which costs several times what the database does. For tables whose defaults are
the server's; keys that the server counts are not told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Dialect, Table, insert
from sqlalchemy.ext.asyncio import AsyncConnection

Convert = Callable[[Any], Any]
_DIALECTS: dict[str, Dialect] = {}  # one of each name will do: they write and convert alike


@dataclass(frozen=True, slots=True)
class _Plan:
    """``by_column``: the parameters are the columns, each a list with a value for every row."""

    text: str
    columns: tuple[tuple[str, Convert | None], ...]
    by_column: bool

    def parameters(self, rows: Sequence[dict[str, Any]]) -> Any:
        if self.by_column:
            return tuple(
                [row.get(name) if convert is None else convert(row.get(name)) for row in rows]
                for name, convert in self.columns
            )
        return [self._values(row) for row in rows]

    def _values(self, row: dict[str, Any]) -> tuple[Any, ...]:
        get = row.get
        return tuple([get(name) if convert is None else convert(get(name)) for name, convert in self.columns])


async def insert_rows(connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Writes the rows. A column that a row does not name is empty, or has the server's default if no row names it."""
    await connection.exec_driver_sql(*statement_of(connection.dialect, table, rows))


def statement_of(dialect: Dialect, table: Table, rows: Sequence[dict[str, Any]]) -> tuple[str, Any]:
    """What is given to the driver to write the rows: the text and its parameters, on PostgreSQL a list per column."""
    named = frozenset[str]().union(*rows)
    dialect = _DIALECTS.setdefault(dialect.name, dialect)
    plan = _plan(table, named, dialect.name)
    return plan.text, plan.parameters(rows)


@lru_cache(maxsize=200)
def _plan(table: Table, named: frozenset[str], dialect_name: str) -> _Plan:
    dialect = _DIALECTS[dialect_name]
    columns = [column for column in table.columns if column.name in named or not _fills_itself(column)]
    if unknown := named - {column.name for column in columns}:
        raise ValueError(f"{table.name} has no {', '.join(sorted(unknown))}")
    names = [column.name for column in columns]
    compiled = insert(table).compile(dialect=dialect, column_keys=names)
    assert compiled.positiontup == names, "the values go by their places"
    converts = (column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns)
    plan = tuple(zip(names, converts, strict=True))
    if dialect.name == "postgresql":
        return _Plan(_insert_by_column(columns, dialect), plan, by_column=True)
    return _Plan(str(compiled), plan, by_column=False)


def _fills_itself(column: Column[Any]) -> bool:
    return column.server_default is not None or column is column.table.autoincrement_column


def _insert_by_column(columns: Sequence[Column[Any]], dialect: Dialect) -> str:
    """One statement whatever the number of rows: PostgreSQL plans it once, and checks all its rows together."""
    quote = dialect.identifier_preparer.quote
    table = quote(columns[0].table.name)
    names = ", ".join(quote(column.name) for column in columns)
    lists = (f"${place}::{column.type.compile(dialect)}[]" for place, column in enumerate(columns, start=1))
    return f"INSERT INTO {table} ({names}) SELECT * FROM unnest({', '.join(lists)})"
