"""Walking along a chain, page by page, and telling what was done to it: changed, missing, put in, moved, rewritten.

Pure: the rows are handed in. What is found of one page is judged together, so that a row that was moved within a page
is known for what it is. Leaves to others: reading (``models.queries.verification``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.chain.encoding import ZERO, link
from models.chain.findings import Finding

MOST_COMPARED = 32  # rows of a page that do not follow and are compared with each other
MOST_FOUND = 100  # findings of one chain: then nobody reads on
Mark = tuple[bytes, str]  # the hash that a place had, and the name of the anchor that says so


@dataclass(frozen=True, slots=True)
class Row:
    """``values`` in the order of the chain's columns; ``hash`` None: an older release wrote it."""

    place: int
    values: tuple[Any, ...]
    hash: bytes | None


@dataclass(slots=True)
class _Bad:
    row: Row
    before: bytes
    made: bytes  # what its hash should be
    hash_only: bool = False
    came_from: int | None = None  # None: of no place that is known


@dataclass(slots=True)
class Walk:
    """One chain. ``place_at``: which value is the place. ``marks``: what anchors say of places.

    Begins behind ``last``, whose hash is ``before`` (None: not known, so that the next row is believed).
    """

    chain: str
    kind: str
    place_at: int
    marks: Mapping[int, Sequence[Mark]] = field(default_factory=dict)
    last: int = 0
    before: bytes | None = ZERO
    findings: list[Finding] = field(default_factory=list)
    walked: int = 0
    _shift: int = 0  # by how many places all rows stand too far back since one was put in
    _unsealed: int | None = None
    _proven: int = 0  # the last place that is as an anchor says
    _rewritten: bool = False
    _around: dict[int, bytes | None] = field(default_factory=dict)  # the newest places of the pages before

    @property
    def is_enough(self) -> bool:
        """So much is wrong that more would tell nobody anything."""
        return len(self.findings) >= MOST_FOUND

    def take(self, rows: Sequence[Row]) -> None:
        """The next page, in the order of places."""
        bad: list[_Bad] = []
        around = {**self._around, self.last: self.before}
        found: list[tuple[int, bytes | None]] = []
        for row in rows:
            self._step(row, bad)
            around[row.place] = row.hash
            found.append((row.place, self.before))
        if bad:
            self._judge(bad, around, rows[-1].place)
        for place, value in found:
            self._compare(place - self._shift, value)
        self._around = dict(list(around.items())[-3:])

    def end(self, head: int | None, head_hash: tuple[int, bytes] | None) -> None:
        """After the last page. ``head``: the last place, by the chain's head; ``head_hash``: a place and its hash."""
        if self._unsealed is not None:
            self._find("unsealed", self._unsealed, self.last)
        if head is not None and head > self.last:
            self._find("cut_off", self.last + 1, head)
        if head is not None and head < self.last:
            self._find("beyond", head + 1, self.last)
        elif head_hash is not None and head_hash[0] == self.last and head_hash[1] != self.before:
            self._find("head", self.last, self.last)
        signed = max((place for place in self.marks if place > max(self.last, head or 0)), default=None)
        if signed is not None:
            name = self.marks[signed][0][1]
            self.findings.append(Finding(self.chain, "cut_off", self.last + 1, signed, by=name))

    def _find(self, what: Any, first: int, last: int, moved: int = 0, by: str = "") -> None:
        if not self.is_enough:
            self.findings.append(Finding(self.chain, what, first, last, moved, by))

    def _link(self, row: Row, before: bytes, place: int) -> bytes:
        values = row.values
        if place != row.place:
            values = (*values[: self.place_at], place, *values[self.place_at + 1 :])
        return link(self.kind, before, values)

    def _step(self, row: Row, bad: list[_Bad]) -> None:
        if row.place != self.last + 1:
            self._find("missing", self.last + 1, row.place - 1)
            self.before = None
        made = None if self.before is None else self._link(row, self.before, row.place - self._shift)
        if row.hash is None:
            # Of an older release, or emptied by hand: the next one that has a hash tells which.
            self._unsealed = self._unsealed or row.place
            self.before = made
        else:
            if made is not None and made != row.hash:
                self._suspect(row, made, bad)
            elif made is not None:
                self._unsealed = None
            self.before = row.hash
        self.last = row.place
        self.walked += 1

    def _suspect(self, row: Row, made: bytes, bad: list[_Bad]) -> None:
        before = bad[-1] if bad and bad[-1].row.place == row.place - 1 else None
        if before is not None and self._link(row, before.made, row.place - self._shift) == row.hash:
            # It hangs on what the row before it really is.
            before.hash_only = True
        else:
            bad.append(_Bad(row, self.before or ZERO, made))

    def _compare(self, place: int, found: bytes | None) -> None:
        for said, name in self.marks.get(place, ()):
            if found is None:
                continue
            if found == said:
                self._proven = place
            elif not self._rewritten:
                self._rewritten = True
                self._find("rewritten", self._proven + 1, place, by=name)

    # --- what became of the rows of a page that do not follow from those before them

    def _judge(self, bad: list[_Bad], around: Mapping[int, bytes | None], end: int) -> None:
        known = {value for value in around.values() if value is not None}
        few = len(bad) <= MOST_COMPARED
        places = [one.row.place - self._shift for one in bad]
        for one in bad:
            here = one.row.place - self._shift
            candidates = [here, here - 1, here + 1, *(places if few else ())]
            one.came_from = self._origin(one, dict.fromkeys(candidates), around, known, places if few else ())
        self._tell([one for one in bad if one.hash_only or one.came_from != one.row.place - self._shift], end)

    def _origin(
        self,
        one: _Bad,
        candidates: Iterable[int],
        around: Mapping[int, bytes | None],
        known: set[bytes],
        others: Sequence[int],
    ) -> int | None:
        """The place at which the row would be a link of the chain, if it is one of these."""
        around_here = {one.row.place - 2, one.row.place - 1, one.row.place}
        for place in candidates:
            centres = {place + self._shift, *around_here, *(other + self._shift for other in others)}
            befores = {around.get(centre + more) for centre in centres for more in (-1, 0, 1)} | {one.before}
            if any(value is not None and self._link(one.row, value, place) in known for value in befores):
                return place
        return None

    def _tell(self, bad: list[_Bad], end: int) -> None:
        """Rows that moved by as many places are one finding; the one before them tells why they did."""
        number = 0
        while number < len(bad):
            one = bad[number]
            run = self._run(bad, number + 1)
            moved = self._moved(bad[number + 1]) if run else 0
            follows = run and bad[number + 1].row.place == one.row.place + 1
            if one.hash_only:
                self._find("hash_changed", one.row.place, one.row.place)
                number += 1
            elif one.came_from is None and follows and abs(moved) == 1 and bad[number + run].row.place == end:
                # All that follows stands one place further back or forth.
                self._find("inserted" if moved == 1 else "missing", one.row.place, one.row.place)
                self._shift += moved
                number += 1 + run
            elif one.came_from is None:
                self._find("changed", one.row.place, one.row.place)
                number += 1
            else:
                run = self._run(bad, number)
                last = bad[number + run - 1].row.place
                self._find("moved", one.row.place, last, self._moved(one))
                number += run

    def _run(self, bad: Sequence[_Bad], start: int) -> int:
        """How many from there on lie one after the other and moved by as many places."""
        count = 0
        for one in bad[start:]:
            first = bad[start]
            if one.came_from is None or self._moved(one) != self._moved(first):
                break
            if one.row.place != first.row.place + count:
                break
            count += 1
        return count

    def _moved(self, one: _Bad) -> int:
        return one.row.place - self._shift - (one.came_from or 0)
