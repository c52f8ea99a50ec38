"""Columns of decision tables: what may stand in them. Pure.

A column's values are numbered, so that what a cell admits is a set of whole numbers whatever the column's type:
choices by their place, *false* and *true* as 0 and 1, numbers as themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Type = Literal["choice", "number", "flag"]


@dataclass(frozen=True, slots=True)
class Column:
    """``choices`` for a choice, ``least`` and ``most`` for a number (whole, both included).

    ``usual`` is what a golden case means when it does not name the column. ``many``: a list of such values;
    ``optional``: the cell may be empty. Both are for outputs.
    """

    field: str
    type: Type
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    usual: Any = None
    many: bool = False
    optional: bool = False

    @property
    def bounds(self) -> tuple[int, int]:
        """The numbers of the first and the last value."""
        if self.type == "choice":
            return 0, len(self.choices) - 1
        return (0, 1) if self.type == "flag" else (self.least, self.most)

    def number(self, value: Any) -> int | None:
        """The value's number; None for a value that the column cannot have."""
        if self.type == "choice":
            return self.choices.index(value) if value in self.choices else None
        if self.type == "flag":
            return int(value) if isinstance(value, bool) else None
        whole = isinstance(value, int) and not isinstance(value, bool)
        return value if whole and self.least <= value <= self.most else None

    @property
    def view(self) -> dict[str, Any]:
        """The column as a page is told of it."""
        told: dict[str, Any] = {"field": self.field, "type": self.type}
        if self.type == "choice":
            told["choices"] = list(self.choices)
        if self.type == "number":
            told |= {"least": self.least, "most": self.most}
        return told | {"usual": self.usual, "many": self.many, "optional": self.optional}

    def value(self, number: int) -> Any:
        """The value with this number."""
        if self.type == "choice":
            return self.choices[number]
        return bool(number) if self.type == "flag" else number


def choice(field: str, *choices: str, many: bool = False, optional: bool = False) -> Column:
    """One of some words, the first of them the usual one."""
    return Column(field, "choice", choices=choices, usual=choices[0], many=many, optional=optional)


def number(
    field: str, least: int, most: int, *, usual: int | None = None, many: bool = False, optional: bool = False
) -> Column:
    """A whole number within bounds, the least one the usual one unless said otherwise."""
    usual = least if usual is None else usual
    return Column(field, "number", least=least, most=most, usual=usual, many=many, optional=optional)


def flag(field: str) -> Column:
    """Yes or no."""
    return Column(field, "flag", usual=False)


def complete(columns: tuple[Column, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """``given`` with the usual value for every column that it does not name. Raises KeyError for an unknown one,

    ValueError for a value that its column cannot have; both name the column.
    """
    names = {column.field for column in columns}
    if unknown := sorted(given.keys() - names):
        raise KeyError(unknown[0])
    found = {column.field: given.get(column.field, column.usual) for column in columns}
    for column in columns:
        if column.number(found[column.field]) is None:
            raise ValueError(column.field)
    return found
