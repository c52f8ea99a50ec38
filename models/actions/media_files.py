"""Which files of the media folder something still shows. They are named by their content, so that two may share one."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import accident_documents, bulk_files, captures, documents, photos, pictures, uploads

_SHOWN = (
    photos.c.file,
    captures.c.file,
    captures.c.thumb,
    captures.c.original,
    uploads.c.original,
    uploads.c.video,
    pictures.c.file,
    pictures.c.thumb,
    pictures.c.covered,
    pictures.c.covered_thumb,
    bulk_files.c.file,
)

# These bear a seal with a number drawn for each: no two are equal.
_NAMED = (*_SHOWN, accident_documents.c.file, documents.c.file)


async def all_named(connection: AsyncConnection) -> set[str]:
    """Every file that a row names."""
    queries = [select(column).where(column.is_not(None)) for column in _NAMED]
    return set((await connection.execute(union(*queries))).scalars())


async def still_shown(connection: AsyncConnection, names: Collection[str]) -> set[str]:
    """Those of ``names`` that a row names."""
    if not names:
        return set()
    queries = [select(column).where(column.in_(names)) for column in _SHOWN]
    return set((await connection.execute(union(*queries))).scalars())
