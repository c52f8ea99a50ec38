"""A picture or video of the media folder as an answer: shown in the page, kept by no cache that others share."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from models.errors import NotFound
from web.answers import Answer, FileAnswer
from web.endpoint import Call

_RANGE = re.compile(r"bytes=(\d{0,12})-(\d{0,12})")


async def picture(call: Call[Any], name: str) -> FileAnswer:
    """A JPEG by its name in the folder. Raises NotFound for one that is not there any more."""
    content = await _read(call, name)
    return FileAnswer(
        content, "image/jpeg", {"content-disposition": "inline", "cache-control": "private, no-store"}
    )


async def picture_unless_known(call: Call[Any], name: str, *, for_all: bool = False) -> Answer | FileAnswer:
    """The same, and nothing where the browser that asks has it already: each time it asks again whether it may.

    Its name is the digest of its content. ``for_all``: shared caches may keep it, too, search engines may not.
    """
    told = {"content-disposition": "inline", "cache-control": "private, no-cache", "etag": f'"{name[:64]}"'}
    if for_all:
        told |= {"cache-control": "public, no-cache", "x-robots-tag": "noindex"}
    if call.request.headers.get("if-none-match") == told["etag"]:
        return Answer(status=304, headers=told)
    return FileAnswer(await _read(call, name), "image/jpeg", told)


async def part_of(call: Call[Any], name: str, media_type: str) -> FileAnswer:
    """A video, whole or the one part that is asked for (RFC 9110, 14): some players play nothing else."""
    content = await _read(call, name)
    told = {
        "content-disposition": "inline",
        "cache-control": "private, no-store",
        "accept-ranges": "bytes",
    }
    found = _RANGE.fullmatch(call.request.headers.get("range", ""))
    if found is None or found.group() == "bytes=-":
        return FileAnswer(content, media_type, told)
    first, last = _bounds(found[1], found[2], len(content))
    if first > last:
        return FileAnswer(b"", media_type, {**told, "content-range": f"bytes */{len(content)}"}, 416)
    told["content-range"] = f"bytes {first}-{last}/{len(content)}"
    return FileAnswer(content[first : last + 1], media_type, told, 206)


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    """The first and the last byte; without a first one it is the end that is asked for."""
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


async def _read(call: Call[Any], name: str) -> bytes:
    try:
        return await asyncio.to_thread(call.site.store.media.read, name)
    except FileNotFoundError:
        raise NotFound from None
