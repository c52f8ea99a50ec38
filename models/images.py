"""Uploaded photos: judged by their content, and drawn anew so that nothing but the picture is kept.

Takes some 0.1 s of a core for a phone's photo: callers run it in a thread. Leaves to others: where the copy
is kept and who may look at it.
"""

import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from models.clock import BEIJING
from models.errors import InvalidField, PayloadTooLarge, UnsupportedMedia

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 80_000_000  # a small file can unfold to gigabytes; phones' largest modes stay below
LONGEST_EDGE = 2048  # pixels of the copy
QUALITY = 82
FORMATS = ("JPEG", "PNG", "WEBP")
# What Pillow raises for a picture that is not whole.
BROKEN = (OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError)
_ZONE = re.compile(r"[+-](0\d|1[0-4]):[0-5]\d")


Finish = Callable[[Image.Image], Image.Image]


@dataclass(frozen=True, slots=True)
class Photo:
    """The copy that is shown: a JPEG without metadata, upright; `sha256` is of the bytes that were uploaded.

    `taken_at` is what the phone wrote beside the picture, all that is kept of its metadata; nobody vouches for it.
    """

    jpeg: bytes = field(repr=False)
    width: int
    height: int
    sha256: bytes
    taken_at: datetime | None = None


def read_photo(upload: bytes, name: str = "photo", finish: Finish | None = None) -> Photo:
    """Checks and redraws an upload; `name` is the field that errors name, `finish` draws what comes onto the copy.

    Raises PayloadTooLarge (more bytes or pixels than allowed), UnsupportedMedia (no JPEG, PNG or WebP, whatever
    it is called) and InvalidField with why=damaged (begins like one and cannot be read to its end).
    """
    if len(upload) > MOST_BYTES:
        raise PayloadTooLarge(field=name, limit=MOST_BYTES)
    picture = _open(upload, name)
    taken_at = taken_at_of(picture)
    try:
        # A JPEG can be decoded at a fraction of its size, which saves most of the work.
        picture.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE), Image.Resampling.LANCZOS)
        drawn = on_white(upright) if finish is None else finish(on_white(upright))
    except BROKEN:
        raise InvalidField(field=name, why="damaged") from None
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return Photo(out.getvalue(), drawn.width, drawn.height, hashlib.sha256(upload).digest(), taken_at)


def taken_at_of(picture: Image.Image) -> datetime | None:
    """When the shutter was released (EXIF DateTimeOriginal); without a zone beside it, Beijing's. None if unsaid."""
    try:
        details = picture.getexif().get_ifd(ExifTags.IFD.Exif)
        written = str(details.get(ExifTags.Base.DateTimeOriginal, ""))
        zone = str(details.get(ExifTags.Base.OffsetTimeOriginal, "")).strip()
        taken_at = datetime.strptime(written.strip("\x00 "), "%Y:%m:%d %H:%M:%S").replace(tzinfo=BEIJING)
        return (
            datetime.fromisoformat(f"{taken_at:%Y-%m-%dT%H:%M:%S}{zone}")
            if _ZONE.fullmatch(zone)
            else taken_at
        )
    except (*BROKEN, TypeError, OverflowError):
        return None


def _open(upload: bytes, name: str) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(upload), formats=FORMATS)
    except UnidentifiedImageError:
        raise UnsupportedMedia(field=name) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PayloadTooLarge(field=name, limit=MOST_BYTES) from None
    except (OSError, ValueError, SyntaxError, EOFError):
        raise InvalidField(field=name, why="damaged") from None
    if picture.width * picture.height > MOST_PIXELS:
        raise PayloadTooLarge(field=name, limit=MOST_BYTES)
    return picture


def on_white(picture: Image.Image) -> Image.Image:
    """A new picture of the same pixels: metadata, profiles and transparency stay behind."""
    rgba = picture.convert("RGBA")
    plain = Image.new("RGB", rgba.size, "white")
    plain.paste(rgba, mask=rgba.getchannel("A"))
    return plain
