"""Photos as strangers send them, and as attackers do: all of them made here, byte by byte where no library would."""

from __future__ import annotations

import io
import random
import struct
import zlib
from typing import Any

from PIL import Image

from tests.support.faces import face
from tests.support.plates import scene

HOME = (29.987654, 103.012345)  # where somebody lives
TAKEN = "2026:11:02 15:58:03"


def exif(*, orientation: int = 1, place: tuple[float, float] | None = HOME) -> Image.Exif:
    """What a phone writes beside a photo: its owner's name, which way is up, when and where."""
    found = Image.Exif()
    found[0x010F] = "Phone of Zhang San"
    found[0x0112] = orientation
    found.get_ifd(0x8769).update({0x9003: TAKEN, 0x9011: "+08:00"})
    if place is not None:
        found.get_ifd(0x8825).update({1: "N", 2: _degrees(place[0]), 3: "E", 4: _degrees(place[1])})
    return found


def _degrees(value: float) -> tuple[float, float, float]:
    whole = int(value)
    minutes = int((value - whole) * 60)
    return float(whole), float(minutes), round(((value - whole) * 60 - minutes) * 60, 4)


def at_the_roadside(number: str = "川TA8P26") -> Image.Image:
    """A parked car from behind, and somebody beside it."""
    picture = scene(number)
    picture.paste(face(160), (80, 420))
    return picture


def encoded(picture: Image.Image, kind: str = "JPEG", **more: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **{"exif": exif(), **more})
    return out.getvalue()


def heic(picture: Image.Image, **more: Any) -> bytes:
    """As phones of one maker leave it. Written by the library that can write; ours can only read."""
    from pillow_heif import register_heif_opener

    register_heif_opener()
    written: Image.Exif = more.pop("exif", None) or exif()
    return encoded(
        picture, "HEIF", exif=written.tobytes(), **more
    )  # as bytes: then it turns the picture, too


def chunk(name: bytes, content: bytes) -> bytes:
    """One of a PNG."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_header(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))


def png_bomb(width: int, height: int) -> bytes:
    """A few kilobytes that unfold to width by height pixels of one colour."""
    packer = zlib.compressobj(9)
    line = b"\0" * (1 + 3 * width)
    content = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    return png_header(width, height) + chunk(b"IDAT", content) + chunk(b"IEND", b"")


def png_of_so_many_pixels(width: int, height: int) -> bytes:
    """A hundred bytes whose header claims another size."""
    return png_header(width, height) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def jpeg_of_so_many_pixels(width: int, height: int) -> bytes:
    """A small photo whose frame header claims another size (ITU T.81, B.2.2)."""
    content = bytearray(encoded(Image.new("RGB", (64, 64))))
    at = content.index(b"\xff\xc0")
    content[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def noise(count: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(count)
