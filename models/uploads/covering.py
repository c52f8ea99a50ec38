"""The copy that others see: areas are filled with one colour each.

Filled, not softened: of what is pixelated or blurred, signs of a known font can be computed back (a plate has few), and
faces be recognised. Of one mean colour nothing can.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PIL import Image, ImageDraw, ImageStat

from models.uploads.areas import Found

MARGIN = 0.12  # of an area's size on each side: what finds things cuts them close
_STEP = 16  # colours in steps, so that the mean says less still


def covered(picture: Image.Image, areas: Iterable[tuple[int, int, int, int]]) -> Image.Image:
    """A new picture; ``areas`` as left, top, width, height in its pixels."""
    drawn = picture.copy()
    pen = ImageDraw.Draw(drawn)
    for left, top, width, height in areas:
        box = (
            max(0, left),
            max(0, top),
            min(picture.width, left + width),
            min(picture.height, top + height),
        )
        if box[0] >= box[2] or box[1] >= box[3]:
            continue
        mean = ImageStat.Stat(picture.crop(box)).mean
        colour = tuple(min(255, int(part) // _STEP * _STEP + _STEP // 2) for part in mean[:3])
        # With an edge, so that people see that something was covered, and take it for no part of the scene.
        pen.rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=colour, outline=(255, 255, 255), width=2)
    return drawn


def with_margin(found: Sequence[Found], width: int, height: int) -> list[Found]:
    """The same areas a little larger, inside a picture of this size."""
    grown = []
    for one in found:
        across, down = int(one.width * MARGIN) + 2, int(one.height * MARGIN) + 2
        left, top = max(0, one.left - across), max(0, one.top - down)
        right = min(width, one.left + one.width + across)
        bottom = min(height, one.top + one.height + down)
        if right - left >= 2 and bottom - top >= 2:
            grown.append(Found(left, top, right - left, bottom - top, one.kind, one.confidence))
    return grown
