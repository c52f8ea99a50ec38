"""Photos: judged by content, drawn anew, without what a phone writes beside the picture."""

import hashlib
import io
import struct
import zlib

import pytest
from PIL import Image

from models.errors import InvalidField, PayloadTooLarge, UnsupportedMedia
from models.images import MOST_BYTES, read_photo


def picture(form: str, size: tuple[int, int] = (64, 32), **options: object) -> bytes:
    out = io.BytesIO()
    drawn = Image.effect_noise(size, 60).convert("RGB")
    drawn.save(out, form, **options)
    return out.getvalue()


def with_exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Phone of Zhang San"
    exif.get_ifd(0x8825)[2] = (29.0, 59.0, 15.0)
    return picture("JPEG", exif=exif.tobytes())


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_each_allowed_form_becomes_a_plain_jpeg(form: str) -> None:
    upload = picture(form)
    photo = read_photo(upload)
    copy = Image.open(io.BytesIO(photo.jpeg))
    assert copy.format == "JPEG"
    assert copy.size == (photo.width, photo.height) == (64, 32)
    assert photo.sha256 == hashlib.sha256(upload).digest()


def test_place_and_device_do_not_survive_and_the_picture_stands_upright() -> None:
    photo = read_photo(with_exif(orientation=6))
    copy = Image.open(io.BytesIO(photo.jpeg))
    assert dict(copy.getexif()) == {}
    assert "exif" not in copy.info
    assert b"Zhang San" not in photo.jpeg
    assert (photo.width, photo.height) == (32, 64)


def test_a_large_photo_is_drawn_smaller_and_a_small_one_as_it_is() -> None:
    photo = read_photo(picture("JPEG", (4000, 1000)))
    assert (photo.width, photo.height) == (2048, 512)


def test_what_is_transparent_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    copy = Image.open(io.BytesIO(read_photo(out.getvalue()).jpeg))
    assert copy.getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "CMYK", "I;16"])
def test_unusual_colour_modes_are_understood(mode: str) -> None:
    out = io.BytesIO()
    Image.new("L", (8, 8), 200).convert("L" if mode == "I;16" else mode).save(
        out, "JPEG" if mode == "CMYK" else "PNG"
    )
    assert read_photo(out.getvalue()).width == 8


@pytest.mark.parametrize(
    "upload",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7\n",
        b"<html><script>alert(1)</script>",
        picture("GIF"),
        picture("BMP"),
        picture("TIFF"),
    ],
)
def test_what_is_no_photo_is_refused_whatever_it_is_called(upload: bytes) -> None:
    with pytest.raises(UnsupportedMedia):
        read_photo(upload)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_truncated_photo_is_refused_as_damaged(form: str, share: float) -> None:
    upload = picture(form, (256, 256))
    with pytest.raises((InvalidField, UnsupportedMedia)) as caught:
        read_photo(upload[: int(len(upload) * share)])
    assert caught.value.field == "photo"


def test_too_many_bytes_are_refused_before_they_are_looked_at() -> None:
    with pytest.raises(PayloadTooLarge) as caught:
        read_photo(bytes(MOST_BYTES + 1))
    assert caught.value.params == {"limit": MOST_BYTES}


@pytest.mark.parametrize("edge", [9_000, 12_000, 60_000])
def test_a_small_file_that_would_unfold_to_gigabytes_is_refused_unopened(edge: int) -> None:
    with pytest.raises(PayloadTooLarge):
        read_photo(png_that_claims(edge, edge))


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )
