"""A video as somebody sent it: judged by what is in it and not by what its header says, copied without sound and

metadata, and a few of its frames as posters. The only module that knows PyAV (the extra ``[media]``).
"""

from __future__ import annotations

import importlib.util
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from PIL import Image

from models.images import LONGEST_EDGE
from models.uploads.contents import MediaType, Refused

# Named, so that nothing is guessed: ffmpeg also knows formats that are lists of other files to open.
_READ_AS = {"video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "matroska"}
_WRITTEN_AS = {"video/mp4": "mp4", "video/quicktime": "mp4", "video/webm": "webm"}
_CODECS = frozenset({"h264", "hevc", "vp8", "vp9", "av1"})
# Messages of the encoder to the player, in which cameras hide places: they stay behind (SEI; H.264 7.4.1, H.265 7.4.2).
_FILTERS = {"h264": "filter_units=remove_types=6", "hevc": "filter_units=remove_types=39|40"}
_HEVC_MESSAGES, _NO_TYPE = frozenset({39, 40}), 63
LONGEST_SIDE, SHORTER_SIDE = 3840, 2160
MOST_FRAMES_A_SECOND = 240
POSTERS = 4
SLACK_SECONDS = 1.0  # a recorder stops a little after the second
_PLACE = re.compile(r"([+-]\d{1,2}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)")  # ISO 6709, degrees


@dataclass(frozen=True, slots=True)
class Watched:
    """``content``: the silent copy, ``suffix`` its kind. ``posters``: second and picture, in their order."""

    content: bytes = field(repr=False)
    suffix: str
    seconds: float
    posters: list[tuple[float, Image.Image]] = field(repr=False)
    taken_at: datetime | None = None
    place: tuple[float, float] | None = None


def is_installed() -> bool:
    return importlib.util.find_spec("av") is not None


def watch(content: bytes, media_type: MediaType, most_seconds: int) -> Watched:
    """Raises Refused. Some seconds of a core for a minute of 1080p."""
    if not is_installed():
        raise Refused("no_video_here")
    import av

    try:
        with _opened(content, media_type) as source:
            stream = _stream_of(source)
            said = {str(key).lower(): str(value) for key, value in source.metadata.items()}
            silent, seconds = _copied(source, stream, _WRITTEN_AS[media_type], most_seconds)
        posters = _posters(content, media_type, seconds)
    except (av.FFmpegError, ValueError, OverflowError, MemoryError, EOFError, IndexError):
        raise Refused("damaged") from None
    if not posters:
        raise Refused("damaged")
    return Watched(silent, _WRITTEN_AS[media_type], seconds, posters, _taken_at(said), _place(said))


def _opened(content: bytes, media_type: MediaType) -> Any:
    import av

    # Nothing but the bytes in hand is ever opened, whatever the file refers to.
    options = {"protocol_whitelist": "", "enable_drefs": "0", "use_absolute_path": "0"}
    known = options if media_type != "video/webm" else {"protocol_whitelist": ""}
    return av.open(
        io.BytesIO(content), format=_READ_AS[media_type], options=known, metadata_errors="ignore", timeout=20
    )


def _stream_of(source: Any) -> Any:
    """The first video stream. Raises Refused before anything is decoded."""
    if not source.streams.video:
        raise Refused("not_video")
    stream = source.streams.video[0]
    codec = stream.codec_context
    if codec.name not in _CODECS and getattr(codec.codec, "canonical_name", "") not in _CODECS:
        raise Refused("not_video")
    long, short = max(codec.width, codec.height), min(codec.width, codec.height)
    if long > LONGEST_SIDE or short > SHORTER_SIDE:
        raise Refused("too_large_frame")
    if short < 2:
        raise Refused("damaged")
    return stream


def _copied(source: Any, stream: Any, suffix: str, most_seconds: int) -> tuple[bytes, float]:
    """The packets of the one stream in a file of our own, and how long they really are: a header says what it likes."""
    import av

    out = io.BytesIO()
    with av.open(out, "w", format=suffix, options={"fflags": "+bitexact"}) as target:
        copy = target.add_stream_from_template(stream)
        copy.metadata.clear()
        seconds = 0.0
        for packet in _clean(source, stream, copy, most_seconds):
            packet.stream = copy
            seconds = max(seconds, _end_of(packet))
            target.mux(packet)
    return _without_messages_in_front(out.getvalue()), seconds


def _without_messages_in_front(content: bytes) -> bytes:
    """What an encoder wrote in front of the whole stream (hvcC, ISO 14496-15, 8.3.3.1) is emptied, not taken out, so

    that nothing else has to move. Whoever plays it skips the unit, whose type is none.
    """
    at = content.rfind(b"hvcC")  # ours lies behind the packets
    if at < 0:
        return content
    emptied, place = bytearray(content), at + 4 + 23
    for _ in range(content[at + 4 + 22]):
        kind, count = content[place] & 0x3F, int.from_bytes(content[place + 1 : place + 3], "big")
        if kind in _HEVC_MESSAGES:
            emptied[place] = content[place] & 0xC0 | _NO_TYPE
        place += 3
        for _ in range(count):
            size = int.from_bytes(content[place : place + 2], "big")
            if kind in _HEVC_MESSAGES:
                emptied[place + 2 : place + 2 + size] = bytes((_NO_TYPE << 1, 1)) + bytes(max(0, size - 2))
            place += 2 + size
    return bytes(emptied)


def _clean(source: Any, stream: Any, copy: Any, most_seconds: int) -> Iterator[Any]:
    """Packets without messages. Raises Refused for more of them, or of time, than a video may have."""
    from av.bitstream import BitStreamFilterContext

    name = getattr(stream.codec_context.codec, "canonical_name", stream.codec_context.name)
    sieve = BitStreamFilterContext(_FILTERS[name], stream, copy) if name in _FILTERS else None
    first: float | None = None
    for count, packet in enumerate(source.demux(stream)):
        if packet.dts is None:
            continue
        begins = float((packet.pts if packet.pts is not None else packet.dts) * packet.time_base)
        first = begins if first is None else min(first, begins)
        if (
            _end_of(packet) - first > most_seconds + SLACK_SECONDS
            or count > most_seconds * MOST_FRAMES_A_SECOND
        ):
            raise Refused("too_long")
        yield from sieve.filter(packet) if sieve is not None else (packet,)
    if sieve is not None:
        yield from sieve.filter(None)


def _end_of(packet: Any) -> float:
    at = packet.pts if packet.pts is not None else packet.dts
    return float((at + (packet.duration or 0)) * packet.time_base)


def _posters(content: bytes, media_type: MediaType, seconds: float) -> list[tuple[float, Image.Image]]:
    wanted = [seconds * (number + 0.5) / POSTERS for number in range(POSTERS)]
    found: dict[int, tuple[float, Image.Image]] = {}
    with _opened(content, media_type) as source:
        stream = source.streams.video[0]
        stream.thread_type = "NONE"
        for second in wanted:
            source.seek(int(second / stream.time_base), stream=stream, backward=True)
            frame = _frame_at(source, stream, second)
            if frame is not None and frame.pts not in found:
                found[frame.pts] = (float(frame.pts * frame.time_base), _upright(frame))
    return [found[pts] for pts in sorted(found)]


def _frame_at(source: Any, stream: Any, second: float) -> Any:
    """The first frame that is shown then or later; the last one where there is none."""
    last = None
    for frame in source.decode(stream):
        if frame.pts is None:
            continue
        last = frame
        if float(frame.pts * frame.time_base) >= second:
            break
    return last


def _upright(frame: Any) -> Image.Image:
    picture: Image.Image = frame.to_image()
    turned = picture.rotate(frame.rotation, expand=True) if frame.rotation else picture
    turned.thumbnail((LONGEST_EDGE, LONGEST_EDGE), Image.Resampling.LANCZOS)
    return turned


def _taken_at(said: Mapping[str, str]) -> datetime | None:
    text = said.get("com.apple.quicktime.creationdate") or said.get("creation_time") or ""
    try:
        taken_at = datetime.fromisoformat(text)
    except ValueError:
        return None
    aware = taken_at if taken_at.tzinfo is not None else taken_at.replace(tzinfo=UTC)
    return aware if aware.year > 1990 else None  # counted from 1904 where nobody set it


def _place(said: Mapping[str, str]) -> tuple[float, float] | None:
    text = said.get("com.apple.quicktime.location.iso6709") or said.get("location") or ""
    found = _PLACE.match(text)
    if found is None:
        return None
    lat, lng = float(found[1]), float(found[2])
    return (lat, lng) if abs(lat) <= 90 and abs(lng) <= 180 and (lat, lng) != (0, 0) else None
