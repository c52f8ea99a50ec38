"""A picture of the media folder as an answer: shown in the page, kept by no cache that others share."""

from __future__ import annotations

import asyncio
from pathlib import Path

from models import media
from models.errors import NotFound
from web.answers import FileAnswer


async def picture(home: Path, name: str) -> FileAnswer:
    """A JPEG by its name in the folder. Raises NotFound for one that is not there any more."""
    try:
        content = await asyncio.to_thread(media.read, home, name)
    except FileNotFoundError:
        raise NotFound from None
    return FileAnswer(
        content, "image/jpeg", {"content-disposition": "inline", "cache-control": "private, no-store"}
    )
