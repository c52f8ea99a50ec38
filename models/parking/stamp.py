"""The stamped copy of an officer's photo: when, where, by whom, and the first signs of the original's SHA-256, so that

the picture that is shown says itself what it is of. Drawn below the picture, never over it: nothing is covered.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from models.clock import BEIJING
from models.geography import Location
from models.images import QUALITY

SHA_SHOWN = 12  # hexadecimal digits
THUMB_EDGE = 320  # pixels
_INK, _GROUND = (255, 255, 255), (20, 24, 28)


@dataclass(frozen=True, slots=True)
class Stamp:
    """``received_at`` is the server's clock, ``device_at`` the phone's; ``place`` in WGS-84; ``officer`` a number."""

    received_at: datetime
    device_at: datetime
    place: Location | None
    officer: str
    sha256: bytes

    @property
    def lines(self) -> tuple[str, str]:
        """What stands on it, in figures, and two words of Chinese."""
        place = self.place
        where = "—" if place is None else f"{place.lat:.5f}, {place.lng:.5f}"
        if place is not None and place.accuracy_m is not None:
            where += f" ±{place.accuracy_m:.0f} m"
        taken = self.device_at.astimezone(BEIJING)
        kept = self.received_at.astimezone(BEIJING)
        return (
            f"{taken:%Y-%m-%d %H:%M:%S}   WGS-84 {where}",
            f"№ {self.officer}   SHA-256 {self.sha256.hex()[:SHA_SHOWN]}   收到 {kept:%Y-%m-%d %H:%M:%S}",
        )


def stamped(picture: Image.Image, stamp: Stamp) -> Image.Image:
    """A new picture: the same pixels, and below them a band with the stamp."""
    width, height = picture.size
    size = max(10, width // 50)
    font = _font(size)
    widest = max(font.getlength(line) for line in stamp.lines)
    if widest > width * 0.96:
        font = _font(max(6, int(size * width * 0.96 / widest)))
    line = int(font.size * 1.5)
    whole = Image.new("RGB", (width, height + 2 * line + line // 2), _GROUND)
    whole.paste(picture, (0, 0))
    draw = ImageDraw.Draw(whole)
    for number, text in enumerate(stamp.lines):
        draw.text((int(width * 0.02), height + line // 4 + number * line), text, font=font, fill=_INK)
    return whole


def thumbnail(jpeg: bytes) -> bytes:
    """A small JPEG of one."""
    picture = Image.open(io.BytesIO(jpeg))
    picture.draft("RGB", (THUMB_EDGE, THUMB_EDGE))
    picture.thumbnail((THUMB_EDGE, THUMB_EDGE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont:
    # Some 16 MB that only a process that stamps needs.
    import pylopdf_fonts_zh_cn

    return ImageFont.truetype(str(pylopdf_fonts_zh_cn.sans_path()), size)
