"""Asking a version of a table: the engine finds the rows that match, and what they say was read beforehand.

A version is compiled once and kept. The engine is asked by a static loader, so that nothing is parsed again; it
matches, and names the row; the row's outputs are already values. A version never changes, so what it once said of
some inputs it says again: they are few (kinds, reasons, places, hours), and the engine is asked once for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import zen

from models.rules import cells
from models.rules.columns import complete
from models.rules.content import ROW, Content, to_model
from models.rules.definitions import Definition

Result = Mapping[str, Any]
_KEY = "table"
MOST_REMEMBERED = 1_000  # combinations of inputs, and of rows of a collecting table


@dataclass(frozen=True, slots=True)
class Matched:
    """The rows that matched, in order, and what each says; ``text`` are the results as JSON."""

    rows: tuple[str, ...]
    results: tuple[Result, ...]
    text: str

    @property
    def result(self) -> Result:
        """What the one row says, of a table in which one decides."""
        (only,) = self.results
        return only


class Compiled:
    """A version, ready to be asked. Raises CellRefused or RuntimeError for one that was not checked."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.definition: Definition = content.definition
        self._outputs = {row.id: _outputs(self.definition, row.cells) for row in content.rows}
        model = msgspec.json.decode(to_model(content, naming_rows=True))
        self._engine = zen.ZenEngine({"loader": {"type": "static", "content": {_KEY: model}}})
        self._collects = self.definition.policy == "collect"
        self._fields = tuple(column.field for column in self.definition.inputs)
        self._said: dict[tuple[Any, ...], Matched] = {}  # by the inputs
        self._matched: dict[tuple[str, ...], Matched] = {}  # by the rows: the same rows say the same

    def ask(self, inputs: Mapping[str, Any]) -> Matched:
        """What the table says of these inputs: one value for each input column, none else.

        Raises LookupError when no row matches where one must: only in a version that was never checked.
        """
        key = tuple([inputs[field] for field in self._fields])
        said = self._said.get(key)
        if said is None:
            if len(self._said) >= MOST_REMEMBERED:
                self._said.clear()
            said = self._said[key] = self.ask_engine(inputs)
        return said

    def ask_engine(self, inputs: Mapping[str, Any]) -> Matched:
        """The same, without looking whether it was asked before."""
        found: Any = self._engine.evaluate(_KEY, inputs)["result"]  # type: ignore[arg-type]
        if self._collects:
            names = tuple(one[ROW] for one in found)
        else:
            if not found:
                raise LookupError(f"{self.content.table} says nothing of {dict(inputs)}")
            names = (found[ROW],)
        return self._matched.get(names) or self._say(names)

    def _say(self, names: tuple[str, ...]) -> Matched:
        results = tuple([self._outputs[name] for name in names])
        text = msgspec.json.encode(results).decode()
        if len(self._matched) >= MOST_REMEMBERED:
            self._matched.clear()
        matched = self._matched[names] = Matched(names, results, text)
        return matched

    def ask_loosely(self, given: Mapping[str, Any]) -> Matched:
        """The same for inputs that somebody typed. Raises KeyError or ValueError naming the column."""
        return self.ask(complete(self.definition.inputs, given))


def _outputs(definition: Definition, row: Mapping[str, str]) -> Result:
    return {column.field: cells.output(column, row.get(column.field, "")) for column in definition.outputs}
