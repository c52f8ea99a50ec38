"""Short ways to write contents of tables for tests."""

from __future__ import annotations

from models.rules.content import Content, Golden, Row

SENTENCE = {"zh": "测试", "en": "A test"}


def row(name: str, **cells: str) -> Row:
    return Row(name, cells)


def content(table: str, *rows: Row, golden: tuple[Golden, ...] | None = None) -> Content:
    """Without ``golden``: with one case that any row of the table satisfies."""
    then: list[dict[str, object]] | dict[str, object] = {}
    return Content(table, SENTENCE, {"en": "a test"}, rows, golden or (Golden({"en": "any"}, {}, then),))
