"""Pictures that came of uploads: the display copy for whoever sent it and the police, the covered copy for others;

what is covered; the video without sound; the sealed original.
"""

from __future__ import annotations

import asyncio
from typing import Any

from models.actions import covering, sight
from models.actions.covering import Area
from models.actions.examining import SEALED
from models.actions.reasoned import given_reason
from models.clock import iso, iso_or_none
from models.errors import Conflict, Forbidden, InvalidField, NotFound
from web import passes
from web.answers import Answer, FileAnswer
from web.endpoint import Call, Endpoint, Nothing, Shape
from web.pictures import part_of, picture_unless_known

SHORTEST_REASON = 2
MEDIA_TYPES = {"mp4": "video/mp4", "webm": "video/webm"}
SUFFIXES = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
}


class RegionView(Shape):
    """``kind``: face, plate, whole, hand. ``by``: found by itself, or drawn by an officer."""

    id: str
    left: int
    top: int
    width: int
    height: int
    kind: str
    confidence: float | None
    by: str | None
    at: str
    removed_at: str | None


class Regions(Shape):
    width: int
    height: int
    ready: bool
    regions: list[RegionView]


class Cover(Shape):
    left: int
    top: int
    width: int
    height: int


class OneRegion(Shape):
    region: RegionView


class Reasoned(Shape):
    reason: str


async def look(call: Call[Nothing]) -> Answer | FileAnswer:
    store, holder = call.site.store, passes.holder_of(call)
    picture, row, seen = await sight.picture_for(store, call.path("id"), holder, call.caller)
    small = call.request.query_params.get("size") == "thumb"
    as_others = call.request.query_params.get("as") == "others"
    if seen == "plain" and not as_others:
        await sight.note_look(store, row, call.caller, holder, f"picture:{picture.id}")
        return await picture_unless_known(call, picture.thumb if small else picture.file)
    # While it is drawn anew nobody else sees it: what was to be covered shall not be seen a second longer.
    name = picture.covered_thumb if small else picture.covered
    if name is None or picture.drawings_done < picture.drawings_wanted:
        raise Conflict(why="being_drawn")
    return await picture_unless_known(call, name)


async def video(call: Call[Nothing]) -> FileAnswer:
    store, holder = call.site.store, passes.holder_of(call)
    row, seen = await sight.upload_for(store, call.path("id"), holder, call.caller)
    # Faces go by in a video: others see its posters, on which they are covered.
    if seen != "plain" or row.video is None:
        raise NotFound
    await sight.note_look(store, row, call.caller, holder, f"upload:{row.id}")
    return await part_of(call, row.video, MEDIA_TYPES[row.video.rpartition(".")[2]])


async def original(call: Call[Reasoned]) -> FileAnswer:
    store, officer = call.site.store, call.officer
    reason = given_reason(call.body.reason, shortest=SHORTEST_REASON)
    row, seen = await sight.upload_for(store, call.path("id"), None, officer)
    if seen != "plain" or row.original is None:
        raise NotFound
    await sight.note_original(store, row, officer, reason)
    content = await asyncio.to_thread(_open, call, row)
    name = f'attachment; filename="{row.id}.{SUFFIXES.get(row.media_type, "bin")}"'
    return FileAnswer(content, "application/octet-stream", {"content-disposition": name})


def _open(call: Call[Any], row: Any) -> bytes:
    try:
        sealed = call.site.store.media.read(row.original)
    except FileNotFoundError:
        raise NotFound from None
    return call.site.store.vault.open_bytes(SEALED, row.id, sealed)


async def _picture(call: Call[Any]) -> Any:
    """The picture of the path, for an officer who sees it plain. Raises NotFound."""
    picture, _, seen = await sight.picture_for(call.site.store, call.path("id"), None, call.officer)
    if seen != "plain":
        raise NotFound
    return picture


async def list_regions(call: Call[Nothing]) -> Answer:
    picture = await _picture(call)
    rows = await covering.regions_of(call.site.store, picture.id)
    ready = picture.covered is not None and picture.drawings_done >= picture.drawings_wanted
    told = Regions(
        width=picture.width, height=picture.height, ready=ready, regions=[_view(row) for row in rows]
    )
    return Answer(told, 200)


async def cover(call: Call[Cover]) -> Answer:
    said = call.body
    area = Area(said.left, said.top, said.width, said.height)
    row = await covering.cover(call.site.store, call.officer, await _picture(call), area)
    return Answer(OneRegion(region=_view(row)), 201)


async def uncover(call: Call[Nothing]) -> Answer:
    await covering.uncover(call.site.store, call.officer, await _picture(call), call.path("region"))
    return Answer(status=204)


def _view(row: Any) -> RegionView:
    return RegionView(
        id=row.id,
        left=row.left,
        top=row.top,
        width=row.width,
        height=row.height,
        kind=row.kind,
        confidence=row.confidence,
        by=row.by,
        at=iso(row.at),
        removed_at=iso_or_none(row.removed_at),
    )


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/pictures/{id}",
        name="picture",
        handler=look,
        summary="A picture of an upload: as it is for whoever sent it and the police (looks are recorded), with faces"
        " and plates covered for others; 409 while that copy is being drawn.",
        module="platform",
        takes_pass=True,
        query={"size": "thumb for the thumbnail.", "as": "others for the copy that others see."},
        answers={200: None},
        errors=(NotFound, Forbidden, Conflict),
        media="image/jpeg",
    ),
    Endpoint(
        method="GET",
        path="/api/v1/uploads/{id}/video",
        name="upload_video",
        handler=video,
        summary="A video without its sound and metadata, for whoever sent it and the police; in parts (Range) too.",
        module="platform",
        takes_pass=True,
        answers={200: None},
        errors=(NotFound, Forbidden),
        media="video/mp4",
    ),
    Endpoint(
        method="POST",
        path="/api/v1/uploads/{id}/original",
        name="upload_original",
        handler=original,
        summary="The original as it was sent, for a reason that is recorded.",
        module="platform",
        body=Reasoned,
        answers={200: None},
        errors=(NotFound, Forbidden, InvalidField),
        media="application/octet-stream",
    ),
    Endpoint(
        method="GET",
        path="/api/v1/pictures/{id}/regions",
        name="picture_regions",
        handler=list_regions,
        summary="What is covered on the copy that others see, and what was.",
        module="platform",
        answers={200: Regions},
        errors=(NotFound, Forbidden),
    ),
    Endpoint(
        method="POST",
        path="/api/v1/pictures/{id}/regions",
        name="cover_region",
        handler=cover,
        summary="Cover an area (pixels of the picture) on the copy that others see, which is then drawn anew.",
        module="platform",
        body=Cover,
        answers={201: OneRegion},
        errors=(NotFound, Forbidden, InvalidField, Conflict),
    ),
    Endpoint(
        method="DELETE",
        path="/api/v1/pictures/{id}/regions/{region}",
        name="uncover_region",
        handler=uncover,
        summary="Take a covered area back; the copy is drawn anew.",
        module="platform",
        answers={204: None},
        errors=(NotFound, Forbidden),
    ),
]
