"""Hostile and harmless files, judged by what is in them; what a worker makes of them: tests/workers/test_examining."""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime

import pytest
from PIL import Image

from models.uploads.contents import Refused, type_of
from tests.support import photos
from tests.support.videos import video
from workers.examining.photos import draw
from workers.examining.videos import watch


def why(content: bytes, kind: str = "photo") -> str:
    """Why it is refused, with everything done to it that would be done."""
    with pytest.raises(Refused) as refused:
        looked_at(content, kind)
    return refused.value.why


def looked_at(content: bytes, kind: str) -> None:
    found = type_of(content, "photo" if kind == "photo" else "video")
    draw(content, found) if kind == "photo" else watch(content, found, 60)


def test_a_photo_is_known_by_its_first_bytes_whatever_it_is_called() -> None:
    picture = Image.new("RGB", (99, 99), (9, 99, 199))
    for kind, media_type in (("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")):
        content = photos.encoded(picture, kind)
        assert type_of(content, "photo") == media_type
        assert draw(content, media_type).picture.size == (99, 99)


def test_what_a_phone_says_of_time_and_place_is_read() -> None:
    content = photos.encoded(photos.at_the_roadside())
    drawn = draw(content, "image/jpeg")
    assert drawn.taken_at == datetime(2026, 11, 2, 7, 58, 3, tzinfo=UTC)
    assert drawn.place is not None
    assert [round(part, 5) for part in drawn.place] == [29.98765, 103.01234]
    south = photos.exif()
    south.get_ifd(0x8825).update({1: "S", 3: "W"})
    drawn = draw(photos.encoded(photos.at_the_roadside(), exif=south), "image/jpeg")
    assert drawn.place is not None
    assert [round(part, 5) for part in drawn.place] == [-29.98765, -103.01234]


@pytest.mark.parametrize(
    "place",
    [
        {2: (91.0, 0.0, 0.0)},
        {4: (180.5, 0.0, 0.0)},
        {2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)},
    ],
)
def test_a_place_that_cannot_be_is_none(place: dict[int, tuple[float, ...]]) -> None:
    exif = photos.exif()
    exif.get_ifd(0x8825).update(place)
    content = photos.encoded(Image.new("RGB", (99, 99)), exif=exif)
    assert draw(content, "image/jpeg").place is None


@pytest.mark.parametrize(("orientation", "corner"), [(1, (0, 0)), (3, (1, 1)), (6, (1, 0)), (8, (0, 1))])
def test_it_stands_upright_afterwards(orientation: int, corner: tuple[int, int]) -> None:
    picture = Image.new("RGB", (200, 100), "white")
    picture.paste((255, 0, 0), (0, 0, 50, 50))
    upright = draw(photos.encoded(picture, exif=photos.exif(orientation=orientation)), "image/jpeg").picture
    at = (10 if not corner[0] else upright.width - 10, 10 if not corner[1] else upright.height - 10)
    red, green, _ = upright.getpixel(at)  # type: ignore[misc]
    assert (red > 200, green < 60) == (True, True)


def test_a_polyglot_is_drawn_anew_and_loses_what_it_carried() -> None:
    page = b"<html><script>alert(document.cookie)</script></html>"
    content = photos.encoded(Image.new("RGB", (99, 99))) + b"PK\x03\x04" + page
    drawn = draw(content, type_of(content, "photo"))
    out = io.BytesIO()
    drawn.picture.save(out, "JPEG")
    assert page not in out.getvalue()


def test_a_text_that_unfolds_to_gigabytes_is_not_unfolded() -> None:
    import zlib

    bomb = zlib.compress(bytes(64 * 1024 * 1024), 9)
    body = photos.png_bomb(100, 100)
    text = photos.chunk(b"zTXt", b"Comment\0\0" + bomb)
    assert why(body[:33] + text + body[33:]) == "damaged"


def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    assert why(photos.png_bomb(20_000, 20_000)) == "too_many_pixels"
    assert why(photos.png_of_so_many_pixels(60_000, 60_000)) == "too_many_pixels"
    assert why(photos.jpeg_of_so_many_pixels(20_000, 10_000)) == "too_many_pixels"
    assert why(photos.encoded(Image.new("RGB", (99, 63)))) == "too_small"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_what_broke_off_is_damaged(share: float) -> None:
    whole = photos.encoded(photos.at_the_roadside())
    assert why(whole[: int(len(whole) * share)]) == "damaged"


def test_a_heic_that_is_none_is_refused_whatever_it_says_of_itself() -> None:
    noise = struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"mif1heic" + photos.noise(500)
    assert type_of(noise, "photo") == "image/heic"
    assert why(noise) == "damaged"
    whole = photos.heic(photos.at_the_roadside())
    assert why(whole[: len(whole) // 2]) == "damaged"
    # Its header promises 200 megapixels: nothing of them is decoded.
    size = whole.index(b"ispe") + 8
    assert struct.unpack(">II", whole[size : size + 8]) == (1280, 960)
    huge = whole[:size] + struct.pack(">II", 20_000, 10_000) + whole[size + 8 :]
    assert why(huge) == "too_many_pixels"


def test_a_video_is_as_long_as_its_packets_say_and_not_its_header() -> None:
    content = bytearray(video(2.0, sound=False))
    for box, behind in ((b"mvhd", 20), (b"mdhd", 20), (b"tkhd", 24)):
        at = content.index(box) + behind
        content[at : at + 4] = b"\x7f\xff\xff\xff"
    assert watch(bytes(content), "video/mp4", 60).seconds == 2.0
    assert why(video(63.0, rate=2, sound=False), "video") == "too_long"
    assert watch(video(60.5, rate=2, sound=False), "video/mp4", 60).seconds == 60.5


@pytest.mark.parametrize(
    ("suffix", "codec", "media_type", "kept_as"),
    [
        ("mp4", "libx264", "video/mp4", "mp4"),
        ("mov", "libx264", "video/quicktime", "mp4"),
        ("mov", "libx265", "video/quicktime", "mp4"),
        ("webm", "libvpx-vp9", "video/webm", "webm"),
    ],
)
def test_a_video_loses_sound_and_metadata(suffix: str, codec: str, media_type: str, kept_as: str) -> None:
    content = video(
        2.0,
        suffix=suffix,
        codec=codec,
        metadata={
            "location": "+29.9876+103.0123/",
            "creation_time": "2026-11-02T07:58:03Z",
            "title": "Zhang",
        },
    )
    watched = watch(content, type_of(content, "video"), 60)
    assert type_of(content, "video") == media_type
    assert (watched.suffix, watched.taken_at) == (kept_as, datetime(2026, 11, 2, 7, 58, 3, tzinfo=UTC))
    assert watched.place == (29.9876, 103.0123)
    # x264 and x265 write their settings into messages of the stream, where others write places.
    for secret in (b"Zhang", b"29.9876", b"mp4a", b"OpusHead", b"x264", b"x265"):
        assert secret not in watched.content
    if kept_as == "mp4":
        assert watch(watched.content, "video/mp4", 60).seconds == 2.0, "the copy is a whole file itself"
    assert [second for second, _ in watched.posters] == sorted(second for second, _ in watched.posters)
    assert len(watched.posters) == 4


def test_a_video_that_was_held_upright_has_upright_posters() -> None:
    content = bytearray(video(1.0, sound=False))
    # The matrix of the track header (ISO 14496-12, 8.3.2): a quarter turn.
    at = content.index(b"tkhd") + 44
    content[at : at + 36] = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
    watched = watch(bytes(content), "video/mp4", 60)
    assert {picture.size for _, picture in watched.posters} == {(240, 320)}
    again = watch(watched.content, "video/mp4", 60)
    assert {picture.size for _, picture in again.posters} == {(240, 320)}, "the copy is upright, too"


@pytest.mark.parametrize("share", [0.02, 0.5, 0.8])
def test_a_video_that_broke_off_is_refused(share: float) -> None:
    whole = video(2.0)
    assert why(whole[: int(len(whole) * share)], "video") in {"damaged", "not_video"}


def test_a_list_of_other_files_is_no_video() -> None:
    playlist = b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
    assert why(playlist, "video") == "not_media"
    assert why(b"ffconcat version 1.0\nfile /etc/passwd\n", "video") == "not_media"
    behind = struct.pack(">I", 24) + b"ftypisom" + bytes(4) + b"isommp42" + playlist
    assert why(behind, "video") in {"damaged", "not_video"}


def test_sound_alone_is_no_video() -> None:
    import av

    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as target:
        tone = target.add_stream("aac", rate=48_000)
        for number in range(20):
            frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
            frame.sample_rate, frame.pts = 48_000, number * 1024
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            target.mux(tone.encode(frame))
        target.mux(tone.encode(None))
    assert why(out.getvalue(), "video") == "not_video"
