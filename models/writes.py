"""What a change is going to write: collected while it is thought through, then written for a whole group at once.

Every check comes before the first write, so that a member of a group that may not go on has written nothing.
The order is one for all: incidents that change by their ids, new rows table by table, the rest as it was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Executable, Table, bindparam, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.facts import padded
from models.inserts import insert_rows
from models.tables import incidents, metadata

# A row whose table refers to another one's comes after it.
_ORDER = {table: number for number, table in enumerate(metadata.sorted_tables)}


_SAVE = update(incidents).where(
    incidents.c.id == bindparam("seen_id"), incidents.c.version == bindparam("seen_version")
)


class Stale(Exception):
    """Somebody else changed the incident since it was read: read it again and try again."""


@dataclass(frozen=True, slots=True)
class _Saved:
    incident_id: str
    version: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Claim:
    table: Table
    row: dict[str, Any]
    taken: type[Exception]


@dataclass(slots=True)
class Writes:
    """Of one change. Nothing is executed before ``write``."""

    _saved: list[_Saved] = field(default_factory=list)
    _rows: list[tuple[Table, dict[str, Any]]] = field(default_factory=list)
    _claims: list[_Claim] = field(default_factory=list)
    _statements: list[Executable] = field(default_factory=list)

    def save(self, incident_id: str, version: int, values: dict[str, Any]) -> None:
        """Changes an incident that was seen in this version. Found in another one, it makes ``write`` raise Stale."""
        self._saved.append(_Saved(incident_id, version, values))

    def add(self, table: Table, row: dict[str, Any]) -> None:
        """A new row."""
        self._rows.append((table, row))

    def claim(self, table: Table, row: dict[str, Any], taken: type[Exception]) -> None:
        """A new row that may be there already, which makes ``write`` raise ``taken``."""
        self._claims.append(_Claim(table, row, taken))

    def later(self, statement: Executable) -> None:
        """A statement to run after everything else."""
        self._statements.append(statement)


async def write(connection: AsyncConnection, changes: Iterable[Writes]) -> None:
    """Writes them all, rows of one shape in one statement. Raises Stale, and what a claim says."""
    changes = list(changes)
    await _compare_and_set(connection, [one for each in changes for one in each._saved])
    await _insert(connection, [one for each in changes for one in each._rows])
    await _claim(connection, [one for each in changes for one in each._claims])
    for statement in (one for each in changes for one in each._statements):
        await connection.execute(statement)


async def _compare_and_set(connection: AsyncConnection, saved: Sequence[_Saved]) -> None:
    """By the incidents' ids, which is the order of their locks."""
    if not saved:
        return
    saved = sorted(saved, key=lambda one: one.incident_id)
    values = [{"seen_id": one.incident_id, "seen_version": one.version, **one.values} for one in saved]
    done = await connection.execute(_SAVE, values)
    if len(values) == 1 or connection.dialect.supports_sane_multi_rowcount:
        if done.rowcount != len(values):
            raise Stale
        return
    # Where the driver does not count what many statements did: nobody else can have come in between, the rows
    # are locked since they were read, so this sees what was written.
    ids = [one.incident_id for one in saved]
    query = select(incidents.c.id, incidents.c.version).where(incidents.c.id.in_(padded(ids)))
    found = {row.id: row.version for row in await connection.execute(query)}
    if found != {one.incident_id: one.values["version"] for one in saved}:
        raise Stale


async def _claim(connection: AsyncConnection, claims: list[_Claim]) -> None:
    rows: dict[tuple[Table, type[Exception]], list[dict[str, Any]]] = {}
    for claim in claims:
        rows.setdefault((claim.table, claim.taken), []).append(claim.row)
    for (table, taken), claimed in rows.items():
        try:
            await insert_rows(connection, table, claimed)
        except IntegrityError:
            raise taken from None


async def _insert(connection: AsyncConnection, rows: list[tuple[Table, dict[str, Any]]]) -> None:
    of_table: dict[Table, list[dict[str, Any]]] = {}
    for table, row in rows:
        of_table.setdefault(table, []).append(row)
    for table in sorted(of_table, key=_ORDER.__getitem__):
        await insert_rows(connection, table, of_table[table])
