"""Documents of the record: made when they are first asked for, and from then on the same as long as nothing changes.

What stands on one is read, drawn in a thread, sealed into the media folder and then written down; two who ask at once
get one document. Leaves to others: who may (``web.api.documents``), what stands on one (``models.documents``).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.documents.sheet import Say, Sheet
from models.parking.stays import code_of
from models.printing.leaf import leaf
from models.store import Store
from models.tables import documents

SEALED = "documents.file"


@dataclass(frozen=True, slots=True)
class Made:
    """A document, and its bytes."""

    kind: str
    code: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class About:
    """What a document is of: an incident or a shift that was over at ``at``, in a city's district."""

    subject: str
    district: str
    city: str
    at: datetime


async def document_of(store: Store, sheet: Sheet, about: About) -> Made:
    """The document of ``sheet``: the one that was made before, or one that is made now."""
    known = await _known(store, sheet, about)
    if known is None:
        try:
            known = await _make(store, sheet, about)
        except IntegrityError:  # somebody else was faster
            known = await _known(store, sheet, about)
            assert known is not None
    if known["file"] is None:
        raise FileNotFoundError(known["code"])
    sealed = await asyncio.to_thread(store.media.read, known["file"])
    content = await asyncio.to_thread(store.vault.open_bytes, SEALED, known["id"], sealed)
    return Made(known["kind"], known["code"], content)


async def _known(store: Store, sheet: Sheet, about: About) -> Mapping[str, Any] | None:
    query = select(documents).where(
        documents.c.kind == sheet.kind,
        documents.c.subject == about.subject,
        documents.c.print == sheet.print,
    )
    async with store.database.read() as connection:
        row = (await connection.execute(query)).mappings().first()
    return None if row is None else dict(row)


async def _make(store: Store, sheet: Sheet, about: About) -> Mapping[str, Any]:
    made_at, document_id = store.clock.now(), store.ids.new()
    code = code_of(store.ids.secret())
    say = say_of(store, about.city)
    content = await asyncio.to_thread(leaf, sheet, code, made_at, store.settings.public_url, say)
    sealed = await asyncio.to_thread(store.vault.seal_bytes, SEALED, document_id, content)
    row = {
        "id": document_id,
        "kind": sheet.kind,
        "subject": about.subject,
        "district": about.district,
        "print": sheet.print,
        "code": code,
        "sha256": hashlib.sha256(content).digest(),
        "file": await asyncio.to_thread(store.media.keep, sealed, "sealed"),
        "about_at": about.at,
        "made_at": made_at,
    }
    try:
        async with store.database.write() as connection:
            await connection.execute(documents.insert().values(row))
    except BaseException:
        await asyncio.to_thread(store.media.remove, str(row["file"]))
        raise
    return row


def say_of(store: Store, city: str) -> Say:
    """What the sheets of a city are written with: Chinese, in the city's own words where it has some."""
    texts = store.texts.of(city)

    def say(key: str, **params: str | int) -> str:
        return texts.say("zh", key, params)

    return say
