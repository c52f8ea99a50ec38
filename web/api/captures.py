"""Photos that officers take of parked cars: kept at once, looked at by few."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime
from typing import Any

from models.actions import captures, readings
from models.actions.captures import Pictures, Shot
from models.clock import iso, iso_or_none
from models.errors import (
    Conflict,
    Forbidden,
    InvalidField,
    NotFound,
    NotOnDuty,
    PayloadTooLarge,
    TooManyRequests,
    UnsupportedMedia,
)
from models.geography import parse_location
from models.images import read_photo
from models.parking.stamp import Stamp, stamped, thumbnail
from models.readers import present
from web import whereabouts
from web.answers import Answer, FileAnswer
from web.endpoint import Call, Endpoint, Nothing, Shape, Upload
from web.pictures import picture


class PlateCandidate(Shape):
    """A plate that was read off the photo. ``confidence`` from 0 to 1; not ``sure``: to be shown as doubtful."""

    plate: str
    confidence: float
    sure: bool


class CaptureView(Shape):
    id: str
    sha256: str
    url: str
    device_at: str
    taken_at: str | None
    received_at: str
    reading: str
    candidates: list[PlateCandidate]


class OneCapture(Shape):
    capture: CaptureView


async def keep(call: Call[Upload]) -> Answer:
    store, officer = call.site.store, call.officer
    shot = _shot(call)
    received_at = await captures.check_may_keep(store, officer, shot)
    content = call.body.content
    async with call.site.drawing:
        pictures = await asyncio.to_thread(_draw, call, content, shot, received_at)
    readers = await present(call.site.redis)
    row = await captures.keep(store, officer, shot, pictures, readers=readers)
    if row.original != pictures.original:  # it came before: what was made of it then stays
        await asyncio.to_thread(store.media.remove, pictures.original)
    return Answer(OneCapture(capture=_view(call, row)), 201)


def _draw(call: Call[Upload], content: bytes, shot: Shot, received_at: datetime) -> Pictures:
    """Judges the upload, seals it, and keeps it with its stamped copy and a thumbnail. Blocking, some 0.3 s."""
    store, number = call.site.store, call.officer.service_number

    def finish(picture: Any) -> Any:
        stamp = Stamp(received_at, shot.device_at, shot.place, number, hashlib.sha256(content).digest())
        return stamped(picture, stamp)

    photo = read_photo(content, "photo", finish)
    sealed = store.vault.seal_bytes(captures.SEALED, shot.id, content)
    return Pictures(
        sha256=photo.sha256,
        original=store.media.keep(sealed, "sealed"),
        file=store.media.keep(photo.jpeg),
        thumb=store.media.keep(thumbnail(photo.jpeg)),
        width=photo.width,
        height=photo.height,
        taken_at=photo.taken_at,
    )


def _shot(call: Call[Upload]) -> Shot:
    """From behind the question mark: a photo's whole body is the photo."""
    asked = call.request.query_params
    device_at = call.instant("device_at")
    if device_at is None:
        raise InvalidField(field="device_at", why="wrong_type")
    place = None
    if "lat" in asked or "lng" in asked:
        names = [name for name in ("lat", "lng", "accuracy_m") if name in asked]
        try:
            given: dict[str, Any] = {name: float(asked[name]) for name in names}
        except ValueError:
            raise InvalidField(field="location", why="wrong_type") from None
        place = parse_location(given)
    return Shot(call.path("id"), device_at, place)


def _view(call: Call[Any], row: Any) -> CaptureView:
    sure = call.site.settings.reading_sure / 100
    return CaptureView(
        id=row.id,
        sha256=bytes(row.sha256).hex(),
        url=f"/api/v1/captures/{row.id}/photo",
        device_at=iso(row.device_at),
        taken_at=iso_or_none(row.taken_at),
        received_at=iso(row.received_at),
        reading=row.reading,
        candidates=[
            PlateCandidate(plate=one.plate, confidence=one.confidence, sure=one.confidence >= sure)
            for one in readings.told(call.site.store, row)
        ],
    )


async def show(call: Call[Nothing]) -> Answer:
    row = await captures.own(call.site.store, call.officer, call.path("id"))
    return Answer(OneCapture(capture=_view(call, row)), 200)


async def look(call: Call[Nothing]) -> FileAnswer:
    row = await captures.for_look(call.site.store, call.officer, call.path("id"))
    small = call.request.query_params.get("size") == "thumb"
    return await picture(call, row.thumb if small else row.file)


ENDPOINTS = [
    Endpoint(
        method="POST",
        path="/api/v1/captures/{id}/photos",
        name="keep_capture",
        handler=keep,
        summary="Keep an officer's photo (JPEG, PNG or WebP, at most 10 MB) under an id that the phone made: the"
        " original sealed, a stamped copy to show. The same photo again changes nothing.",
        module="duty",
        where=whereabouts.to_its_end,
        upload="photo",
        query={
            "device_at": "When the shutter was released, by the phone's clock (ISO 8601 with zone).",
            "lat": "Degrees in WGS-84; without place where the phone knows none.",
            "lng": "Degrees in WGS-84.",
            "accuracy_m": "Metres.",
        },
        answers={201: OneCapture},
        errors=(
            Forbidden,
            NotOnDuty,
            Conflict,
            PayloadTooLarge,
            UnsupportedMedia,
            InvalidField,
            TooManyRequests,
        ),
        repeatable=True,
    ),
    Endpoint(
        method="GET",
        path="/api/v1/captures/{id}",
        name="capture",
        handler=show,
        summary="The caller's own photo: what is known of it. reading: none (nobody reads), queued, read or unread;"
        " candidates: the plates that it may show, until a record is filed of it.",
        module="duty",
        where=whereabouts.to_its_end,
        answers={200: OneCapture},
        errors=(NotFound, Forbidden),
    ),
    Endpoint(
        method="GET",
        path="/api/v1/captures/{id}/photo",
        name="capture_photo",
        handler=look,
        summary="The stamped copy; size=thumb: a small one. Looks at others' photos are recorded.",
        module="duty",
        where=whereabouts.to_its_end,
        query={"size": "thumb for the thumbnail."},
        answers={200: None},
        errors=(NotFound, Forbidden),
        media="image/jpeg",
    ),
]
