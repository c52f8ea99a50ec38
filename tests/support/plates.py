"""Plates and parked cars drawn by the project: nobody's car, nobody's plate, in the look of GA 36-2018."""

from __future__ import annotations

import random
from pathlib import Path

import pylopdf_fonts_zh_cn
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

_LOOKS: dict[str, tuple[str, str, str]] = {
    "ordinary": ("#1450c8", "#1450c8", "white"),
    "ordinary_large": ("#f5c518", "#f5c518", "#111111"),
    "nev_small": ("#e9f6ec", "#5fc17c", "#111111"),
    "nev_large": ("#f5c518", "#5fc17c", "#111111"),
    "police": ("white", "white", "#111111"),
}


def plate(number: str, plate_class: str = "ordinary", height: int = 140) -> Image.Image:
    """A plate of 440 by 140 mm (480 for eight signs), with the bullet after the second sign."""
    top, bottom, ink = _LOOKS.get(plate_class, _LOOKS["ordinary"])
    width = height * (480 if len(number) == 8 else 440) // 140
    picture = Image.new("RGB", (width, height), top)
    draw = ImageDraw.Draw(picture)
    if top != bottom:
        draw.rectangle((0, height // 2, width, height), fill=bottom)
    edge = max(2, height // 40)
    draw.rounded_rectangle(
        (edge, edge, width - edge, height - edge), height // 12, outline=ink, width=max(1, edge // 2)
    )
    font = ImageFont.truetype(str(pylopdf_fonts_zh_cn.sans_path()), int(height * 0.62))
    step, start = (width - 4 * edge - height * 0.12) / len(number), 2 * edge
    for place, sign in enumerate(number):
        x = start + step * (place + 0.5) + (height * 0.12 if place > 1 else 0)
        draw.text(
            (x, height / 2),
            sign,
            font=font,
            fill=ink,
            anchor="mm",
            stroke_width=max(1, height // 50),
            stroke_fill=ink,
        )
    x, r = start + step * 2 + height * 0.06, height // 22
    draw.ellipse((x - r, height / 2 - r, x + r, height / 2 + r), fill=ink)
    return picture


def scene(
    number: str,
    plate_class: str = "ordinary",
    *,
    size: tuple[int, int] = (1280, 960),
    share: float = 0.3,
    tilt: float = 0.0,
    night: bool = False,
    seed: int = 1,
) -> Image.Image:
    """A parked car from behind, its plate ``share`` of the picture's width wide, turned by ``tilt`` degrees."""
    width, height = size
    chance = random.Random(seed)
    picture = Image.new("RGB", size, (148, 160, 172))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, height * 3 // 5, width, height), fill=(78, 82, 88))
    for x in range(0, width, width // 6):
        shade = chance.randrange(120, 200)
        draw.rectangle((x, height // 8, x + width // 7, height * 3 // 5), fill=(shade, shade - 8, shade - 20))
    body = (width // 5, height * 3 // 10, width * 4 // 5, height * 4 // 5)
    draw.rounded_rectangle(body, width // 24, fill=(206, 210, 216))
    draw.rounded_rectangle(
        (width * 3 // 10, height * 7 // 20, width * 7 // 10, height // 2), width // 40, fill=(40, 48, 58)
    )
    for x in (width * 23 // 100, width * 70 // 100):
        draw.rounded_rectangle(
            (x, height * 54 // 100, x + width * 7 // 100, height * 60 // 100), 8, fill=(190, 30, 36)
        )
    shown = plate(number, plate_class, 280)
    wide = int(width * share)
    shown = shown.resize((wide, wide * shown.height // shown.width), Image.Resampling.LANCZOS)
    mask = Image.new("L", shown.size, 255)
    if tilt:
        shown = shown.rotate(tilt, Image.Resampling.BICUBIC, expand=True)
        mask = mask.rotate(tilt, Image.Resampling.BICUBIC, expand=True)
    picture.paste(shown, ((width - shown.width) // 2, height * 66 // 100 - shown.height // 2), mask)
    if night:
        picture = ImageEnhance.Brightness(picture).enhance(0.35)
        noise = Image.effect_noise(size, 18).convert("RGB")
        picture = Image.blend(picture, noise, 0.08)
    return picture.filter(ImageFilter.GaussianBlur(0.6))


def photographed(path: Path, number: str, plate_class: str = "ordinary") -> Path:
    """The scene as a phone's camera would leave it."""
    scene(number, plate_class).save(path, "JPEG", quality=88)
    return path
