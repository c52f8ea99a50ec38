"""A photo as somebody sent it: judged before it is decoded, drawn anew upright and without metadata, and what it says

of itself. Leaves to others: what it is by its content (``contents``), what is covered (``covering``).
"""

from __future__ import annotations

import io
import math
import warnings
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from models.images import BROKEN, LONGEST_EDGE, MOST_PIXELS, QUALITY, on_white, taken_at_of
from models.uploads.contents import MediaType, Refused

LEAST_EDGE = 64  # pixels: less shows nothing
THUMB_EDGE = 320
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF"}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture drawn anew: nothing but its pixels. ``place``: latitude and longitude in WGS-84, as the file says."""

    picture: Image.Image = field(repr=False)
    taken_at: datetime | None = None
    place: tuple[float, float] | None = None


def draw(content: bytes, media_type: MediaType) -> Drawn:
    """At most ``LONGEST_EDGE`` pixels wide and high. Raises Refused; takes some 0.3 s of a core for a phone's photo."""
    picture = _open(content, media_type)
    taken_at, place = taken_at_of(picture), _place(picture)
    try:
        picture.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE), Image.Resampling.LANCZOS)
        return Drawn(on_white(upright), taken_at, place)
    except BROKEN:
        raise Refused("damaged") from None


def jpeg(picture: Image.Image) -> bytes:
    """Without metadata."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()


def thumbnail(picture: Image.Image) -> Image.Image:
    """A small copy."""
    small = picture.copy()
    small.thumbnail((THUMB_EDGE, THUMB_EDGE), Image.Resampling.LANCZOS)
    return small


def _open(content: bytes, media_type: MediaType) -> Image.Image:
    """The picture with nothing but its header read. Raises Refused."""
    if media_type == "image/heic":
        _know_heic()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=(_FORMATS[media_type],))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("too_many_pixels") from None
    except (UnidentifiedImageError, *BROKEN):
        raise Refused("damaged") from None
    if picture.width * picture.height > MOST_PIXELS:
        raise Refused("too_many_pixels")
    if min(picture.size) < LEAST_EDGE:
        raise Refused("too_small")
    return picture


def _know_heic() -> None:
    try:
        from pi_heif import register_heif_opener
    except ImportError:
        raise Refused("no_heic_here") from None
    register_heif_opener(thumbnails=False)


def _place(picture: Image.Image) -> tuple[float, float] | None:
    """EXIF GPSLatitude and GPSLongitude; None where they say nothing, or nothing possible."""
    try:
        written = picture.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        lat = _degrees(written, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, b"S")
        lng = _degrees(written, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, b"W")
    except (*BROKEN, TypeError, OverflowError, ZeroDivisionError):
        return None
    possible = abs(lat) <= 90 and abs(lng) <= 180 and (lat, lng) != (0, 0)  # NaN is never possible
    return (lat, lng) if possible else None


def _degrees(written: Any, name: int, side: int, negative: bytes) -> float:
    degrees, minutes, seconds = (float(part) for part in written[name])
    found = degrees + minutes / 60 + seconds / 3600
    said = written.get(side, "")
    said = said if isinstance(said, bytes) else str(said).encode()
    if not math.isfinite(found):
        raise ValueError(found)
    return -found if said[:1].upper() == negative else found
