"""Whether the record is as it was written: walks the chains of the log and of the audit, and the anchors.

Reads in bounded pages, each in a snapshot of its own, so that it may run beside everything else. Leaves to others: what
a page means (``models.chain.walk``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, func, select, type_coerce
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.away import is_away
from models.chain import anchors as chain
from models.chain.encoding import AUDIT, AUDIT_COLUMNS, EVENT, EVENT_COLUMNS, ZERO
from models.chain.findings import Finding
from models.chain.walk import Mark, Row, Walk
from models.database import Database
from models.feed.chaining import hash_before
from models.feed.records import CHAIN
from models.queries.anchors import Anchors, read_anchors
from models.tables import audit, chains, events, heads

PAGE = 500  # rows
# What a release from before the chains may still have written while machines were upgraded one by one.
UPGRADE = timedelta(days=1)
KEPT = timedelta(days=183)  # audit records, at least

# As they stand there: what no longer is an instant must not stop the walk.
_EVENTS = [type_coerce(events.c[name], String) if name == "at" else events.c[name] for name in EVENT_COLUMNS]
_AUDIT = [type_coerce(audit.c[name], String) if name == "at" else audit.c[name] for name in AUDIT_COLUMNS]


@dataclass(slots=True)
class Report:
    """``checked``: of each chain the first and last place and how many rows. ``notes`` are no findings."""

    checked: list[tuple[str, int, int, int]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


async def verify(
    database: Database,
    public: Mapping[str, bytes],
    now: datetime,
    *,
    district: str | None = None,
    start: int = 1,
    files: Sequence[chain.Signed] = (),
) -> Report:
    """Of everything, or of one district's sequence from ``start`` on. ``files``: anchors that were exported.

    Raises LookupError for a district that neither the log nor an anchor knows.
    """
    report = Report()
    anchors = await read_anchors(database, public, files)
    report.findings += anchors.findings
    report.notes += anchors.notes
    async with database.read() as connection:
        codes = set((await connection.execute(select(heads.c.district))).scalars())
    codes |= anchors.log.keys()
    if district is not None and district not in codes:
        raise LookupError(district)
    for code in sorted(codes) if district is None else [district]:
        await _walk_log(database, report, code, anchors.log.get(code, {}), start)
    if district is None:
        await _walk_audit(database, report, anchors, now)
        report.checked.append(("anchors", 1, anchors.count, anchors.count))
    return report


async def _walk_log(
    database: Database, report: Report, code: str, marks: Mapping[int, Sequence[Mark]], start: int
) -> None:
    walk = Walk(
        code, EVENT, EVENT_COLUMNS.index("offset"), {at: said for at, said in marks.items() if at >= start}
    )
    async with database.read() as connection:
        if start > 1:
            walk.last, walk.before = start - 1, await hash_before(connection, code, start)
    query = select(*_EVENTS, events.c.hash).where(events.c.district == code).order_by(events.c.offset)
    head = select(heads.c.head, heads.c.hashed, heads.c.hash).where(heads.c.district == code)
    await _pages(database, report, walk, query, events.c.offset, head)


async def _walk_audit(database: Database, report: Report, anchors: Anchors, now: datetime) -> None:
    async with database.read() as connection:
        kept = (await connection.execute(select(chains).where(chains.c.name == CHAIN))).first()
        if kept is None:
            report.findings.append(Finding(CHAIN, "unreadable", 0, 0, by="its head is gone"))
            return
        await _outside(connection, report, kept.begun_at)
    walk = Walk(CHAIN, AUDIT, AUDIT_COLUMNS.index("number"), anchors.audit, kept.base, kept.base_hash or ZERO)
    early = min((place for at, place in anchors.audit_places if at > now - KEPT), default=None)
    if early is not None and kept.base > early:
        # What had come by then was younger than six months when it went.
        walk.findings.append(Finding(CHAIN, "cleared_early", early + 1, kept.base))
    query = select(*_AUDIT, audit.c.hash).where(audit.c.number.is_not(None)).order_by(audit.c.number)
    head = select(chains.c.head, chains.c.head.label("hashed"), chains.c.hash).where(chains.c.name == CHAIN)
    await _pages(database, report, walk, query, audit.c.number, head)


async def _outside(connection: AsyncConnection, report: Report, begun_at: datetime) -> None:
    of_upgrade = audit.c.at <= begun_at + UPGRADE
    query = select(func.count()).select_from(audit).where(audit.c.number.is_(None))
    if early := (await connection.execute(query.where(of_upgrade))).scalar_one():
        report.notes.append(
            f"audit: {early} records have no place: an earlier release wrote them while it was upgraded"
        )
    if late := (await connection.execute(query.where(~of_upgrade))).scalar_one():
        report.findings.append(Finding(CHAIN, "outside", 1, late))


async def _pages(database: Database, report: Report, walk: Walk, query: Any, place: Any, head: Any) -> None:
    first, known = walk.last + 1, None
    while True:
        try:
            async with database.read() as connection:
                rows = (await connection.execute(query.where(place > walk.last).limit(PAGE))).all()
                known = (await connection.execute(head)).first()
        except (DBAPIError, ValueError) as error:
            if is_away(error):
                raise
            # Bytes that are no text, say.
            cause = getattr(error, "orig", error)
            report.findings.append(
                Finding(walk.chain, "unreadable", walk.last + 1, walk.last + PAGE, by=str(cause))
            )
            break
        walk.take([Row(row[walk.place_at], tuple(row[:-1]), row[-1]) for row in rows])
        if len(rows) < PAGE or walk.is_enough:
            break
    if not walk.is_enough:
        of_hash = None if known is None or known.hash is None else (known.hashed, bytes(known.hash))
        walk.end(known.head if known else 0, of_hash)
    report.findings += walk.findings
    report.checked.append((walk.chain, first, walk.last, walk.walked))
