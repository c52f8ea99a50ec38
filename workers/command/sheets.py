"""`wufen sticker issue`: a batch of fresh stickers, printed on sheets."""

from __future__ import annotations

from pathlib import Path

from models.database import Database
from models.settings import Settings


async def issue_sheet(settings: Settings, database: Database, district: str, count: int, out: Path) -> None:
    """Issues the batch and writes its PDF. Raises NotFound for an unknown district."""
    raise NotImplementedError
