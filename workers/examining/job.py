"""The job that examines what people sent: claims one after the other, has it looked at, seals the original, keeps the

copies, and records what came of it. One that hangs or breaks the program is tried again, and in the end refused.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, cast

import structlog

from models import partial
from models.actions import examining, scene
from models.actions.examining import SEALED, Claim, Examined, Made
from models.errors import Unavailable
from models.media import Media
from models.store import Store
from models.uploads.areas import Found
from models.uploads.contents import Refused
from workers.desk import at_the_desk
from workers.examining.program import Program, ProgramFailed, of_this_process

GO_ON_SECONDS = 20.0  # one job goes on with what arrives meanwhile, and leaves the rest to the next

log = structlog.get_logger()


def drain() -> int:
    """Deals with what waits; how many there were. What RQ calls."""
    program, until, done = of_this_process(), time.monotonic() + GO_ON_SECONDS, 0
    while time.monotonic() < until:
        picture = at_the_desk(examining.claim_picture)  # somebody wants something covered: first
        if picture is not None:
            draw_one(program, picture)
            done += 1
        upload = at_the_desk(examining.claim_upload)
        if upload is not None:
            examine_one(program, upload)
            done += 1
        if picture is None and upload is None:
            break
    return done


def examine_one(program: Program, claim: Claim) -> None:
    """Looks at a whole upload and records what came of it."""
    began, row, why = time.monotonic(), claim.row, None
    try:
        if claim.worn_out:
            raise Refused("unreadable")
        content = at_the_desk(lambda store: _in_thread(_whole, store, row))
        most = at_the_desk(_most_seconds)
        told, blobs = program.examine(row.kind, content, most)
        at_the_desk(lambda store: _judge(store, row, told))
        examined = at_the_desk(lambda store: _in_thread(_keep, store, row, content, told, blobs))
        if not at_the_desk(lambda store: examining.done(store, claim, examined)):
            at_the_desk(lambda store: _in_thread(store.media.remove, examined.original))
            return
    except ProgramFailed as failed:
        log.warning("upload_not_examined", upload=row.id, reason=failed.why, attempts=row.attempts + 1)
        at_the_desk(lambda store: examining.try_again(store, claim))
        return
    except Refused as refused:
        why = refused.why
    except Unavailable:  # where originals lie is away: no fault of this file, which is tried again
        log.warning("upload_not_examined", upload=row.id, reason="media_away", attempts=row.attempts)
        at_the_desk(lambda store: examining.put_back(store, claim))
        return
    except (FileNotFoundError, ValueError):
        why = "lost"
    if why is not None:
        at_the_desk(lambda store: examining.refuse(store, claim, cast(str, why)))
        log.info("upload_refused", upload=row.id, kind=row.kind, reason=why)
    else:
        log.info("upload_examined", upload=row.id, kind=row.kind, ms=round((time.monotonic() - began) * 1000))
    at_the_desk(lambda store: _in_thread(partial.remove, store.settings.home, row.id))


def draw_one(program: Program, claim: Claim) -> None:
    """Draws the covered copy of a picture anew."""
    row = claim.row
    try:
        content = at_the_desk(lambda store: _in_thread(store.media.read, row.file))
        _, blobs = program.cover(content, claim.areas)
    except (ProgramFailed, Refused, FileNotFoundError, Unavailable) as failed:
        log.warning(
            "picture_not_drawn", picture=row.id, reason=type(failed).__name__, attempts=row.attempts + 1
        )
        return
    names = at_the_desk(lambda store: _in_thread(_keep_all, store.media, blobs))
    at_the_desk(lambda store: examining.drawn(store, claim, names[0], names[1]))


async def _in_thread(work: Callable[..., Any], *arguments: Any) -> Any:
    return await asyncio.to_thread(work, *arguments)


async def _most_seconds(store: Store) -> int:
    return store.settings.upload_video_seconds


async def _judge(store: Store, row: Any, told: Any) -> None:
    """Raises Refused for a photo that may not join what it was sent for."""
    taken_at = told["taken_at"]
    why = await scene.refusal(store, row, None if taken_at is None else datetime.fromisoformat(taken_at))
    if why is not None:
        raise Refused(why)


def _whole(store: Store, row: Any) -> bytes:
    return partial.read(store.settings.home, store.vault, row.id, row.size)


def _keep(store: Store, row: Any, content: bytes, told: Any, blobs: list[bytes]) -> Examined:
    """Everything onto the disk, before the row says that it is there."""
    media = store.media
    names = _keep_all(media, blobs[: 4 * len(told["pictures"])])
    video = None if "suffix" not in told else media.keep(blobs[-1], told["suffix"])
    taken_at, place = told["taken_at"], told["place"]
    return Examined(
        sha256=hashlib.sha256(content).digest(),
        original=media.keep(store.vault.seal_bytes(SEALED, row.id, content), "sealed"),
        media_type=told["media_type"],
        pictures=[_made(one, names[4 * at : 4 * at + 4]) for at, one in enumerate(told["pictures"])],
        taken_at=None if taken_at is None else datetime.fromisoformat(taken_at),
        place=None if place is None else (place[0], place[1]),
        seconds=told.get("seconds"),
        video=video,
    )


def _keep_all(media: Media, blobs: Sequence[bytes]) -> list[str]:
    return [media.keep(blob) for blob in blobs]


def _made(one: Any, names: Sequence[str]) -> Made:
    return Made(
        file=names[0],
        thumb=names[1],
        covered=names[2],
        covered_thumb=names[3],
        width=one["width"],
        height=one["height"],
        likeness=one["likeness"],
        at_seconds=one["at_seconds"],
        found=[Found(*area) for area in one["found"]],
    )
