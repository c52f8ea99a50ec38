"""Plates and parked cars drawn by the project: nobody's car, nobody's plate, in the look of GA 36-2018.

Signs come from a free font and are stretched to the standard's size, so figures about reading them are an indication
of what real plates would give, and no more. Leaves to others: what is made of the pictures.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import pylopdf_fonts_zh_cn
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

Colour = tuple[int, int, int]
_WHITE, _BLACK, _RED = (255, 255, 255), (17, 17, 17), (200, 24, 24)
_BLUE, _YELLOW, _DARK = (20, 80, 200), (245, 197, 24), (22, 24, 28)
_PALE, _GREEN = (233, 246, 236), (95, 193, 124)
_RED_SIGNS = frozenset("警应急使领")


@dataclass(frozen=True, slots=True)
class Look:
    """Ground above and below (``aside``: left and right), ink; ``two_rows``: as behind a lorry or on a trailer."""

    ground: Colour
    second: Colour
    ink: Colour
    aside: bool = False
    two_rows: bool = False
    red: frozenset[str] = frozenset()


LOOKS: dict[str, Look] = {
    "ordinary": Look(_BLUE, _BLUE, _WHITE),
    "ordinary_large": Look(_YELLOW, _YELLOW, _BLACK),
    "ordinary_large_rear": Look(_YELLOW, _YELLOW, _BLACK, two_rows=True),
    "nev_small": Look(_PALE, _GREEN, _BLACK),
    "nev_large": Look(_YELLOW, _GREEN, _BLACK, aside=True),
    "trailer": Look(_YELLOW, _YELLOW, _BLACK, two_rows=True),
    "learner": Look(_YELLOW, _YELLOW, _BLACK),
    "police": Look(_WHITE, _WHITE, _BLACK, red=_RED_SIGNS),
    "hk_macau": Look(_DARK, _DARK, _WHITE),
    "embassy": Look(_DARK, _DARK, _WHITE),
    "consulate": Look(_DARK, _DARK, _WHITE),
    "armed_police": Look(_WHITE, _WHITE, _BLACK, red=frozenset("WJ")),
    "military": Look(_WHITE, _WHITE, _BLACK, red=frozenset("ABCDEFGHJKLMNPQRSTUVWXYZ")),
    "emergency": Look(_WHITE, _WHITE, _BLACK, red=_RED_SIGNS),
}


@dataclass(frozen=True, slots=True)
class Conditions:
    """How a car is photographed. ``share``: the plate's part of the picture's width. ``turn``: degrees.

    ``aslant``: 0 from straight behind, 0.4 from far aside. ``light``: 1 by day. ``blur``: radius in pixels of a picture
    1280 wide. ``dirt``: part of the plate that is splashed.
    """

    share: float = 0.3
    turn: float = 0.0
    aslant: float = 0.0
    light: float = 1.0
    noise: float = 0.0
    blur: float = 0.6
    dirt: float = 0.0


CONDITIONS: dict[str, Conditions] = {
    "day": Conditions(),
    "night": Conditions(light=0.3, noise=0.1, blur=0.8),
    "tilt": Conditions(turn=9),
    "aslant": Conditions(aslant=0.3, turn=3),
    "blur": Conditions(blur=2.2),
    "dirt": Conditions(dirt=0.06),
    "far": Conditions(share=0.13),
    "worst": Conditions(share=0.14, turn=8, light=0.3, noise=0.1, blur=1.2),
}


def plate(number: str, plate_class: str = "ordinary", height: int = 140) -> Image.Image:
    """A plate of 440 by 140 mm (480 for eight signs, 440 by 220 in two rows); ``height`` pixels for 140 mm."""
    look = LOOKS[plate_class]
    tall, wide = (220, 440) if look.two_rows else (140, 480 if len(number) == 8 else 440)
    picture = Image.new("RGB", (wide * 2, tall * 2), look.ground)
    draw = ImageDraw.Draw(picture)
    if look.ground != look.second:
        at = (wide * 2 * 3 // 10, 0) if look.aside else (0, tall)
        draw.rectangle((*at, wide * 2, tall * 2), fill=look.second)
    draw.rounded_rectangle((8, 8, wide * 2 - 8, tall * 2 - 8), 20, outline=look.ink, width=4)
    if look.two_rows:
        _row(picture, number[:2], look, 2 * 30, (80, 60), 2 * 110, dot=False)
        _row(picture, number[2:], look, 2 * 98, (65, 110), 2 * 24, dot=False)
    else:
        _row(
            picture,
            number,
            look,
            2 * 25,
            (45, 90),
            2 * 15,
            dot=number[:2] not in {"WJ"} and number[0].isalpha(),
        )
    scale = height / (140 * 2)
    return picture.resize((int(wide * 2 * scale), int(tall * 2 * scale)), Image.Resampling.LANCZOS)


def _row(
    picture: Image.Image, signs: str, look: Look, top: int, size: tuple[int, int], margin: int, *, dot: bool
) -> None:
    """Signs of one size side by side, evenly between the margins; a dot after the second takes half a place."""
    wide, tall = 2 * size[0], 2 * size[1]
    places = len(signs) + (0.35 if dot else 0)
    step = (picture.width - 2 * margin) / places
    wide = min(wide, int(step * 0.9))
    for place, sign in enumerate(signs):
        middle = margin + step * (place + 0.5 + (0.35 if dot and place > 1 else 0))
        mask = _sign(sign, wide, tall)
        ink = _RED if sign in look.red else look.ink
        picture.paste(ink, (int(middle - mask.width / 2), top), mask)
    if dot:
        x, y, r = margin + step * 2.175, top + tall / 2, 10
        ImageDraw.Draw(picture).ellipse((x - r, y - r, x + r, y + r), fill=look.ink)


@lru_cache(maxsize=512)
def _sign(sign: str, wide: int, tall: int) -> Image.Image:
    """One sign, stretched as plates stretch them; a 1 stays narrow."""
    font = ImageFont.truetype(str(pylopdf_fonts_zh_cn.sans_path()), 200)
    left, top, right, bottom = (int(edge) for edge in font.getbbox(sign, stroke_width=5))
    mask = Image.new("L", (right - left, bottom - top), 0)
    ImageDraw.Draw(mask).text((-left, -top), sign, font=font, fill=255, stroke_width=5)
    return mask.resize((int(wide * 0.5) if sign == "1" else wide, tall), Image.Resampling.LANCZOS)


def scene(
    number: str,
    plate_class: str = "ordinary",
    conditions: Conditions | None = None,
    *,
    size: tuple[int, int] = (1280, 960),
    seed: int = 1,
) -> Image.Image:
    """A parked car from behind, on a street with houses; the same for the same ``seed``."""
    how, chance = conditions or Conditions(), random.Random(seed)
    picture = street(size, chance)
    shown = plate(number, plate_class, 280)
    if how.dirt:
        _splash(shown, how.dirt, chance)
    _hang(picture, shown, how)
    return _photograph(picture, how)


def street(size: tuple[int, int], chance: random.Random) -> Image.Image:
    """Everything but the plate."""
    width, height = size
    picture = Image.new("RGB", size, (148, 160, 172))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, height * 3 // 5, width, height), fill=(78, 82, 88))
    for x in range(0, width, width // 6):
        shade = chance.randrange(120, 200)
        draw.rectangle((x, height // 8, x + width // 7, height * 3 // 5), fill=(shade, shade - 8, shade - 20))
    body = (width // 5, height * 3 // 10, width * 4 // 5, height * 4 // 5)
    draw.rounded_rectangle(body, width // 24, fill=(206, 210, 216))
    window = (width * 3 // 10, height * 7 // 20, width * 7 // 10, height // 2)
    draw.rounded_rectangle(window, width // 40, fill=(40, 48, 58))
    for x in (width * 23 // 100, width * 70 // 100):
        lamp = (x, height * 54 // 100, x + width * 7 // 100, height * 60 // 100)
        draw.rounded_rectangle(lamp, 8, fill=(190, 30, 36))
    return picture


def _splash(shown: Image.Image, part: float, chance: random.Random) -> None:
    draw = ImageDraw.Draw(shown)
    left = part * shown.width * shown.height
    while left > 0:
        r = chance.randrange(3, max(4, shown.height // 14))
        x, y = chance.randrange(shown.width), chance.randrange(shown.height)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(92, 80, 66))
        left -= 3.14 * r * r


def _hang(picture: Image.Image, shown: Image.Image, how: Conditions) -> None:
    width, height = picture.size
    wide = int(width * how.share)
    shown = shown.resize((wide, wide * shown.height // shown.width), Image.Resampling.LANCZOS).convert("RGBA")
    if how.aslant:
        shown = _aslant(shown, how.aslant)
    if how.turn:
        shown = shown.rotate(how.turn, Image.Resampling.BICUBIC, expand=True)
    picture.paste(shown, ((width - shown.width) // 2, height * 66 // 100 - shown.height // 2), shown)


def _aslant(shown: Image.Image, much: float) -> Image.Image:
    """Seen from aside: the far edge is lower, and everything narrower."""
    width, height = shown.size
    narrow, low = width * (1 - much * 0.6), height * much / 2
    corners = ((0.0, 0.0), (narrow, low), (narrow, height - low), (0.0, float(height)))
    whole = ((0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height)))
    coefficients = _perspective(corners, whole)
    return shown.transform(
        (int(narrow), height), Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC
    )


def _perspective(target: Sequence[tuple[float, float]], source: Sequence[tuple[float, float]]) -> list[float]:
    """The eight numbers by which Pillow finds for a point of ``target`` the one of ``source``: eight equations."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(target, source, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for at in range(8):
        pivot = max(range(at, 8), key=lambda row: abs(rows[row][at]))
        rows[at], rows[pivot] = rows[pivot], rows[at]
        rows[at] = [value / rows[at][at] for value in rows[at]]
        for other in range(8):
            if other != at:
                much = rows[other][at]
                rows[other] = [a - much * b for a, b in zip(rows[other], rows[at], strict=True)]
    return [row[8] for row in rows]


def _photograph(picture: Image.Image, how: Conditions) -> Image.Image:
    if how.light != 1:
        picture = ImageEnhance.Brightness(picture).enhance(how.light)
    if how.noise:
        picture = Image.blend(picture, Image.effect_noise(picture.size, 18).convert("RGB"), how.noise)
    return picture.filter(ImageFilter.GaussianBlur(how.blur * picture.width / 1280))


def photographed(
    path: Path, number: str, plate_class: str = "ordinary", conditions: Conditions | None = None
) -> Path:
    """The scene as a phone's camera would leave it."""
    scene(number, plate_class, conditions).save(path, "JPEG", quality=88)
    return path


_SHAPES: dict[str, str] = {
    "ordinary": "PLXXXXX",
    "ordinary_large": "PLXXXXX",
    "ordinary_large_rear": "PLXXXXX",
    "nev_small": "PLDXNNNN",
    "nev_large": "PLNNNNND",
    "trailer": "PLXXXX挂",
    "learner": "PLXXXX学",
    "police": "PLXXXX警",
    "hk_macau": "粤ZXXXX港",
    "embassy": "NNNNNN使",
    "consulate": "PNNNNN领",
    "armed_police": "WJPNNNNX",
    "military": "LLNNNNN",
    "emergency": "PSXXXX应急",
}
_SIGNS: dict[str, str] = {
    "P": "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼",
    "L": "ABCDEFGHJKLMNPQRSTUVWXYZ",
    "X": "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789" + "0123456789" * 2,
    "N": "0123456789",
    "D": "DF",
}
_LITERAL = {"hk_macau": "粤Z", "armed_police": "WJ", "emergency": ""}


def numbers(plate_class: str, count: int, *, seed: int = 7, province: str | None = None) -> list[str]:
    """Numbers of a class that nobody owns, the same for the same ``seed``; ``province`` where it shall be one."""
    chance, found = random.Random(f"{seed} {plate_class}"), []
    literal = _LITERAL.get(plate_class, "")
    for _ in range(count):
        shape = _SHAPES[plate_class].removeprefix(literal)
        signs = (
            province if sign == "P" and province else chance.choice(_SIGNS[sign]) if sign in _SIGNS else sign
            for sign in shape
        )
        found.append(literal + "".join(signs))
    return found


def turned(conditions: Conditions, degrees: float) -> Conditions:
    """The same, turned further."""
    return replace(conditions, turn=conditions.turn + degrees)
