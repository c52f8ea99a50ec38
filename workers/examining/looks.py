"""What is made of one file: for whoever sent it and the police a copy, for others a covered one, and what was found.

Runs in the program without keys (``hands``); bytes in, bytes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PIL import Image

from models.uploads.areas import Found
from models.uploads.contents import type_of
from models.uploads.covering import covered, with_margin
from models.uploads.likeness import likeness_of
from workers.examining import faces, plates
from workers.examining.photos import draw, jpeg, thumbnail
from workers.examining.videos import watch

Told = dict[str, Any]


def examine(asked: Told, content: bytes) -> tuple[Told, list[bytes]]:
    """``asked``: ``kind``, ``most_seconds``. What is told of the file, and the bytes that it names by number: of each

    picture four (copy, thumbnail, covered, covered thumbnail), and of a video one more. Raises Refused.
    """
    media_type = type_of(content, asked["kind"])
    told: Told = {"media_type": media_type, "pictures": []}
    blobs: list[bytes] = []
    shots: list[tuple[float | None, Image.Image]]
    if media_type.startswith("image/"):
        drawn = draw(content, media_type)
        taken_at, place, shots = drawn.taken_at, drawn.place, [(None, drawn.picture)]
    else:
        watched = watch(content, media_type, asked["most_seconds"])
        taken_at, place, shots = watched.taken_at, watched.place, [*watched.posters]
        told |= {"seconds": watched.seconds, "suffix": watched.suffix}
    told["taken_at"] = None if taken_at is None else taken_at.isoformat()
    told["place"] = place
    for second, picture in shots:
        found = areas_on(picture)
        told["pictures"].append(_picture(second, picture, found))
        blobs += [jpeg(picture), jpeg(thumbnail(picture)), *_covered(picture, [_box(one) for one in found])]
    if "suffix" in told:
        blobs.append(watched.content)
    return told, blobs


def cover(asked: Told, content: bytes) -> tuple[Told, list[bytes]]:
    """``asked``: ``areas``; ``content``: a display copy of ours. The covered copy and its thumbnail."""
    picture = draw(content, "image/jpeg").picture
    return {}, _covered(picture, [tuple(area) for area in asked["areas"]])


def areas_on(picture: Image.Image) -> list[Found]:
    """What is to be covered. Where nothing can look for it, that is everything, until an officer says what."""
    if not (faces.is_installed() and plates.is_installed()):
        return [Found(0, 0, picture.width, picture.height, "whole")]
    size = picture.width, picture.height
    seen = with_margin(faces.faces_on(picture), *size)
    fields = with_margin(plates.plates_on(picture), *size)
    # The features of a face look like lettering: what lies inside one is covered already.
    return [*seen, *(field for field in fields if not any(field.is_inside(face) for face in seen))]


def _covered(picture: Image.Image, areas: Sequence[tuple[int, ...]]) -> list[bytes]:
    drawn = covered(picture, [(area[0], area[1], area[2], area[3]) for area in areas])
    return [jpeg(drawn), jpeg(thumbnail(drawn))]


def _box(one: Found) -> tuple[int, int, int, int]:
    return one.left, one.top, one.width, one.height


def _picture(second: float | None, picture: Image.Image, found: Sequence[Found]) -> Told:
    return {
        "at_seconds": second,
        "width": picture.width,
        "height": picture.height,
        "likeness": likeness_of(picture),
        "found": [[*_box(one), one.kind, one.confidence] for one in found],
    }
