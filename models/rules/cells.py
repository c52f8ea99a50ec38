"""The language of cells: small enough that what a cell admits can be computed, and is. Pure.

    inputs   (empty)              anything
             'a'   'a', 'b'       one of these words              not in ['a', 'b']   any other word
             5     5, 7           one of these numbers
             > 5   >= 5   < 5   <= 5   [1..5]   [1..5)   (1..5]   (1..5)
             [22..23], [0..5]     in one of several ranges
             true  false
    outputs  300   'warning'   true   [300, 500]   ['police', 'auxiliary']

Every cell of it means the same in the rule engine (a test compares them). Whatever else the engine would take is
refused, because nobody could say any more which rows overlap and which are never reached.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

from models.rules.columns import Column

LONGEST = 200  # characters of a cell
# What a cell admits: ranges of numbers, both ends included, in order and apart.
Span = tuple[tuple[int, int], ...]

_WORD = r"'([^'\"\\]*)'|\"([^'\"\\]*)\""
_WORDS = re.compile(rf"(?:{_WORD})(?:\s*,\s*(?:{_WORD}))*")
_OTHER_WORDS = re.compile(rf"not\s+in\s*\[\s*((?:{_WORD})(?:\s*,\s*(?:{_WORD}))*)\s*\]")
_EACH_WORD = re.compile(_WORD)
_NUMBER = re.compile(r"-?\d{1,9}")
_COMPARISON = re.compile(r"(>=|<=|>|<)\s*(-?\d{1,9})")
_RANGE = re.compile(r"([\[(])\s*(-?\d{1,9})\s*\.\.\s*(-?\d{1,9})\s*([\])])")
_FLAGS = {"true": True, "false": False}


Refusal = Literal["malformed", "too_long", "unknown_value", "out_of_range", "never", "required", "wrong_type"]


class CellRefused(ValueError):
    """A cell that cannot be used; ``code`` says why, ``value`` which part of it."""

    def __init__(self, code: Refusal, value: str = "") -> None:
        super().__init__(f"{code} {value}".strip())
        self.code: Refusal = code
        self.value = value


def everything(column: Column) -> Span:
    """What an empty cell admits."""
    return (column.bounds,)


def admitted(column: Column, cell: str) -> Span:
    """The numbers of the values that an input cell admits. Raises CellRefused; ``never`` when there are none."""
    text = _plain(cell)
    if not text:
        return everything(column)
    if column.type == "choice":
        found = _words(column, text)
    elif column.type == "flag":
        if text not in _FLAGS:
            raise CellRefused("malformed", text)
        found = [(int(_FLAGS[text]),) * 2]
    else:
        found = [_numbers(column, part.strip()) for part in _parts(text)]
    span = joined([(low, high) for low, high in found if low <= high])
    if not span:
        raise CellRefused("never", text)
    return span


def output(column: Column, cell: str) -> Any:
    """The value of an output cell, None for an empty one that may be empty. Raises CellRefused."""
    text = _plain(cell)
    if not text:
        if column.optional:
            return None
        raise CellRefused("required")
    if not column.many:
        return _value(column, text)
    if not (text.startswith("[") and text.endswith("]")):
        raise CellRefused("wrong_type", text)
    inner = text[1:-1].strip()
    return tuple(_value(column, part.strip()) for part in inner.split(",")) if inner else ()


def written(value: Any) -> str:
    """The cell for a value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return f"[{', '.join(written(one) for one in value)}]"
    return f"'{value}'" if isinstance(value, str) else str(value)


def _plain(cell: str) -> str:
    if len(cell) > LONGEST:
        raise CellRefused("too_long")
    return cell.strip()


def _words(column: Column, text: str) -> list[tuple[int, int]]:
    other = _OTHER_WORDS.fullmatch(text)
    if other is None and not _WORDS.fullmatch(text):
        raise CellRefused("malformed", text)
    named = {_place(column, word) for word in _each_word(other[1] if other else text)}
    places = named if other is None else set(range(len(column.choices))) - named
    return [(place, place) for place in places]


def _each_word(text: str) -> Iterator[str]:
    return (found[1] or found[2] or "" for found in _EACH_WORD.finditer(text))


def _place(column: Column, word: str) -> int:
    place = column.number(word)
    if place is None:
        raise CellRefused("unknown_value", word)
    return place


def _parts(text: str) -> Iterator[str]:
    """Split at the commas: none of ours stands inside a range."""
    return iter(text.split(","))


def _numbers(column: Column, part: str) -> tuple[int, int]:
    """One number or range, cut to the column's bounds; its low end above its high end when nothing is left."""
    low, high = column.bounds
    if _NUMBER.fullmatch(part):
        if column.number(int(part)) is None:
            raise CellRefused("out_of_range", part)
        return int(part), int(part)
    if compared := _COMPARISON.fullmatch(part):
        sign, edge = compared[1], int(compared[2])
        if sign in (">", ">="):
            return max(low, edge + (sign == ">")), high
        return low, min(high, edge - (sign == "<"))
    if between := _RANGE.fullmatch(part):
        first = int(between[2]) + (between[1] == "(")
        last = int(between[3]) - (between[4] == ")")
        return max(low, first), min(high, last)
    raise CellRefused("malformed", part)


def joined(ranges: list[tuple[int, int]]) -> Span:
    """The ranges as a span: in order, and those that touch made one."""
    span: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if span and low <= span[-1][1] + 1:
            span[-1] = span[-1][0], max(span[-1][1], high)
        else:
            span.append((low, high))
    return tuple(span)


def _value(column: Column, text: str) -> Any:
    if column.type == "number":
        if not _NUMBER.fullmatch(text):
            raise CellRefused("wrong_type", text)
        value: Any = int(text)
    elif column.type == "flag":
        if text not in _FLAGS:
            raise CellRefused("wrong_type", text)
        return _FLAGS[text]
    else:
        word = _EACH_WORD.fullmatch(text)
        if word is None:
            raise CellRefused("wrong_type", text)
        value = word[1] or word[2] or ""
    if column.number(value) is None:
        raise CellRefused("out_of_range" if column.type == "number" else "unknown_value", text)
    return value
