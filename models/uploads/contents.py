"""What a file is, by its first bytes and never by its name; and why one is not kept. Pure."""

from __future__ import annotations

from typing import Literal

from models.uploads.purposes import Kind

MediaType = Literal[
    "image/jpeg", "image/png", "image/webp", "image/heic", "video/mp4", "video/quicktime", "video/webm"
]
Why = Literal[
    "not_media", "not_photo", "not_video", "damaged", "too_many_pixels", "too_small", "too_long", "too_large_frame",
    "no_video_here", "no_heic_here", "unreadable", "lost", "closed", "too_old", "not_yet", "too_close",
]  # fmt: skip

_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"})
_EBML = b"\x1a\x45\xdf\xa3"


class Refused(Exception):
    """The file is none that may be kept; ``why`` is the end of a key of the catalogue (``uploads.refused.…``)."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


def type_of(content: bytes, kind: Kind) -> MediaType:
    """Raises Refused for what is neither photo nor video of ours, and for one where the other was announced."""
    found = _type_of(content[:4096])
    if found is None:
        raise Refused("not_media")
    if not found.startswith("image/" if kind == "photo" else "video/"):
        raise Refused("not_photo" if kind == "photo" else "not_video")
    return found


def _type_of(head: bytes) -> MediaType | None:
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(_EBML) and b"\x42\x82\x84webm" in head[:64]:  # DocType, four letters
        return "video/webm"
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in _HEIC:
            return "image/heic"
        return "video/quicktime" if brand == b"qt  " else _isom(head)
    return None


def _isom(head: bytes) -> MediaType | None:
    """ISO 14496-12: what the file says that it is compatible with; AVIF and other still pictures are none of ours."""
    size = int.from_bytes(head[:4], "big")
    brands = {head[at : at + 4] for at in (8, *range(16, min(size, 256, len(head)), 4))}
    return (
        "video/mp4"
        if brands & {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1"}
        else None
    )
