"""Bulk exports as the desk shows them: what was asked for, how far it is, and where its files are had."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.bulk_export import READY
from models.clock import iso, iso_or_none
from models.incident.views import View
from models.queries.incident_rows import FIELDS
from models.queries.service_numbers import service_numbers
from models.store import Store
from models.tables import bulk_exports, bulk_files
from models.tabular import FORMATS, can_write

SHOWN = 20  # the newest first


async def of_district(store: Store, district: str) -> View:
    """``formats`` that can be written here, and the district's newest ``exports``."""
    query = (
        select(bulk_exports)
        .where(bulk_exports.c.district == district)
        .order_by(bulk_exports.c.created_at.desc(), bulk_exports.c.id.desc())
        .limit(SHOWN)
    )
    async with store.database.read() as connection:
        found = await _views(connection, (await connection.execute(query)).all())
    return {"formats": [form for form in FORMATS if can_write(form)], "exports": found}


async def _views(connection: AsyncConnection, rows: Iterable[Any]) -> list[View]:
    rows = list(rows)
    query = (
        select(bulk_files)
        .where(bulk_files.c.export_id.in_([row.id for row in rows if row.status == READY]))
        .order_by(bulk_files.c.export_id, bulk_files.c.number)
    )
    files: dict[str, list[Any]] = {}
    for file in await connection.execute(query):
        files.setdefault(file.export_id, []).append(file)
    numbers = await service_numbers(connection, (f"officer:{row.officer_id}" for row in rows))
    return [_view(row, files.get(row.id, []), numbers) for row in rows]


def _view(row: Any, files: list[Any], numbers: dict[str, str]) -> View:
    return {
        "id": row.id,
        "district": row.district,
        "since": iso(row.since),
        "until": iso(row.until),
        "format": row.format,
        "plates": row.plates,
        "officer": numbers.get(f"officer:{row.officer_id}"),
        "status": row.status,
        "total": row.total,
        "rows": row.rows,
        "created_at": iso(row.created_at),
        "ready_at": iso_or_none(row.ready_at),
        "expires_at": iso_or_none(row.expires_at),
        "files": [_file(row, file) for file in files],
        "archive": f"/api/v1/bulk-exports/{row.id}/files.zip" if row.status == READY else None,
    }


def _file(export: Any, file: Any) -> View:
    return {
        "name": name_of(export, file.number),
        "url": f"/api/v1/bulk-exports/{export.id}/files/{file.number}",
        "rows": file.rows,
        "bytes": file.bytes,
        "sha256": bytes(file.sha256).hex(),
    }


def manifest(export: Any, files: Iterable[Any]) -> View:
    """What lies in an archive beside its files: what they are, and by which sums they are known."""
    return {
        "export": export.id,
        "district": export.district,
        "since": iso(export.since),
        "until": iso(export.until),
        "written_at": iso(export.ready_at),
        "fields": list(FIELDS),
        "rows": export.rows,
        "files": [
            {"name": name_of(export, one.number), "rows": one.rows, "sha256": bytes(one.sha256).hex()}
            for one in files
        ],
    }


def name_of(export: Any, number: int) -> str:
    """A file's name, the same alone and in the archive."""
    return f"incidents-{export.district}-{export.id}-{number:04}.{export.format}"
