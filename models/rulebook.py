"""The rules that this process decides by: the book, and how it is read from the database.

A topic of the configuration: read whole whenever its revision is another. A version is compiled once, since it never
changes. Until the first reading, and in commands that never read, what is shipped holds.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.flags.definitions import rule_of
from models.flags.rollout import UNDER_WAY
from models.queries.places import cities_of_districts
from models.rules.book import Activation, Book, Version
from models.rules.content import from_model
from models.rules.evaluation import Compiled
from models.tables import rollouts, rule_activations, rule_versions

log = structlog.get_logger()


class RuleBook:
    """One process's book, replaced whole by each reading."""

    def __init__(self) -> None:
        self._book = Book()
        self._compiled: dict[str, Compiled] = {}
        self._tried: dict[str, Version] = {}

    def in_force(self, table: str, district: str, at: datetime) -> Version:
        """The version of ``table`` that decides in ``district`` of what began at the instant ``at``."""
        return self._book.in_force(table, district, at)

    def on_trial(self, version_id: str) -> Version | None:
        """A version that a rollout tries beside the one in force; None if it is not one of ours."""
        return self._tried.get(version_id)

    async def load(self, connection: AsyncConnection) -> None:
        """Reads every activation, past ones too: an incident keeps what it began with. Compiles what is new."""
        activations = await activations_of(connection)
        tried = await _tried(connection)
        wanted = {one.version for one in activations if one.version is not None} | tried.keys()
        await self._compile(connection, wanted - self._compiled.keys())
        known = [one for one in activations if one.version is None or one.version in self._compiled]
        cities = await cities_of_districts(connection)
        # What belongs to no district is decided by the installation's first city.
        cities[""] = min(cities.values(), default="")
        self._compiled = {name: self._compiled[name] for name in wanted & self._compiled.keys()}
        self._tried = {
            name: Version(name, table, "district" if scope in cities else "city", self._compiled[name])
            for name, (table, scope) in tried.items()
            if name in self._compiled
        }
        self._book = Book(self._compiled, known, cities)

    async def _compile(self, connection: AsyncConnection, ids: set[str]) -> None:
        if not ids:
            return
        query = select(rule_versions.c.id, rule_versions.c.content).where(rule_versions.c.id.in_(sorted(ids)))
        for row in (await connection.execute(query)).all():
            try:
                self._compiled[row.id] = Compiled(from_model(row.content))
            except (ValueError, RuntimeError, LookupError):
                # Made for another release: the version before it, or the wider scope's, goes on.
                log.error("rule_version_not_understood", version=row.id)


# In the order in which they count, without those that were taken back before they began.
IN_ORDER = (
    select(rule_activations)
    .where(rule_activations.c.cancelled_at.is_(None))
    .order_by(rule_activations.c.active_from, rule_activations.c.number)
)


async def activations_of(connection: AsyncConnection) -> list[Activation]:
    """All of them, in the order in which they count."""
    return [
        Activation(row.table_name, row.scope, row.version_id, row.active_from)
        for row in await connection.execute(IN_ORDER)
    ]


async def next_number(connection: AsyncConnection, counted: Table, table: str, scope: str) -> int:
    """The number of the next version, or activation, of a table in a scope; ``counted`` is where they are kept."""
    query = select(func.coalesce(func.max(counted.c.number), 0) + 1)
    query = query.where(counted.c.table_name == table, counted.c.scope == scope)
    return int((await connection.execute(query)).scalar_one())


async def _tried(connection: AsyncConnection) -> dict[str, tuple[str, str]]:
    """Table and scope of each version that a rollout tries."""
    under_way = select(rollouts.c.flag).where(
        rollouts.c.status.in_(UNDER_WAY), rollouts.c.flag.like("rule.%")
    )
    keys = (await connection.execute(under_way)).scalars()
    ids = {rule[1] for rule in map(rule_of, keys) if rule is not None}
    if not ids:
        return {}
    columns = select(rule_versions.c.id, rule_versions.c.table_name, rule_versions.c.scope)
    query = columns.where(rule_versions.c.id.in_(sorted(ids)), rule_versions.c.status == "approved")
    return {row.id: (row.table_name, row.scope) for row in await connection.execute(query)}
