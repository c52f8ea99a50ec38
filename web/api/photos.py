"""Photos of an incident: taken by those concerned or an officer, seen by them and nobody else."""

from __future__ import annotations

import asyncio

from models.actions import audit, photos
from models.actions.photos import KeptPhoto, NewPhoto
from models.caller import Officer
from models.errors import (
    Conflict,
    Forbidden,
    IllegalTransition,
    NotFound,
    PayloadTooLarge,
    SwitchedOff,
    UnsupportedMedia,
)
from models.images import read_photo
from web import whereabouts
from web.answers import Answer, FileAnswer
from web.endpoint import Call, Endpoint, Nothing, Shape, Upload, keeping
from web.pictures import picture


class PhotoView(Shape):
    id: str
    url: str
    width: int
    height: int


class OnePhoto(Shape):
    photo: PhotoView


async def add(call: Call[Upload]) -> Answer:
    store, incident_id = call.site.store, call.path("id")
    await photos.check_may_add(store, incident_id, call.somebody)
    async with call.site.drawing:
        photo = await asyncio.to_thread(read_photo, call.body.content, "photo")
    name = await asyncio.to_thread(call.site.store.media.keep, photo.jpeg)
    new = NewPhoto(photo.sha256, name, photo.width, photo.height, photo.taken_at)
    kept = await photos.add(store, incident_id, call.somebody, new, then=keeping(call, _answer))
    # The same picture may just have been cleared away with an old incident: now that a row says it is shown, it stays.
    await asyncio.to_thread(call.site.store.media.keep, photo.jpeg)
    return _answer(kept)


def _answer(kept: KeptPhoto) -> Answer:
    view = PhotoView(id=kept.id, url=f"/api/v1/photos/{kept.id}", width=kept.width, height=kept.height)
    return Answer(OnePhoto(photo=view), 201)


async def look(call: Call[Nothing]) -> FileAnswer:
    row = await photos.photo_for(call.site.store, call.path("id"), call.somebody)
    if isinstance(call.somebody, Officer):
        await audit.look(call.site.store, call.somebody, f"photo:{row.id}")
    return await picture(call, row.file)


ENDPOINTS = [
    Endpoint(
        method="POST",
        path="/api/v1/incidents/{id}/photos",
        name="add_photo",
        handler=add,
        summary="Add a photo (JPEG, PNG or WebP, at most 10 MB, nine per incident). Only the picture itself is kept.",
        module="move_car",
        where=whereabouts.to_its_end,
        upload="photo",
        answers={201: OnePhoto},
        errors=(
            NotFound,
            Forbidden,
            SwitchedOff,
            IllegalTransition,
            Conflict,
            PayloadTooLarge,
            UnsupportedMedia,
        ),
        repeatable=True,
    ),
    Endpoint(
        method="GET",
        path="/api/v1/photos/{id}",
        name="photo",
        handler=look,
        summary="The picture. Staff looks are recorded.",
        module="move_car",
        where=whereabouts.to_its_end,
        answers={200: None},
        errors=(NotFound, Forbidden),
        media="image/jpeg",
    ),
]
