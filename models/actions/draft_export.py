"""Drafts for the official register, of any kind: what of a period and district it was not told yet, marked as told.

The register decides what becomes of a draft; here it is never a penalty (程序规定 68). An export that is fetched again
is the same. Each is in the audit. Leaves to others: which rows are drafts and what each says (``parking_export``,
``report_export``).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, false, select, update

from models.access.rights import may
from models.actions import audit
from models.actions.idempotency import Keeping
from models.actions.incident_change import until_saved
from models.actions.reasoned import given_reason
from models.caller import Officer
from models.errors import Forbidden, InvalidField, NotFound
from models.store import Change, Store

MOST = 5_000  # of one export; what is over waits for the next
Draft = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """What the register is told of. ``fields``: of each draft, in this order, as docs/records.md says what each means.

    ``ended``: the column that a period is of. ``untold``: of which rows the register does not know; ``taken_back``:
    which of those it knew, and they count no more. ``told``: columns that are set as well once it is told.
    """

    table: Table
    ended: str
    fields: tuple[str, ...]
    untold: ColumnElement[bool]
    drafts: Callable[[Change, Sequence[Any]], Awaitable[list[Draft]]]
    taken_back: ColumnElement[bool] = field(default_factory=false)
    told: Mapping[str, Any] = field(default_factory=dict)

    def within(self, district: str, since: datetime, until: datetime) -> ColumnElement[bool]:
        """The untold rows of a district that ended in ``since <= ended < until``."""
        ended, here = self.table.c[self.ended], self.table.c.district == district
        return and_(here, ended >= since, ended < until, self.untold)

    def rows(self) -> Select[Any]:
        """Whole rows, in the order in which drafts are told."""
        return select(self.table).order_by(self.table.c[self.ended], self.table.c.id)


@dataclass(frozen=True, slots=True)
class Export:
    """``drafts``: one mapping of the source's fields each. ``more``: there are others; the next export has them."""

    id: str
    drafts: list[Draft] = field(repr=False)
    more: bool = False


Then = Keeping[Export]


def check_period(officer: Officer, district: str, since: datetime, until: datetime) -> None:
    """Raises Forbidden for who may not export there, InvalidField for a period that ends before it begins."""
    if not may(officer.role, "export_drafts") or district not in officer.districts:
        raise Forbidden(command="export_drafts")
    if since >= until:
        raise InvalidField(field="until", why="out_of_range")


async def export(
    store: Store,
    source: Source,
    officer: Officer,
    district: str,
    since: datetime,
    until: datetime,
    reason: str,
    *,
    then: Then | None = None,
) -> Export:
    """What ended in ``since <= ended < until`` and the register does not know. Raises Forbidden, InvalidField.

    ``reason``: for the audit; whole plates leave the house.
    """
    check_period(officer, district, since, until)
    reason = given_reason(reason)
    wanted = source.within(district, since, until)

    async def work(change: Change) -> Export:
        done = await _export(change, source, officer, wanted, reason)
        if then is not None:
            await then(change, done)
        return done

    return await until_saved(lambda: store.run(work))


async def _export(
    change: Change, source: Source, officer: Officer, wanted: ColumnElement[bool], reason: str
) -> Export:
    query = source.rows().where(wanted).limit(MOST + 1).with_for_update()
    rows = (await change.connection.execute(query)).all()
    ids, export_id = [row.id for row in rows[:MOST]], change.store.ids.new()
    if ids:
        told = {"export_id": export_id, "exported_at": change.at, **source.told}
        here = source.table.c.id.in_(ids)
        await change.connection.execute(update(source.table).where(here).values(**told))
    await audit.record(change, officer, "export_drafts", f"export:{export_id}", reason=reason)
    return Export(export_id, await source.drafts(change, rows[:MOST]), len(rows) > MOST)


async def again(store: Store, source: Source, officer: Officer, export_id: str) -> Export:
    """An export once more, with what is true of its drafts now. Raises NotFound, Forbidden."""
    if not may(officer.role, "export_drafts"):
        raise Forbidden(command="export_drafts")
    async with store.change() as change:
        query = source.rows().where(source.table.c.export_id == export_id)
        rows = (await change.connection.execute(query)).all()
        if not rows:
            raise NotFound
        if any(row.district not in officer.districts for row in rows):
            raise Forbidden
        await audit.record(change, officer, "export_drafts", f"export:{export_id}", reason="again")
        return Export(export_id, await source.drafts(change, rows))
