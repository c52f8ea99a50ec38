"""The files of an incident, for its case file: what each is, its recorded hash, and its bytes as they came in.

Leaves to others: who may have them, and what else is in a case file (``case_file``).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import accident_papers, captures, documents, examining
from models.store import Store
from models.tables import (
    accident_documents,
    parking_notices,
    parking_records,
    photos,
    reports,
    uploads,
)
from models.tables import captures as shots
from models.tables import documents as papers

Kind = Literal["photo", "capture", "upload", "document"]
_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """``sha256`` of what came in; None: not known yet. ``file``: in the media folder, empty when it is kept no longer.

    ``sealed``: under which column of which row it is sealed; None: the file is the display copy, of which no hash of
    its own was recorded.
    """

    id: str
    kind: Kind
    name: str
    at: datetime
    by: str | None
    sha256: bytes | None
    file: str | None
    sealed: str | None


async def evidence_of(connection: AsyncConnection, incident_id: str) -> list[Evidence]:
    """In the order in which it came."""
    found = [
        *await _photos(connection, incident_id),
        *await _captures(connection, incident_id),
        *await _uploads(connection, incident_id),
        *await _documents(connection, incident_id),
        *await _papers(connection, incident_id),
    ]
    return sorted(found, key=lambda one: (one.at, one.id))


async def content_of(store: Store, one: Evidence) -> bytes:
    """Its bytes. Raises FileNotFoundError for what is not there (any more), SealBroken for what was changed."""
    if one.file is None:
        raise FileNotFoundError(one.name)
    content = await asyncio.to_thread(store.media.read, one.file)
    if one.sealed is None:
        return content
    return await asyncio.to_thread(store.vault.open_bytes, one.sealed, one.id, content)


async def _photos(connection: AsyncConnection, incident_id: str) -> list[Evidence]:
    rows = await connection.execute(select(photos).where(photos.c.incident_id == incident_id))
    return [
        Evidence(
            row.id,
            "photo",
            f"photos/{row.id}.jpg",
            row.uploaded_at,
            row.by,
            bytes(row.sha256),
            row.file,
            None,
        )
        for row in rows
    ]


async def _captures(connection: AsyncConnection, incident_id: str) -> list[Evidence]:
    query = (
        select(shots)
        .join(parking_notices, parking_notices.c.capture_id == shots.c.id)
        .join(parking_records, parking_records.c.id == parking_notices.c.record_id)
        .where(parking_records.c.incident_id == incident_id)
    )
    return [
        Evidence(
            row.id, "capture", f"captures/{row.id}.jpg", row.received_at, f"officer:{row.officer_id}",
            bytes(row.sha256), row.original, captures.SEALED,
        )
        for row in await connection.execute(query)
    ]  # fmt: skip


async def _uploads(connection: AsyncConnection, incident_id: str) -> list[Evidence]:
    """Of the incident itself, and of the citizens' report that it came of."""
    of_report = select(reports.c.id).where(reports.c.incident_id == incident_id)
    query = select(uploads).where(or_(uploads.c.about == incident_id, uploads.c.about.in_(of_report)))
    return [
        Evidence(
            row.id, "upload", f"uploads/{row.id}.{_ENDINGS.get(row.media_type or '', 'bin')}", row.created_at,
            _holder(row.holder), row.sha256 and bytes(row.sha256), row.original, examining.SEALED,
        )
        for row in await connection.execute(query)
    ]  # fmt: skip


def _holder(holder: str) -> str | None:
    """A pass says nothing of who has it."""
    return None if holder.startswith("pass:") else holder


async def _papers(connection: AsyncConnection, incident_id: str) -> list[Evidence]:
    query = select(papers).where(papers.c.subject == incident_id)
    return [
        Evidence(
            row.id, "document", f"documents/{row.kind}-{row.code}.pdf", row.made_at, None, bytes(row.sha256),
            row.file, documents.SEALED,
        )
        for row in await connection.execute(query)
    ]  # fmt: skip


async def _documents(connection: AsyncConnection, incident_id: str) -> list[Evidence]:
    query = select(accident_documents).where(accident_documents.c.accident_id == incident_id)
    return [
        Evidence(
            row.id, "document", f"documents/{row.kind}-{row.code}.pdf", row.made_at, None, bytes(row.sha256),
            row.file, accident_papers.CONTENT,
        )
        for row in await connection.execute(query)
    ]  # fmt: skip


def view_of(one: Evidence, by: str | None) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "name": one.name,
        "by": by,
        "sha256": None if one.sha256 is None else one.sha256.hex(),
        "kept": one.file is not None,
    }
