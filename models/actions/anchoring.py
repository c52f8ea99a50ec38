"""Making anchors: one a day, by whichever worker comes first, and one where an epoch begins.

Leaves to others: what an anchor says (``models.chain.anchors``), looking regularly (``workers.anchoring``).
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.rows import insert_if_absent
from models.chain import anchors as chain
from models.chain.encoding import ZERO
from models.clock import BEIJING
from models.database import Database
from models.feed.append import epoch_of
from models.tables import anchors, audit, chains, heads
from models.tables.base import instant_text

FOLDER = "anchors"  # in the data folder
EXPORTED_AT_ONCE = 200


async def anchor_day(database: Database, keys: Mapping[str, bytes], now: datetime) -> int | None:
    """The anchor of today in Beijing; its number, or None when there is one already."""
    day = now.astimezone(BEIJING).date().isoformat()
    known = select(anchors.c.number).where(anchors.c.day == day)
    async with database.read() as connection:
        if (await connection.execute(known)).first() is not None:
            return None
    async with database.write() as connection:
        return await write_anchor(connection, keys, now, day)


async def write_anchor(
    connection: AsyncConnection, keys: Mapping[str, bytes], now: datetime, day: str | None
) -> int | None:
    """In the caller's transaction. None when somebody else was first."""
    query = select(anchors.c.number, anchors.c.text).order_by(anchors.c.number.desc()).limit(1)
    last = (await connection.execute(query)).first()
    text = chain.Text(
        wufen_anchor=chain.VERSION,
        number=last.number + 1 if last else 1,
        day=day,
        at=instant_text(now),
        epoch=await epoch_of(connection),
        previous=chain.digest(last.text) if last else None,
        log=await _log(connection),
        audit=await _audit(connection),
        outside=(
            await connection.execute(select(func.count()).select_from(audit).where(audit.c.number.is_(None)))
        ).scalar_one(),
    )
    signed = chain.sign(chain.written(text), keys)
    row = {"number": text.number, "day": day, "at": now, "text": signed.text, "key": signed.key}
    made = await insert_if_absent(connection, anchors, {**row, "signature": signed.signature})
    return text.number if made else None


async def _log(connection: AsyncConnection) -> dict[str, chain.End]:
    query = select(heads.c.district, heads.c.hashed, heads.c.hash).order_by(heads.c.district)
    return {
        row.district: (row.hashed, row.hash.hex())
        for row in await connection.execute(query.where(heads.c.hash.is_not(None)))
    }


async def _audit(connection: AsyncConnection) -> chain.End:
    row = (await connection.execute(select(chains.c.head, chains.c.hash))).one()
    return row.head, (row.hash or ZERO).hex()


async def export(database: Database, keys: Mapping[str, bytes], folder: Path) -> int:
    """Writes the anchors that the folder has not got yet, the oldest first; how many."""
    there = await asyncio.to_thread(_there, folder)
    async with database.read() as connection:
        numbers = (await connection.execute(select(anchors.c.number).order_by(anchors.c.number))).scalars()
        missing = [number for number in numbers if number not in there][:EXPORTED_AT_ONCE]
        rows = (await connection.execute(select(anchors).where(anchors.c.number.in_(missing)))).all()
    public = chain.public_keys(keys)
    done = 0
    for row in rows:
        if row.key in public:
            signed = chain.Signed(row.text, row.key, row.signature)
            name = f"{row.number:06d}-{row.day or 'epoch'}.json"
            await asyncio.to_thread(_write, folder / name, chain.file_of(signed, public))
            done += 1
    return done


def _there(folder: Path) -> set[int]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {int(path.name[:6]) for path in folder.glob("*.json") if path.name[:6].isdigit()}


def _write(path: Path, content: bytes) -> None:
    # Whole, or not there; several may write the same one.
    descriptor, draft = tempfile.mkstemp(dir=path.parent, suffix=".new")
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    Path(draft).replace(path)
