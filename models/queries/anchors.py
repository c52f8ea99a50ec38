"""Reading anchors, those of the database and those that were exported, and what they say of the chains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from models.chain import anchors as chain
from models.chain.findings import Finding, What
from models.chain.walk import Mark
from models.clock import parse_iso
from models.database import Database
from models.tables import anchors

ANCHORS = "anchors"


@dataclass(slots=True)
class Anchors:
    """``log`` and ``audit``: which place had which hash. ``audit_places``: how far the audit was at which instant."""

    count: int = 0
    log: dict[str, dict[int, list[Mark]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    audit: dict[int, list[Mark]] = field(default_factory=lambda: defaultdict(list))
    audit_places: list[tuple[datetime, int]] = field(default_factory=list)
    begun: list[chain.Text] = field(default_factory=list)  # where an epoch began
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


async def read_anchors(
    database: Database, public: Mapping[str, bytes], files: Sequence[chain.Signed]
) -> Anchors:
    """Everything that they say, and which of them are not what was signed, or missing."""
    async with database.read() as connection:
        rows = (await connection.execute(select(anchors).order_by(anchors.c.number))).all()
    found = Anchors(count=len(rows))
    last, previous = 0, None
    for row in rows:
        if row.number != last + 1:
            found.findings.append(Finding(ANCHORS, "missing", last + 1, row.number - 1))
            previous = None
        signed = chain.Signed(row.text, row.key, bytes(row.signature))
        try:
            text = _right(signed, public)
            _in_place(text, row, previous)
        except ValueError as wrong:
            found.findings.append(Finding(ANCHORS, "forged", row.number, row.number, by=str(wrong)))
        else:
            _take(found, text)
        last, previous = row.number, row.text
    _exported(found, {row.number: row.text for row in rows}, files, public)
    return found


def _right(signed: chain.Signed, public: Mapping[str, bytes]) -> chain.Text:
    """Raises ValueError."""
    if not chain.is_signed(signed, public):
        raise ValueError("no key that is known here signed it")
    return chain.read(signed.text)


def _in_place(text: chain.Text, row: Any, previous: str | None) -> None:
    if (text.number, text.day) != (row.number, row.day):
        raise ValueError(f"it was signed as number {text.number} of {text.day}")
    if previous is not None and text.previous != chain.digest(previous):
        raise ValueError("it was signed after another one than stands before it")


def _take(found: Anchors, text: chain.Text) -> None:
    name = f"the anchor of {text.day or text.at}"
    for district, (place, value) in text.log.items():
        found.log[district][place].append((bytes.fromhex(value), name))
    place, value = text.audit
    if place:
        found.audit[place].append((bytes.fromhex(value), name))
    found.audit_places.append((parse_iso(text.at), place))
    if text.day is None:
        found.begun.append(text)


def _exported(
    found: Anchors, kept: Mapping[int, str], files: Sequence[chain.Signed], public: Mapping[str, bytes]
) -> None:
    """What was exported must be there still, unless it went with a restore that was signed as one."""
    restored = 0
    for signed in files:
        try:
            text = _right(signed, public)
        except ValueError as wrong:
            found.findings.append(Finding(ANCHORS, "forged", 0, 0, by=f"a file: {wrong}"))
            continue
        if kept.get(text.number) == signed.text:
            continue
        if _went_with_a_restore(found, text):
            restored += 1
            continue
        what: What = "forged" if text.number in kept else "missing"
        found.findings.append(
            Finding(ANCHORS, what, text.number, text.number, by=f"the file of {text.day or text.at}")
        )
        _take(found, text)
    if restored:
        found.notes.append(f"anchors: {restored} exported ones are of an epoch that a restore ended")


def _went_with_a_restore(found: Anchors, text: chain.Text) -> bool:
    return any(
        one.epoch != text.epoch and one.number <= text.number and one.at > text.at for one in found.begun
    )
