"""The icons under which the officers' pages stand on a phone: the ring of the five minutes, drawn here.

Leaves to others: where they are asked for (`web.installable`).
"""

from __future__ import annotations

import io
from functools import lru_cache
from math import cos, radians, sin

from PIL import Image, ImageDraw

SIZES = (180, 192, 512)  # pixels: a home screen of Apple's, and the two that a web app manifest is asked for
_COLOURS = {"officer": (20, 85, 217), "auxiliary": (11, 122, 82)}
_FINER = 4  # times the size while drawing, so that edges come out smooth
# A maskable icon may be cut to a circle of 80 % of its width (W3C, Web Application Manifest, "icon masks").
_RADIUS = {False: 0.30, True: 0.25}


@lru_cache(maxsize=16)
def icon(door: str, size: int, maskable: bool) -> bytes:
    """A PNG of ``size`` pixels each way for the door ``officer`` or ``auxiliary``; some 10 ms the first time.

    ``maskable``: the colour reaches into the corners, and the sign stays in the middle.
    """
    side = size * _FINER
    picture = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    colour = _COLOURS[door]
    if maskable or size == 180:  # Apple rounds the corners itself
        draw.rectangle((0, 0, side, side), fill=colour)
    else:
        draw.rounded_rectangle((0, 0, side - 1, side - 1), side * 0.22, fill=colour)
    _ring(draw, side, _RADIUS[maskable], colour)
    out = io.BytesIO()
    picture.resize((size, size), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


def _ring(draw: ImageDraw.ImageDraw, side: int, share: float, ground: tuple[int, int, int]) -> None:
    """A clock's ring with two thirds of the time left, and its hand."""
    track = tuple(round(0.65 * part + 0.35 * 255) for part in ground)
    middle, radius, width = side / 2, side * share, side * 0.085
    box = (middle - radius, middle - radius, middle + radius, middle + radius)
    draw.ellipse(box, outline=track, width=round(width))
    draw.arc(box, -90, 150, fill=(255, 255, 255, 255), width=round(width))
    centre_line = radius - width / 2
    for degrees in (-90, 150):
        _dot(
            draw,
            middle + centre_line * cos(radians(degrees)),
            middle + centre_line * sin(radians(degrees)),
            width / 2,
        )
    tip = (middle + radius * 0.34, middle - radius * 0.34)
    draw.line((middle, middle, *tip), fill=(255, 255, 255, 255), width=round(width * 0.8))
    for x, y in ((middle, middle), tip):
        _dot(draw, x, y, width * 0.4)


def _dot(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float) -> None:
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(255, 255, 255, 255))
