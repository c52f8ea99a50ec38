"""Shapes of uploads and their pictures, and how a row becomes one: by what may be seen of it."""

from __future__ import annotations

from typing import Any

from models.actions.sight import Sight, place_said
from models.clock import iso, iso_or_none
from models.store import Store
from web.endpoint import Shape


class PictureView(Shape):
    """``ready``: the copy that others see is drawn."""

    id: str
    url: str
    width: int
    height: int
    at_seconds: float | None
    ready: bool


class UploadPlace(Shape):
    lat: float
    lng: float


class UploadView(Shape):
    """``state``: receiving, waiting (to be examined), ready, refused (``why``)."""

    id: str
    purpose: str
    kind: str
    state: str
    why: str | None
    size: int
    received: int
    created_at: str
    expires_at: str | None
    sha256: str | None
    seconds: float | None
    taken_at: str | None
    taken_place: UploadPlace | None
    video: str | None
    pictures: list[PictureView]


class OneUpload(Shape):
    upload: UploadView


def upload_view(store: Store, row: Any, pictures: list[Any], sight: Sight) -> UploadView:
    """``sight`` is the caller's; to whom only covered copies are shown, nothing else of the file is told either."""
    plain = sight == "plain"
    return UploadView(
        id=row.id,
        purpose=row.purpose,
        kind=row.kind,
        state=row.state,
        why=row.why,
        size=row.size,
        received=row.received,
        created_at=iso(row.created_at),
        expires_at=iso_or_none(row.expires_at),
        sha256=None if row.sha256 is None else bytes(row.sha256).hex(),
        seconds=row.seconds,
        taken_at=iso_or_none(row.taken_at),
        taken_place=_place(store, row) if plain else None,
        video=f"/api/v1/uploads/{row.id}/video" if plain and row.video is not None else None,
        pictures=[picture_view(picture) for picture in pictures],
    )


def picture_view(picture: Any) -> PictureView:
    return PictureView(
        id=picture.id,
        url=f"/api/v1/pictures/{picture.id}",
        width=picture.width,
        height=picture.height,
        at_seconds=picture.at_seconds,
        ready=picture.covered is not None and picture.drawings_done >= picture.drawings_wanted,
    )


def _place(store: Store, row: Any) -> UploadPlace | None:
    there = place_said(store, row)
    return None if there is None else UploadPlace(lat=there.lat, lng=there.lng)
