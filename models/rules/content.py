"""What a version of a table holds, and the two forms it is written in: a grid, and a JSON decision model.

The decision model (JDM) is the rule engine's own form, which other editors of such tables open too; it is what
files and the database keep. The grid is what the rule desk shows.
"""

from __future__ import annotations

from typing import Any

import msgspec

from models.rules.definitions import DEFINITIONS, Definition
from models.rules.words import Words, words

ROW = "_row"  # the output column that tells which row matched
_ENGINE_POLICY = {"first": "first", "unique": "first", "collect": "collect"}


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """``id`` stays the same from version to version; ``cells`` by column, absent means empty."""

    id: str
    cells: dict[str, str]
    note: Words = {}


class Golden(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A case whose outcome somebody wrote down: ``then`` names some outputs, for a collecting table of each row."""

    name: Words
    given: dict[str, Any]
    then: dict[str, Any] | list[dict[str, Any]]


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version of the table ``table``. ``sentence`` says in Chinese and English what it is for."""

    table: str
    sentence: dict[str, str]
    source: Words
    rows: tuple[Row, ...]
    golden: tuple[Golden, ...]

    @property
    def definition(self) -> Definition:
        return DEFINITIONS[self.table]


class _Case(msgspec.Struct, forbid_unknown_fields=True):
    name: str | dict[str, str]
    given: dict[str, Any]
    then: dict[str, Any] | list[dict[str, Any]]


class _Model(msgspec.Struct):
    table: str
    sentence: dict[str, str]
    # A plain text is one that does not say its language: what was written before there were two.
    source: str | dict[str, str]
    golden: tuple[_Case, ...]
    nodes: list[dict[str, Any]]


def from_model(text: bytes | str) -> Content:
    """The content of a decision model of ours. Raises ValueError for anything else."""
    model = msgspec.json.decode(text, type=_Model)
    if model.table not in DEFINITIONS:
        raise ValueError(f"there is no table {model.table}")
    tables = [node["content"] for node in model.nodes if node.get("type") == "decisionTableNode"]
    if len(tables) != 1:
        raise ValueError("a model holds one table")
    rows = tuple(_row(rule) for rule in tables[0]["rules"])
    golden = tuple(Golden(words(case.name), case.given, case.then) for case in model.golden)
    return Content(model.table, model.sentence, words(model.source), rows, golden)


def _row(rule: dict[str, str]) -> Row:
    cells = {name: cell for name, cell in rule.items() if not name.startswith("_") and cell}
    note = words(rule.get("_description"))
    if english := rule.get("_description_en"):
        note["en"] = english
    return Row(rule["_id"], cells, note)


def _described(note: Words) -> dict[str, str]:
    """As the form has it, a text without a language; the English beside it, which other editors pass over."""
    described = {"_description": note.get("zh", "")}
    return described | {"_description_en": note["en"]} if "en" in note else described


def to_model(content: Content, *, naming_rows: bool = False) -> str:
    """The decision model. ``naming_rows``: with the column that tells which row matched, for the engine."""
    definition = content.definition
    outputs = [_column(column.field) for column in definition.outputs]
    rules = []
    for row in content.rows:
        columns = (*definition.inputs, *definition.outputs)
        rule = {"_id": row.id, **_described(row.note)} | {
            column.field: row.cells.get(column.field, "") for column in columns
        }
        rules.append(rule | {ROW: f"'{row.id}'"} if naming_rows else rule)
    table = {
        "hitPolicy": _ENGINE_POLICY[definition.policy],
        "inputs": [_column(column.field) for column in definition.inputs],
        "outputs": [_column(ROW)] if naming_rows else outputs,
        "rules": rules,
    }
    model = {
        "table": content.table,
        "sentence": content.sentence,
        "source": content.source,
        "golden": [msgspec.to_builtins(case) for case in content.golden],
        "nodes": [
            {"id": "given", "type": "inputNode", "name": "given"},
            {"id": "table", "type": "decisionTableNode", "name": content.table, "content": table},
            {"id": "result", "type": "outputNode", "name": "result"},
        ],
        "edges": [
            {"id": "in", "sourceId": "given", "targetId": "table"},
            {"id": "out", "sourceId": "table", "targetId": "result"},
        ],
    }
    return msgspec.json.encode(model).decode()


def _column(field: str) -> dict[str, str]:
    return {"id": field, "name": field, "field": field}
