"""Streets drawn for the sample city's reports: nobody's car, nobody's plate, nobody's face.

Each scene shows what its report tells of, seen twice: the whole of it, and from nearer. What is to be covered for
others is known, because it was drawn. Leaves to others: what is made of the pictures.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import pylopdf_fonts_zh_cn
from PIL import Image, ImageDraw, ImageFont

from models.uploads.areas import AreaKind, Found

SIZE = (960, 720)
Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]
_WHITE, _BLACK = (255, 255, 255), (17, 17, 17)
_BLUE, _GREEN = (20, 80, 200), (120, 205, 145)
_ROAD, _PAVEMENT = (78, 82, 88), (142, 140, 136)
_BODIES: tuple[Colour, ...] = (
    (198, 203, 210), (58, 70, 88), (150, 38, 42), (226, 226, 222), (40, 44, 48), (92, 112, 130),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scene:
    """``offence``: what is seen. ``light``: 1 by day. ``missed``: another car's plate that nothing found."""

    offence: str
    plate: str
    seed: int
    light: float = 1.0
    others: int = 1
    people: int = 0
    missed: bool = False


@dataclass(slots=True)
class Canvas:
    picture: Image.Image
    draw: ImageDraw.ImageDraw
    chance: random.Random
    found: list[Found] = field(default_factory=list)

    def cover(self, box: Box, kind: AreaKind) -> None:
        """``box`` (left, top, right, bottom) is to be covered for others, with a little around it."""
        left, top = max(0, box[0] - 4), max(0, box[1] - 4)
        right, bottom = min(SIZE[0], box[2] + 4), min(SIZE[1], box[3] + 4)
        if right - left > 4 and bottom - top > 4:
            self.found.append(Found(left, top, right - left, bottom - top, kind, 0.9))


def photos(scene: Scene) -> list[tuple[Image.Image, list[Found]]]:
    """The two photos of a scene, each with what is to be covered on it. The same for the same scene."""
    return [_photo(scene, near=near) for near in (False, True)]


def _photo(scene: Scene, *, near: bool) -> tuple[Image.Image, list[Found]]:
    chance = random.Random(f"{scene.seed} {near}")
    picture = Image.new("RGB", SIZE, _tint((150, 168, 186), scene.light))
    canvas = Canvas(picture, ImageDraw.Draw(picture), chance)
    _street(canvas, scene.seed, near=near)
    _SETTINGS.get(scene.offence, _plain)(canvas)
    for number in range(scene.others):
        x = 60 + number * 640 + (40 if near else 0)
        _car(canvas, (x, 330, x + 170, 440), _BODIES[(scene.seed + number + 2) % len(_BODIES)])
        plate = (x + 52, 402, x + 120, 422)
        _plate(canvas, plate, _other_plate(scene.seed + number))
        if not (scene.missed and number == 0):
            canvas.cover(plate, "plate")
    for number in range(scene.people):
        _person(canvas, 830 - number * 90, 300 + number * 12)
    width = 470 if near else 330
    left = (SIZE[0] - width) // 2 + chance.randrange(-40, 40)
    bottom = 680 if near else 640
    body = (left, bottom - width * 64 // 100, left + width, bottom)
    _car(canvas, body, _BODIES[scene.seed % len(_BODIES)])
    wide = width * 36 // 100
    top = bottom - width * 22 // 100
    plate = (left + (width - wide) // 2, top, left + (width + wide) // 2, top + wide * 30 // 100)
    _plate(canvas, plate, scene.plate)
    canvas.cover(plate, "plate")
    finished = Image.eval(picture, lambda value: int(value * scene.light)) if scene.light != 1 else picture
    return finished, canvas.found


def _tint(colour: Colour, light: float) -> Colour:
    return (int(colour[0] * light), int(colour[1] * light), int(colour[2] * light))


def _street(canvas: Canvas, seed: int, *, near: bool) -> None:
    draw, chance = canvas.draw, random.Random(seed)
    shift = 36 if near else 0
    for x in range(-shift, SIZE[0], 150):
        shade = chance.randrange(120, 195)
        top = chance.randrange(60, 170)
        draw.rectangle((x, top, x + 146, 350), fill=(shade, shade - 10, shade - 24))
        for row in range(top + 22, 320, 48):
            for column in range(x + 14, x + 130, 44):
                draw.rectangle(
                    (column, row, column + 22, row + 26), fill=(shade - 55, shade - 50, shade - 44)
                )
    draw.rectangle((0, 350, SIZE[0], 420), fill=_PAVEMENT)
    draw.rectangle((0, 416, SIZE[0], 428), fill=(186, 184, 178))
    draw.rectangle((0, 428, SIZE[0], SIZE[1]), fill=_ROAD)


def _plain(canvas: Canvas) -> None:
    for x in range(20, SIZE[0], 130):
        canvas.draw.rectangle((x, 560, x + 70, 568), fill=(214, 214, 210))


def _fire_lane(canvas: Canvas) -> None:
    for x in range(-120, SIZE[0], 70):
        canvas.draw.line((x, 700, x + 150, 440), fill=(226, 186, 30), width=9)
    canvas.draw.rectangle((0, 436, SIZE[0], 444), fill=(226, 186, 30))
    canvas.draw.rectangle((14, 566, 236, 640), fill=_ROAD)
    canvas.draw.text((20, 572), "消防通道", font=_font(52), fill=(226, 186, 30))


def _bus_stop(canvas: Canvas) -> None:
    draw = canvas.draw
    draw.rectangle((760, 200, 768, 430), fill=(70, 76, 84))
    draw.rounded_rectangle((690, 170, 850, 240), 8, fill=(16, 98, 178))
    draw.text((712, 182), "公交站", font=_font(40), fill=_WHITE)
    draw.rectangle((120, 470, 900, 478), fill=(232, 200, 60))
    draw.rectangle((120, 650, 900, 658), fill=(232, 200, 60))
    draw.text((24, 586), "公交专用", font=_font(44), fill=(232, 200, 60))


def _no_parking(canvas: Canvas) -> None:
    draw = canvas.draw
    draw.rectangle((796, 210, 804, 430), fill=(90, 96, 104))
    draw.ellipse((752, 130, 848, 226), fill=(18, 74, 168), outline=(196, 30, 36), width=12)
    draw.line((770, 148, 830, 208), fill=(196, 30, 36), width=11)
    draw.line((770, 208, 830, 148), fill=(196, 30, 36), width=11)


def _yellow_line(canvas: Canvas) -> None:
    canvas.draw.rectangle((0, 432, SIZE[0], 446), fill=(232, 196, 40))
    _plain(canvas)


def _red_light(canvas: Canvas) -> None:
    draw = canvas.draw
    draw.rectangle((430, 60, 438, 350), fill=(70, 76, 84))
    draw.rounded_rectangle((400, 40, 468, 220), 12, fill=(26, 28, 30))
    for at, colour in enumerate(((232, 40, 36), (70, 62, 30), (26, 66, 40))):
        draw.ellipse((412, 50 + at * 56, 456, 94 + at * 56), fill=colour)
    draw.rectangle((0, 470, SIZE[0], 484), fill=_WHITE)
    for x in range(30, SIZE[0], 90):
        draw.polygon(((x, 500), (x + 46, 500), (x + 20, 560), (x - 30, 560)), fill=(228, 228, 224))


def _solid_line(canvas: Canvas) -> None:
    canvas.draw.polygon(((470, 430), (488, 430), (560, 720), (520, 720)), fill=_WHITE)


def _emergency_lane(canvas: Canvas) -> None:
    draw = canvas.draw
    draw.rectangle((0, 300, SIZE[0], 350), fill=(96, 124, 88))
    draw.rectangle((0, 372, SIZE[0], 384), fill=(180, 186, 190))
    draw.polygon(((250, 430), (268, 430), (170, 720), (130, 720)), fill=_WHITE)
    draw.text((740, 600), "应急车道", font=_font(50), fill=_WHITE)


_SETTINGS: dict[str, Callable[[Canvas], None]] = {
    "fire_lane": _fire_lane,
    "bus_stop": _bus_stop,
    "sign": _no_parking,
    "line": _yellow_line,
    "red_light": _red_light,
    "solid_line": _solid_line,
    "emergency_lane": _emergency_lane,
}


def _car(canvas: Canvas, box: Box, colour: Colour) -> None:
    """From behind."""
    draw, (left, top, right, bottom) = canvas.draw, box
    width, height = right - left, bottom - top
    roof = (left + width * 14 // 100, top, right - width * 14 // 100, top + height // 2)
    draw.rounded_rectangle(roof, max(4, width // 12), fill=colour)
    draw.rounded_rectangle(
        (left, top + height * 38 // 100, right, bottom - height // 12), width // 16, fill=colour
    )
    glass = (left + width // 5, top + height * 9 // 100, right - width // 5, top + height * 38 // 100)
    draw.rounded_rectangle(glass, max(3, width // 30), fill=(38, 46, 56))
    for x in (left + width * 4 // 100, right - width * 16 // 100):
        lamp = (x, top + height * 46 // 100, x + width * 12 // 100, top + height * 58 // 100)
        draw.rounded_rectangle(lamp, 4, fill=(186, 32, 36))
    for x in (left + width * 8 // 100, right - width * 22 // 100):
        draw.rounded_rectangle(
            (x, bottom - height // 8, x + width * 14 // 100, bottom + height // 24), 4, fill=(24, 24, 26)
        )


def _person(canvas: Canvas, x: int, y: int) -> None:
    draw = canvas.draw
    head = (x - 17, y - 22, x + 17, y + 22)
    draw.rounded_rectangle((x - 34, y + 24, x + 34, y + 150), 18, fill=(64, 88, 74))
    draw.rectangle((x - 22, y + 140, x - 4, y + 210), fill=(44, 48, 60))
    draw.rectangle((x + 4, y + 140, x + 22, y + 210), fill=(44, 48, 60))
    draw.ellipse(head, fill=(222, 186, 160))
    draw.pieslice((x - 18, y - 26, x + 18, y + 14), 180, 360, fill=(38, 30, 28))
    for side in (-7, 7):
        draw.ellipse((x + side - 2, y - 3, x + side + 2, y + 1), fill=(34, 28, 28))
    draw.arc((x - 7, y + 4, x + 7, y + 13), 20, 160, fill=(150, 80, 76), width=2)
    canvas.cover(head, "face")


def _plate(canvas: Canvas, box: Box, number: str) -> None:
    """Blue, or green where the number is one of eight signs (GA 36-2018)."""
    draw, (left, top, right, bottom) = canvas.draw, box
    new_energy = len(number) == 8
    draw.rounded_rectangle(box, 4, fill=_GREEN if new_energy else _BLUE, outline=_WHITE, width=2)
    ink = _BLACK if new_energy else _WHITE
    # A gap stands behind the letter of the city, where the screw and the dot are.
    step = (right - left) / (len(number) + 1.4)
    for at, sign in enumerate(number):
        x = left + (at + 1 + (0.4 if at > 1 else 0)) * step
        # The signs of a plate are twice as high as wide; no free font has a province's that narrow.
        font = _font(max(8, int(step * (1.7 if sign.isascii() else 1.1))))
        draw.text((x, (top + bottom) / 2), sign, font=font, fill=ink, anchor="mm")


def _other_plate(seed: int) -> str:
    chance = random.Random(f"other {seed}")
    return "川T" + "".join(chance.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(5))


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(pylopdf_fonts_zh_cn.sans_path()), size)
