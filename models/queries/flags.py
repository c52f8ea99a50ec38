"""The flags as the database has them now, for those who look after them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from models.flags.content import Content, parse, shipped
from models.flags.definitions import DEFINITIONS, TRIED_TABLES, Definition, definition, rule_key
from models.queries.places import cities_of_districts
from models.store import Store
from models.tables import flags, rule_versions


@dataclass(frozen=True, slots=True)
class KnownFlag:
    """``version`` 0: as it is shipped, nobody has said anything.

    ``rule``: of a version of a rule its scope and its number there.
    """

    definition: Definition
    version: int
    content: Content
    rule: tuple[str, int] | None = None


RULES_SHOWN = 20  # approved versions, the newest


async def known_flags(store: Store) -> tuple[list[KnownFlag], dict[str, str]]:
    """Every flag that the code asks for, then approved versions of rules that can be tried; each district's city."""
    query = select(flags.c.key, flags.c.version, flags.c.content).order_by(flags.c.version)
    approved = (
        select(rule_versions)
        .where(rule_versions.c.status == "approved", rule_versions.c.table_name.in_(TRIED_TABLES))
        .where(rule_versions.c.scope != "")
        .order_by(rule_versions.c.decided_at.desc(), rule_versions.c.id)
        .limit(RULES_SHOWN)
    )
    async with store.database.read() as connection:
        newest = {row.key: row for row in await connection.execute(query)}
        rules = (await connection.execute(approved)).all()
        cities = await cities_of_districts(connection)
    found = [_known(one, newest.get(key)) for key, one in DEFINITIONS.items()]
    for row in rules:
        key = rule_key(row.table_name, row.id)
        own = definition(key)
        if own is not None:
            found.append(_known(own, newest.get(key), (row.scope, row.number)))
    return found, cities


def _known(one: Definition, row: Any, rule: tuple[str, int] | None = None) -> KnownFlag:
    content = shipped(one) if row is None else parse(one, row.content)
    return KnownFlag(one, 0 if row is None else row.version, content, rule)
