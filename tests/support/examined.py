"""An upload as the examination leaves it, without the examination: rows, and files that can be told apart."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime
from typing import Any

from PIL import Image
from sqlalchemy import insert

from models import partial
from models.actions import examining, scene
from models.actions.examining import PLACE, SEALED, Examined, Made
from models.store import Store
from models.tables import pictures, uploads
from tests.support.resumable import upload_id

ORIGINAL = b"the very bytes that were sent"
VIDEO = bytes(range(200)) * 5
SHADES = {"file": 10, "thumb": 60, "covered": 120, "covered_thumb": 200}


def grey(shade: int, seed: int = 0) -> bytes:
    out = io.BytesIO()
    Image.new("L", (32 + seed, 24), shade).save(out, "JPEG")
    return out.getvalue()


async def examined(store: Store, name: str, holder: str = "pass:x", *, seed: int = 0, **changes: Any) -> str:
    """The picture's id."""
    row_id = upload_id(name)
    picture_id = upload_id(f"picture {name}")
    sealed = store.vault.seal_bytes(SEALED, row_id, ORIGINAL)
    row = {
        "id": row_id,
        "holder": holder,
        "address": b"x",
        "purpose": "accident",
        "kind": "photo",
        "size": len(ORIGINAL),
        "received": len(ORIGINAL),
        "state": "ready",
        "sha256": b"\x01" * 32,
        "original": store.media.keep(sealed, "sealed"),
        "media_type": "image/jpeg",
        "place_sealed": store.vault.seal(PLACE, row_id, "29.9876000,103.0133000"),
        "taken_at": store.clock.now(),
        "created_at": store.clock.now(),
        "received_at": store.clock.now(),
        "examined_at": store.clock.now(),
    } | changes
    picture = {
        "id": picture_id,
        "upload_id": row_id,
        "position": 0,
        "width": 640,
        "height": 480,
        "likeness": 1,
        "drawings_wanted": 1,
        "drawings_done": 1,
        "made_at": store.clock.now(),
    } | {copy: store.media.keep(grey(shade, seed)) for copy, shade in SHADES.items()}
    async with store.database.write() as connection:
        await connection.execute(insert(uploads).values(row))
        await connection.execute(insert(pictures).values(picture))
    return picture_id


async def examine_all(store: Store, taken_at: datetime | None = None) -> list[str | None]:
    """Records what waits as examined, the oldest first, with its real hash; why each was refused, if it was."""
    whys: list[str | None] = []
    while (claim := await examining.claim_upload(store)) is not None:
        home, row = store.settings.home, claim.row
        content = partial.read(home, store.vault, row.id, row.size)
        why = await scene.refusal(store, row, taken_at)
        if why is not None:
            assert await examining.refuse(store, claim, why)
        else:
            names = [store.media.keep(grey(shade, row.size % 50)) for shade in SHADES.values()]
            made = Made(names[0], names[1], 640, 480, 1, names[2], names[3], found=[])
            sealed = store.media.keep(store.vault.seal_bytes(SEALED, row.id, content), "sealed")
            digest = hashlib.sha256(content).digest()
            examined_ = Examined(digest, sealed, "image/jpeg", [made], taken_at=taken_at)
            assert await examining.done(store, claim, examined_)
        partial.remove(home, row.id)
        whys.append(why)
    return whys
