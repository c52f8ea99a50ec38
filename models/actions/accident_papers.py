"""Drawing the document of an accident before it is written down.

A PDF takes half a second, in which nobody may wait for a database. So it is drawn of what was read, and joins the
accident in a transaction only if nothing of it has changed since (``fingerprint``). Until then its file is noted as
nobody's (``accident_drawings``), so that none stays behind in the media folder.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import astuple, dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models import media
from models.accident import signature
from models.accident.forms import OPPOSITE
from models.accident.paper import Kind, Paper, Signed, fingerprint
from models.actions.accident_parties import details_of
from models.actions.clearing_batches import MOST_A_TURN
from models.actions.incident_change import IncidentChange
from models.errors import WufenError
from models.parking.stays import code_of
from models.printing import accident as printing
from models.store import Store
from models.tables import (
    accident_drawings,
    accident_parties,
    accidents,
    cities,
    districts,
    incidents,
    photos,
)
from models.writes import Stale

SIGNATURE = "accident_parties.signature_sealed"
CONTENT = "accident_documents.file"
UNCLAIMED_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Party:
    """A party's row, as far as a document tells of it."""

    id: str
    side: str
    details_sealed: bytes | None = field(repr=False)
    signed_terms: int | None
    signed_at: datetime | None
    signature_sealed: bytes | None = field(repr=False)
    signature_sha256: bytes | None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a document says, as it was read."""

    row: Any
    parties: tuple[Party, ...]
    photos: tuple[bytes, ...]

    @property
    def print(self) -> bytes:
        """Tells whether anything of it has changed since."""
        parties = [astuple(party) for party in self.parties]
        return fingerprint(tuple(self.row), parties, self.photos)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document that lies in the media folder, sealed, and belongs to nobody yet."""

    id: str
    code: str
    kind: Kind
    sha256: bytes
    file: str
    made_at: datetime
    grade_a: str
    of: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class By:
    """The officer who determined, and why."""

    officer: str
    unit: str
    reason: str


async def facts(connection: AsyncConnection, accident_id: str) -> Facts | None:
    """None for no accident of ours."""
    query = select(accidents).where(accidents.c.id == accident_id)
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    of = accident_parties.c.accident_id == accident_id
    parties = await connection.execute(select(accident_parties).where(of).order_by(accident_parties.c.side))
    taken = select(photos.c.sha256).where(photos.c.incident_id == accident_id)
    found = await connection.execute(taken.order_by(photos.c.uploaded_at, photos.c.id))
    names = Party.__slots__
    known = tuple(Party(*(getattr(party, name) for name in names)) for party in parties)
    return Facts(row, known, tuple(bytes(one) for one in found.scalars()))


async def draw(
    store: Store, known: Facts, kind: Kind, grade_a: str, *, by: By | None = None, of: bytes | None = None
) -> Drawn:
    """Draws it of what is known, and lays it sealed into the media folder. ``of``: the print of what was read."""
    about = await _about(store, known.row.id)
    made_at, document_id = store.clock.now(), store.ids.new()
    code = code_of(store.ids.secret())
    paper = Paper(
        kind=kind,
        code=code,
        platform=about["platform"],
        district=about["name"],
        place=about["place"] or _degrees(about),
        happened_at=known.row.happened_at,
        made_at=made_at,
        weather=known.row.weather,
        form=known.row.form,
        parties=tuple(_signed(store, known.row, party, kind, grade_a) for party in known.parties),
        photos=known.photos,
        suggested=known.row.suggested,
        officer=None if by is None else by.officer,
        unit=None if by is None else by.unit,
        reason=None if by is None else by.reason,
    )
    say = partial(store.texts.of(about["city_code"]).say, "zh")
    content = await asyncio.to_thread(printing.document, paper, store.settings.public_url, say)
    sealed = store.vault.seal_bytes(CONTENT, document_id, content)
    file = media.name_of(sealed, "sealed")
    async with store.change() as change:
        await change.connection.execute(insert(accident_drawings).values(file=file, drawn_at=change.at))
    await asyncio.to_thread(store.media.keep, sealed, "sealed")
    return Drawn(
        document_id,
        code,
        kind,
        hashlib.sha256(content).digest(),
        file,
        made_at,
        grade_a,
        of or known.print,
    )


def claim(changing: IncidentChange, drawn: Drawn) -> None:
    """It belongs to the accident, with this transaction."""
    changing.later(delete(accident_drawings).where(accident_drawings.c.file == drawn.file))


@asynccontextmanager
async def claimed_or_gone(store: Store, drawn: Drawn | None) -> AsyncIterator[None]:
    """What a refused transaction has drawn goes at once; after a crash ``sweep`` finds it."""
    try:
        yield
    except (Stale, WufenError):
        if drawn is not None:
            await _remove(store, [drawn.file])
        raise


async def sweep(store: Store) -> int:
    """Removes what was drawn an hour ago and never claimed: its process died, or its database was away."""
    query = select(accident_drawings.c.file).where(
        accident_drawings.c.drawn_at <= store.clock.now() - UNCLAIMED_AFTER
    )
    async with store.database.read() as connection:
        found = list((await connection.execute(query.limit(MOST_A_TURN))).scalars())
    await _remove(store, found)
    return len(found)


async def _remove(store: Store, files: list[str]) -> None:
    """The files first: who dies in between finds their rows again."""
    for file in files:
        await asyncio.to_thread(store.media.remove, file)
    if files:
        async with store.change() as change:
            await change.connection.execute(
                delete(accident_drawings).where(accident_drawings.c.file.in_(files))
            )


async def _about(store: Store, accident_id: str) -> Any:
    query = (
        select(
            incidents.c.place,
            incidents.c.lat,
            incidents.c.lng,
            districts.c.name,
            districts.c.city_code,
            cities.c.platform,
        )
        .join(districts, districts.c.code == incidents.c.district)
        .join(cities, cities.c.code == districts.c.city_code)
        .where(incidents.c.id == accident_id)
    )
    async with store.database.read() as connection:
        return (await connection.execute(query)).mappings().one()


def _degrees(about: Any) -> str:
    if about["lat"] is None:
        return ""
    return f"{about['lat']:.5f}, {about['lng']:.5f} (WGS-84)"


def _signed(store: Store, row: Any, party: Any, kind: Kind, grade_a: str) -> Signed:
    grade = grade_a if party.side == "a" else OPPOSITE[grade_a]
    did = row.did_a if party.side == "a" else row.did_b
    hand = None
    if party.signature_sealed is not None and kind == "agreement":
        hand = signature.read(store.vault.open_bytes(SIGNATURE, party.id, party.signature_sealed))
    return Signed(
        side=party.side,
        details=details_of(store, party),
        did=did,
        grade=grade,
        signature=hand,
        signature_sha256=party.signature_sha256,
        signed_at=party.signed_at,
    )
