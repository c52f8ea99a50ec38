"""From rows to vehicles to look out for: the header, each line's cells, and a refusal for what cannot be used. Pure.

One bad line never spoils another. Cells of columns that are none of ours (owners' names, say) are not read at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from models.local_plates import LocalForms
from models.plates import E_BIKE, Plate, PlateError, canonical, parse
from models.watching import names
from models.watching.spreadsheet import ListFaulty, Row, rows_of

FIRST_YEAR, LAST_YEAR = 1990, 2100
LONGEST_VALUE = 40  # characters of what was refused, as it is told again
_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))")
_CLOCK = re.compile(r"[ T]0?0:00(?::00)?$")  # what spreadsheets add to a date


@dataclass(frozen=True, slots=True)
class Line:
    """A vehicle and why. ``dated``: the date that goes with the kind; days of Beijing, the last one included."""

    number: int
    plate: Plate = field(repr=False)
    kind: str
    dated: date | None = None
    begins: date | None = None
    ends: date | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.plate.number, self.plate.plate_class, self.kind)

    @property
    def said(self) -> tuple[date | None, date | None, date | None]:
        return (self.dated, self.begins, self.ends)


@dataclass(frozen=True, slots=True)
class Refusal:
    """``why`` is stable: one of ``PlateError``, or required, unknown, date, order, over, twice, local_form.

    ``value`` is what stood there, as it is told to whoever sent the file and to nobody else.
    """

    line: int
    column: str
    why: str
    value: str = field(default="", repr=False)
    first: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """``repeated``: lines that only said again what another one had said; ``ignored``: columns that are none of ours.

    ``named``: the plates of refused lines that can be read: in a whole list such a vehicle is not missing.
    """

    lines: tuple[Line, ...]
    refused: tuple[Refusal, ...]
    repeated: int
    ignored: tuple[str, ...]
    named: frozenset[tuple[str, str]] = field(repr=False)


class _Refused(Exception):
    def __init__(self, column: str, why: str, value: str = "") -> None:
        super().__init__(why)
        self.column = column
        self.why = why
        self.value = value


def read(content: bytes, *, kind: str | None, today: date, forms: LocalForms) -> Listed:
    """The list of a file; ``kind``: that of every line that says none. ``today``: the day in Beijing.

    Raises ListFaulty for a file of which nothing can be used.
    """
    header, *rows = rows_of(content)
    places, ignored = _places(header, kind)
    lines: dict[tuple[str, str, str], Line] = {}
    refused: list[Refusal] = []
    named: set[tuple[str, str]] = set()
    repeated = 0
    for row in rows:
        cells = {name: _cell(row, at) for name, at in places.items()}
        plate: Plate | None = None
        try:
            plate = _plate(cells, forms)
            line = _line(row.line, plate, cells, kind, today)
            before = lines.setdefault(line.key, line)
            if before is not line and before.said != line.said:
                refused.append(Refusal(row.line, "plate", "twice", cells["plate"], before.number))
            repeated += before is not line and before.said == line.said
        except _Refused as error:
            refused.append(Refusal(row.line, error.column, error.why, error.value[:LONGEST_VALUE]))
            if plate is not None:
                named.add((plate.number, plate.plate_class))
    return Listed(tuple(lines.values()), tuple(refused), repeated, ignored, frozenset(named))


def _places(header: Row, kind: str | None) -> tuple[dict[str, int], tuple[str, ...]]:
    found: dict[str, int] = {}
    ignored = []
    for at, cell in enumerate(header.cells):
        name = names.column(cell)
        if name is None:
            if cell.strip():
                ignored.append(cell.strip()[:LONGEST_VALUE])
        elif name in found:
            raise ListFaulty("twice", line=header.line, column=name)
        else:
            found[name] = at
    if not found:
        raise ListFaulty("no_header", line=header.line)
    for name in (*names.NEEDED, *(() if kind else ("kind",))):
        if name not in found:
            raise ListFaulty("missing", line=header.line, column=name)
    return found, tuple(ignored)


def _cell(row: Row, at: int) -> str:
    return row.cells[at].strip() if at < len(row.cells) else ""


def _line(number: int, plate: Plate, cells: Mapping[str, str], kind: str | None, today: date) -> Line:
    given = cells.get("kind", "")
    found = names.kind(given) if given else kind
    if found is None:
        raise _Refused("kind", "unknown" if given else "required", given)
    dated, begins, ends = (_date(cells, name) for name in ("date", "from", "until"))
    if ends is not None and ends < (begins or ends):
        raise _Refused("until", "order", cells["until"])
    if ends is not None and ends < today:
        raise _Refused("until", "over", cells["until"])
    return Line(number, plate, found, dated, begins, ends)


def _plate(cells: Mapping[str, str], forms: LocalForms) -> Plate:
    given = cells.get("class", "")
    plate_class = names.plate_class(given) if given else None
    if given and plate_class is None:
        raise _Refused("class", "unknown", given)
    text = cells["plate"]
    if not text:
        raise _Refused("plate", "required")
    try:
        plate = parse(text, plate_class)
    except PlateError as error:
        column = "class" if error.why == "class_mismatch" else "plate"
        raise _Refused(column, error.why, given if column == "class" else text) from None
    if plate_class == E_BIKE and not forms.fit(canonical(text)):
        raise _Refused("plate", "local_form", text)
    return plate


def _date(cells: Mapping[str, str], column: str) -> date | None:
    text = cells.get(column, "")
    if not text:
        return None
    found = _DATE.fullmatch(_CLOCK.sub("", text))
    if found is None:
        raise _Refused(column, "date", text)
    year, *rest = (int(part) for part in found.groups() if part)
    try:
        day = date(year, *rest)
    except ValueError:
        raise _Refused(column, "date", text) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _Refused(column, "date", text)
    return day
