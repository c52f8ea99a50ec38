"""`wufen sticker issue`: a batch of fresh stickers, printed on sheets."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from models.actions import stickers
from models.caller import System
from models.clock import SystemClock
from models.database import Database
from models.feed.bell import SilentBell
from models.printing.sheet import sheet
from models.settings import Settings
from models.store import Store


async def issue_sheet(settings: Settings, database: Database, district: str, count: int, out: Path) -> None:
    """Issues the batch and writes its PDF. Raises NotFound for an unknown district, OSError for an unusable path.

    The file is opened first: stickers that nobody can print would be issued for nothing.
    """
    store = replace(Store.open(settings, bell=SilentBell(), clock=SystemClock()), database=database)
    draft = out.with_name(f".{out.name}.new")
    with draft.open("wb") as file:
        try:
            batch = await stickers.issue(store, System(), district, count)
            file.write(sheet(batch.codes, settings.public_url, batch.design))
            file.flush()
            os.replace(draft, out)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
