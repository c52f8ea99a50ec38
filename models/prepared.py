"""Statements that are written once and from then on given to the driver as they are.

For the path that every request takes: SQLAlchemy stays the language and converts the columns' values; what
is left out is building and looking up the same statement for each execution, which costs several times what
the database does.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, bindparam
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import ReturningUpdate
from sqlalchemy.sql.selectable import Select

KEYS = "keys"  # the parameter that is a list, sent as so many values
Statement = Select[Any] | ReturningUpdate[Any]


def keys() -> Any:
    """For ``column.in_(keys())``: the list that ``Prepared.rows`` is given."""
    return bindparam(KEYS, expanding=True)


@dataclass(frozen=True, slots=True)
class _Written:
    """Of one dialect and one number of keys: what is sent, in which order, and what becomes of the answer."""

    text: str
    places: tuple[str, ...]
    constants: dict[str, Any]
    row: Callable[..., Any]
    converts: tuple[tuple[int, Callable[[Any], Any]], ...]

    def parameters(self, listed: Sequence[Any], named: dict[str, Any]) -> tuple[Any, ...]:
        of_list: Iterator[Any] = iter(listed)
        return tuple(
            next(of_list)
            if place.startswith(f"{KEYS}_")
            else named[place]
            if place in named
            else self.constants[place]
            for place in self.places
        )

    def row_of(self, values: Sequence[Any]) -> Any:
        if not self.converts:
            return self.row(*values)
        converted = list(values)
        for place, convert in self.converts:
            converted[place] = convert(converted[place])
        return self.row(*converted)


class Prepared:
    """A SELECT, or an UPDATE that returns rows. Values are of the driver's own types: texts, numbers, bytes."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._written: dict[tuple[str, int], _Written] = {}

    async def rows(
        self, connection: AsyncConnection, listed: Sequence[Any] = (), /, **named: Any
    ) -> list[Any]:
        """The rows as named tuples, for the ``listed`` keys and the ``named`` parameters."""
        dialect = connection.dialect
        written = self._written.get((dialect.name, len(listed)))
        if written is None:
            written = self._written[dialect.name, len(listed)] = self._write(dialect, listed)
        answer = await connection.exec_driver_sql(written.text, written.parameters(listed, named))
        return [written.row_of(values) for values in answer]

    def _write(self, dialect: Dialect, listed: Sequence[Any]) -> _Written:
        compiled = self._statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        # Parameters without a value yet are given one at each execution.
        given = {name: bound.effective_value for name, bound in compiled.binds.items()}
        if listed:
            given[KEYS] = list(listed)
        state = compiled.construct_expanded_state(given)
        columns = list(self._statement.exported_columns)
        return _Written(
            text=state.statement,
            places=tuple(state.positiontup or ()),
            constants=dict(state.parameters),
            row=namedtuple("Row", [column.name for column in columns]),
            converts=tuple(_converts(columns, dialect)),
        )


def _converts(columns: Sequence[Any], dialect: Dialect) -> Iterator[tuple[int, Callable[[Any], Any]]]:
    if dialect.name == "postgresql":
        return  # its driver answers in Python's own types
    for place, column in enumerate(columns):
        convert = column.type.dialect_impl(dialect).result_processor(dialect, None)
        if convert is not None:
            yield place, convert
