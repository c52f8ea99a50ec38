"""Shapes of bulk exports, as they come in and go out."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from web.api.shapes import Reason
from web.endpoint import Shape


class NewBulkExport(Shape):
    """Incidents of ``district`` that were requested in ``[since, until)``. ``plates``: whole ones."""

    district: str
    since: datetime
    until: datetime
    format: Literal["csv", "json", "parquet"]
    reason: Reason
    plates: bool = False


class BulkFile(Shape):
    """``sha256`` in hex, of the file as it is handed out; ``bytes`` its length."""

    name: str
    url: str
    rows: int
    bytes: int
    sha256: str


class BulkExportView(Shape):
    """``status``: waiting, ready, failed, cancelled, expired. ``rows`` of ``total`` are written."""

    id: str
    district: str
    since: str
    until: str
    format: str
    plates: bool
    officer: str | None
    status: str
    total: int
    rows: int
    created_at: str
    ready_at: str | None
    expires_at: str | None
    files: list[BulkFile]
    archive: str | None


class AskedBulkExport(Shape):
    """``id`` of the export that is written from now on."""

    id: str


class BulkExports(Shape):
    formats: list[str]
    exports: list[BulkExportView]
