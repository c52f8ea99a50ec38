"""From the bytes of a file to rows of text: which letters, which separator, how many lines. Pure.

UTF-8 with or without a byte order mark, else GB18030, which is what spreadsheets save in China. What the rows mean is
``models.watching.lines``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

LARGEST = 2 * 1024 * 1024  # bytes
MOST_LINES = 10_000
LONGEST_CELL = 200  # characters
_MOST_CELLS = 60  # columns of a line
_SEPARATORS = ",;\t"
_OTHER_FORMATS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")


class ListFaulty(ValueError):
    """A file of which no line can be used. ``why`` is stable: empty, too_large, not_text, encoding, quotes,

    too_many_lines, too_many_cells, too_long, no_header, twice, missing; ``limit`` and ``column`` where it has them.
    """

    def __init__(
        self, why: str, *, limit: int | None = None, line: int | None = None, column: str = ""
    ) -> None:
        super().__init__(why)
        self.why = why
        self.limit = limit
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Row:
    """``line``: where it begins in the file, the first line being 1."""

    line: int
    cells: tuple[str, ...]


def rows_of(content: bytes) -> list[Row]:
    """All lines that hold anything. Raises ListFaulty."""
    if len(content) > LARGEST:
        raise ListFaulty("too_large", limit=LARGEST)
    text = _decoded(content)
    found: list[Row] = []
    for row in _read(text):
        if not any(cell.strip() for cell in row.cells):
            continue
        if len(found) > MOST_LINES:
            raise ListFaulty("too_many_lines", limit=MOST_LINES)
        found.append(row)
    if not found:
        raise ListFaulty("empty")
    return found


def _decoded(content: bytes) -> str:
    if not content.strip():
        raise ListFaulty("empty")
    if content.startswith(_OTHER_FORMATS):
        raise ListFaulty("not_text")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            raise ListFaulty("encoding") from None
    if "\x00" in text:
        raise ListFaulty("encoding")
    return text


def _read(text: str) -> Iterator[Row]:
    first = text.lstrip("\r\n").splitlines()[0]
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 0
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise ListFaulty("quotes", line=line) from None
        if len(cells) > _MOST_CELLS:
            raise ListFaulty("too_many_cells", limit=_MOST_CELLS, line=line)
        if any(len(cell) > LONGEST_CELL for cell in cells):
            raise ListFaulty("too_long", limit=LONGEST_CELL, line=line)
        yield Row(line, tuple(cells))
