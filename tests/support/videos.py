"""Videos that tests send: drawn here and encoded by PyAV, with a voice (a tone) and a place, as a phone writes them."""

from __future__ import annotations

import io
import math
from fractions import Fraction
from typing import Any

import av
import numpy as np


def video(
    seconds: float = 2.0,
    *,
    suffix: str = "mp4",
    codec: str = "libx264",
    size: tuple[int, int] = (320, 240),
    rate: int = 10,
    sound: bool = True,
    metadata: dict[str, str] | None = None,
    turned: int = 0,
) -> bytes:
    """A square that moves over a street's grey."""
    out = io.BytesIO()
    options = {"movflags": "use_metadata_tags"} if suffix in {"mp4", "mov"} else {}
    with av.open(out, "w", format=suffix, options=options) as target:
        for name, value in (metadata or {}).items():
            target.metadata[name] = value
        stream: Any = target.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        tone: Any = (
            target.add_stream("libopus" if suffix == "webm" else "aac", rate=48_000) if sound else None
        )
        for number in range(round(seconds * rate)):
            picture = np.full((size[1], size[0], 3), 120, np.uint8)
            at = number * 4 % (size[0] - 40)
            picture[20:60, at : at + 40] = (200, 40, 40)
            target.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        target.mux(stream.encode(None))
        if tone is not None:
            _sound(target, tone, seconds)
    return out.getvalue()


def _sound(target: Any, tone: Any, seconds: float) -> None:
    count = int(seconds * 48_000)
    wave = np.array([[math.sin(number / 20) * 0.3 for number in range(count)]], np.float32)
    for at in range(0, count - 1024, 1024):
        frame = av.AudioFrame.from_ndarray(wave[:, at : at + 1024], format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, at, Fraction(1, 48_000)
        target.mux(tone.encode(frame))
    target.mux(tone.encode(None))
