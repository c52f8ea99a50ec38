"""Resumable uploads (tus 1.0): begun, continued where they broke off, looked after, given up."""

from __future__ import annotations

from typing import Any, cast

from models.actions import sight, uploads
from models.actions.uploads import Announced
from models.clock import iso
from models.errors import (
    ChecksumWrong,
    Conflict,
    Forbidden,
    IllegalTransition,
    InvalidField,
    NotFound,
    PayloadTooLarge,
    ProtocolVersion,
    SwitchedOff,
    TooManyRequests,
    Unavailable,
    UnsupportedMedia,
)
from models.uploads.purposes import KINDS, PURPOSES, Kind, most_bytes, most_of
from web import passes, tus
from web.answers import Answer
from web.appending import Appending
from web.endpoint import Call, Endpoint, Nothing, Shape
from web.upload_views import OneUpload, upload_view
from web.visitor import address_digest

PATH = "/api/v1/uploads"


class BeginPass(Shape):
    purpose: str


class UploadLimits(Shape):
    photos: int
    photo_bytes: int
    videos: int
    video_bytes: int
    video_seconds: int


class UploadPass(Shape):
    token: str
    expires_at: str
    limits: UploadLimits


async def begin_pass(call: Call[BeginPass]) -> Answer:
    site, settings = call.site, call.site.settings
    purpose = PURPOSES.get(call.body.purpose)
    if purpose is None:
        raise InvalidField(field="purpose", why="unknown")
    if settings.limits:
        site.look_ups.count(address_digest(call.request, site.signer), call.now)
    if not site.store.flags.is_anywhere(purpose.module):
        raise SwitchedOff(why=purpose.module)
    token, ends = passes.issue(site)
    limits = UploadLimits(
        photos=most_of(purpose, "photo", settings),
        photo_bytes=most_bytes("photo", settings),
        videos=most_of(purpose, "video", settings),
        video_bytes=most_bytes("video", settings),
        video_seconds=settings.upload_video_seconds,
    )
    return Answer(UploadPass(token=token, expires_at=iso(ends), limits=limits), 201)


async def options(call: Call[Nothing]) -> Answer:
    most = max(most_bytes(kind, call.site.settings) for kind in KINDS)
    told = {
        "tus-version": tus.VERSION,
        "tus-extension": tus.EXTENSIONS,
        "tus-max-size": str(most),
        "tus-checksum-algorithm": ",".join(tus.ALGORITHMS),
    }
    return Answer(status=204, headers=told)


async def begin(call: Call[Nothing]) -> Answer:
    headers = call.request.headers
    tus.check_version(headers)
    said = tus.metadata(headers)
    for name in ("id", "purpose", "kind"):
        if name not in said:
            raise InvalidField(field=name, why="required")
    size = tus.number(headers, "Upload-Length")
    announced = Announced(said["id"], said["purpose"], cast(Kind, said["kind"]), size, said.get("shot"))
    holder = passes.holder_of(call)
    row = await uploads.begin(call.site.store, holder, announced, call.address, call.caller)
    return Answer(status=201, body={}, headers={"location": f"{PATH}/{row.id}", **tus.of_row(row)})


async def offset(call: Call[Nothing]) -> Answer:
    tus.check_version(call.request.headers)
    row = await uploads.own(call.site.store, passes.holder_of(call), call.path("id"))
    return Answer(status=200, headers={**tus.of_row(row), "upload-length": str(row.size)})


async def append(call: Call[Nothing]) -> Answer:
    request, store = call.request, call.site.store
    tus.check_version(request.headers)
    tus.check_body(request.headers)
    at = tus.number(request.headers, "Upload-Offset")
    if call.site.appending.locked():
        raise Unavailable
    async with call.site.appending:
        row, writer = await uploads.take_up(store, passes.holder_of(call), call.path("id"), at)
        appending = Appending(store, row, writer)
        await appending.take(request)
    return Answer(status=204, headers=tus.of_row(row, appending.received))


async def give_up(call: Call[Nothing]) -> Answer:
    tus.check_version(call.request.headers)
    await uploads.give_up(call.site.store, passes.holder_of(call), call.path("id"))
    return Answer(status=204)


async def show(call: Call[Nothing]) -> Answer:
    store, holder = call.site.store, passes.holder_of(call)
    row, seen = await sight.upload_for(store, call.path("id"), holder, call.caller)
    await sight.note_look(store, row, call.caller, holder, f"upload:{row.id}")
    found = await sight.pictures_of(store, row.id)
    return Answer(OneUpload(upload=upload_view(store, row, found, seen)), 200)


def _endpoint(method: str, path: str, name: str, handler: Any, summary: str, **more: Any) -> Endpoint:
    return Endpoint(
        method=method,
        path=path,
        name=name,
        handler=handler,
        summary=summary,
        module="platform",
        takes_pass=True,
        **more,
    )


ENDPOINTS = [
    _endpoint(
        "POST",
        "/api/v1/upload-passes",
        "begin_upload_pass",
        begin_pass,
        "A pass for the uploads of a report that is not there yet, good for a day: a bearer token for /api/v1/uploads.",
        body=BeginPass,
        answers={201: UploadPass},
        errors=(InvalidField, SwitchedOff, TooManyRequests),
    ),
    _endpoint(
        "OPTIONS",
        PATH,
        "upload_options",
        options,
        "What is spoken here: tus 1.0 with creation, expiration, checksum and termination.",
        answers={204: None},
    ),
    _endpoint(
        "POST",
        PATH,
        "begin_upload",
        begin,
        "Begin an upload: Upload-Length, and Upload-Metadata with id (26 of a-z and 2-7, made by the phone),"
        " purpose (accident, report, hazard) and kind (photo, video); of an accident's guide, shot. The same again is"
        " the same upload. A party's or follower's own belongs to the accident or hazard from here on, and joins it"
        " when it is examined.",
        answers={201: None},
        errors=(
            ProtocolVersion,
            InvalidField,
            PayloadTooLarge,
            SwitchedOff,
            Conflict,
            IllegalTransition,
            TooManyRequests,
            Unavailable,
        ),
    ),
    _endpoint(
        "HEAD",
        PATH + "/{id}",
        "upload_offset",
        offset,
        "How far one's own upload has come: Upload-Offset, Upload-Length, Upload-Expires.",
        answers={200: None},
        errors=(ProtocolVersion, NotFound),
    ),
    _endpoint(
        "PATCH",
        PATH + "/{id}",
        "append_upload",
        append,
        "Append bytes at Upload-Offset; with Upload-Checksum (sha256 or sha1) all of them or none."
        " The last byte hands it on to be examined.",
        answers={204: None},
        errors=(
            ProtocolVersion,
            NotFound,
            Conflict,
            PayloadTooLarge,
            UnsupportedMedia,
            InvalidField,
            ChecksumWrong,
            Unavailable,
        ),
    ),
    _endpoint(
        "DELETE",
        PATH + "/{id}",
        "give_up_upload",
        give_up,
        "Give up one's own upload that is not whole yet, or was refused.",
        answers={204: None},
        errors=(ProtocolVersion, NotFound, Conflict),
    ),
    _endpoint(
        "GET",
        PATH + "/{id}",
        "upload",
        show,
        "What became of an upload, for whoever sent it and those who may see it: its state, why it was refused,"
        " its pictures.",
        answers={200: OneUpload},
        errors=(NotFound, Forbidden),
    ),
]
