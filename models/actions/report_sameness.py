"""Finds the report that tells of the same already: by plate, offence, place and time, and by picture."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

from sqlalchemy import select

from models.geography import Location, place_of
from models.reports.sameness import Same, Told, same
from models.rules.evaluation import Result
from models.store import Change
from models.tables import pictures, reports, uploads

LOOKED_BACK = timedelta(days=30)
MOST_COMPARED = 2_000  # reports of one district; beyond, the newest


class Tells(Protocol):
    """A report that is about to be made."""

    @property
    def district(self) -> str: ...
    @property
    def offence(self) -> str: ...
    @property
    def location(self) -> Location | None: ...
    @property
    def happened_at(self) -> datetime: ...
    @property
    def uploads(self) -> tuple[str, ...]: ...


async def find(change: Change, new: Tells, plate_indexes: Sequence[bytes], rule: Result) -> Same | None:
    """The one that is there, of those of the last 30 days that their reporters did not withdraw."""
    mine = tuple(one for _, one in await _likenesses(change, "id", new.uploads))
    told = Told("", plate_indexes[0], new.offence, new.location, new.happened_at, mine)  # it has no id yet
    known = await _known(change, new.district, plate_indexes, with_pictures=bool(mine))
    return same(told, known, within_m=rule["within_m"], within_minutes=rule["within_minutes"])


async def _known(
    change: Change, district: str, plate_indexes: Sequence[bytes], *, with_pictures: bool
) -> list[Told]:
    query = select(reports).where(
        reports.c.district == district,
        reports.c.filed_at >= change.at - LOOKED_BACK,
        reports.c.state != "withdrawn",
    )
    if not with_pictures:
        query = query.where(reports.c.plate_index.in_(plate_indexes))
    query = query.order_by(reports.c.filed_at.desc()).limit(MOST_COMPARED)
    rows = (await change.connection.execute(query)).all()
    likenesses: dict[str, list[int]] = {}
    for about, likeness in await _likenesses(change, "about", [row.id for row in rows]):
        likenesses.setdefault(about, []).append(likeness)
    return [
        Told(
            row.duplicate_of or row.id,
            plate_indexes[0] if row.plate_index in plate_indexes else row.plate_index,
            row.offence,
            place_of(row),
            row.happened_at,
            tuple(likenesses.get(row.id, ())),
            row.state not in {"rejected", "lapsed"},
        )
        for row in rows
    ]


async def _likenesses(
    change: Change, by: Literal["id", "about"], names: Sequence[str]
) -> list[tuple[str, int]]:
    """By upload, or by the report that it belongs to."""
    column = uploads.c[by]
    query = (
        select(column, pictures.c.likeness)
        .join(pictures, pictures.c.upload_id == uploads.c.id)
        .where(column.in_(names))
    )
    return [(name, likeness) for name, likeness in (await change.connection.execute(query)).all()]
