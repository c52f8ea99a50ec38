"""The section ``rules``: a city's own versions of tables. What comes in waits for a second person.

A bundle is brought in by an operator, who is nobody's colleague: he may hand a version in, as its author, and no more.
It is checked here, stands at the rule desk as *to approve*, and until an administrator has approved and started it what
was in force stays in force; in a new city that is what the product ships, so that it works from its first second.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.city.reading import Fields
from models.city.sections import Entries, Values, Writing
from models.rulebook import next_number
from models.rules import faults
from models.rules.columns import Column
from models.rules.content import Content, Golden, Row, from_model, to_model
from models.rules.definitions import DEFINITIONS, Definition
from models.rules.shipped import shipped
from models.rules.words import plainly
from models.tables import districts, rule_activations, rule_versions

AUTHOR = "operator"  # who brings a bundle in; no account has this name
NOTE = "from a city's bundle"
_ROW_ID = re.compile(r"[a-z0-9_]{1,40}")
_SCOPE = re.compile(r"[0-9A-Z]{6}")
_YES_NO = {"true": True, "false": False}


class RulesSection:
    """An entry for each table and scope; its one value is the decision model."""

    name = "rules"
    label = "rule"

    def read(self, fields: Fields, city: str) -> Entries:
        found: dict[str, Values] = {}
        for one in fields.items(self.name):
            table = one.text("table", longest=20)
            scope = one.text("scope", longest=6, pattern=_SCOPE)
            definition = DEFINITIONS.get(table)
            if definition is None:
                if table:
                    one.wrong("table", f"there is no table {table}; there are {', '.join(DEFINITIONS)}")
                continue
            content = _content(one, definition)
            one.end()
            if f"{table} {scope}" in found:
                one.wrong("table", f"table {table} stands here twice for {scope}")
            found[f"{table} {scope}"] = {"version": to_model(content)}
        return found

    async def held(self, connection: AsyncConnection, city: str, wanted: Entries | None = None) -> Entries:
        """What is in force in each scope by a version of its own; of a scope in which the wanted one waits that one."""
        scopes = [city, *(await connection.execute(_districts_of(city))).scalars()]
        found = await _in_force(connection, scopes)
        for key, values in (wanted or {}).items():
            table, scope = key.split(" ")
            if await _waits(connection, table, scope, str(values["version"])):
                found[key] = values
        return found

    def shown(self, entries: Entries) -> Any:
        return [
            _shown(key.split(" ")[1], from_model(str(values["version"]))) for key, values in entries.items()
        ]

    async def conflicts(self, connection: AsyncConnection, city: str, wanted: Entries) -> list[str]:
        return []

    async def write(self, writing: Writing, key: str, values: Values, *, new: bool) -> None:
        table, scope = key.split(" ")
        number = await next_number(writing.connection, rule_versions, table, scope)
        await writing.connection.execute(
            insert(rule_versions).values(
                id=writing.ids.new(),
                table_name=table,
                scope=scope,
                number=number,
                status="checked",
                content=values["version"],
                note=NOTE,
                author=AUTHOR,
                created_at=writing.at,
                checked_at=writing.at,
            )
        )


def _districts_of(city: str) -> Any:
    return select(districts.c.code).where(districts.c.city_code == city, districts.c.code != city)


async def _in_force(connection: AsyncConnection, scopes: Sequence[str]) -> dict[str, Values]:
    query = (
        select(rule_activations.c.table_name, rule_activations.c.scope, rule_versions.c.content)
        .outerjoin(rule_versions, rule_versions.c.id == rule_activations.c.version_id)
        .where(rule_activations.c.scope.in_(scopes), rule_activations.c.cancelled_at.is_(None))
        .order_by(rule_activations.c.table_name, rule_activations.c.active_from, rule_activations.c.number)
    )
    # The last one counts, also when it is still to come: a bundle says what a city wants.
    last = {f"{row.table_name} {row.scope}": row.content for row in await connection.execute(query)}
    return {
        key: {"version": _as_written_now(content)} for key, content in last.items() if content is not None
    }


def _as_written_now(content: str) -> str:
    """A version from before its texts could be in two languages says the same as one from after."""
    return to_model(from_model(content))


async def _waits(connection: AsyncConnection, table: str, scope: str, content: str) -> bool:
    """Whether the newest version of the scope is this one and nobody has decided against it."""
    query = (
        select(rule_versions.c.content, rule_versions.c.status)
        .where(rule_versions.c.table_name == table, rule_versions.c.scope == scope)
        .order_by(rule_versions.c.number.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).first()
    return (
        row is not None and _as_written_now(row.content) == content and row.status in ("checked", "approved")
    )


def _content(one: Fields, definition: Definition) -> Content:
    rows = list(one.items("rows", required=True))
    golden = list(one.items("golden", required=True))
    content = Content(
        definition.name,
        shipped()[definition.name].content.sentence,
        one.words("source", longest=200, required=True),
        tuple(_row(row, definition) for row in rows),
        tuple(_golden(case, definition) for case in golden),
    )
    if one.faults.found:
        return content  # what cannot be read cannot be checked
    for fault in faults.find(content):
        place = rows[fault.row - 1] if fault.row else golden[fault.case - 1] if fault.case else one
        column = f"{fault.column}: " if fault.column else ""
        params = ", ".join(f"{name} {value}" for name, value in fault.params.items())
        place.wrong(None, f"{column}{fault.code.replace('_', ' ')}{f' ({params})' if params else ''}")
    return content


def _row(row: Fields, definition: Definition) -> Row:
    cells = {
        column.field: cell
        for column in (*definition.inputs, *definition.outputs)
        if (cell := row.optional_text(column.field, longest=200)) is not None
    }
    read = Row(row.text("id", longest=40, pattern=_ROW_ID), cells, row.words("note", longest=200))
    row.end()
    return read


def _golden(case: Fields, definition: Definition) -> Golden:
    given, then = case.fields("given"), [_values(one, definition.outputs) for one in case.items("then")]
    read = Golden(
        case.words("name", longest=200, required=True),
        {} if given is None else _values(given, definition.inputs),
        then if definition.policy == "collect" else (then[0] if then else {}),
    )
    if definition.policy != "collect" and len(then) != 1:
        case.wrong("then", "a list of the one result is expected here")
    case.end()
    return read


def _values(one: Fields, columns: tuple[Column, ...]) -> dict[str, Any]:
    read = {
        column.field: [_value(text, column) for text in one.texts(column.field)]
        if column.many
        else _value(one.text(column.field, longest=200), column)
        for column in columns
        if one.has(column.field)
    }
    one.end()
    return read


def _value(text: str, column: Column) -> Any:
    """What it is if it is of the column's type; else the text, of which the check will say that it is not."""
    if column.type == "flag":
        return _YES_NO.get(text, text)
    return int(text) if column.type == "number" and re.fullmatch(r"-?\d{1,9}", text) else text


def _shown(scope: str, content: Content) -> dict[str, Any]:
    return {
        "table": content.table,
        "scope": scope,
        "source": plainly(content.source),
        "rows": [
            {"id": row.id, **row.cells} | ({"note": plainly(row.note)} if row.note else {})
            for row in content.rows
        ],
        "golden": [
            {
                "name": plainly(case.name),
                "given": case.given,
                "then": case.then if isinstance(case.then, list) else [case.then],
            }
            for case in content.golden
        ],
    }
