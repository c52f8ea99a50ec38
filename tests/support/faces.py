"""A face drawn by the project: nobody's, and like enough to one that what looks for faces takes it for one."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFilter


def face(height: int = 160) -> Image.Image:
    """Head and neck before a grey wall, ``height`` pixels tall."""
    size = (300, 400)
    picture = Image.new("RGB", size, (150, 152, 155))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((115, 300, 185, 400), fill=(196, 150, 122))
    draw.rectangle((40, 370, 260, 400), fill=(60, 70, 90))
    draw.ellipse((58, 30, 242, 300), fill=(48, 36, 30))
    draw.ellipse((70, 62, 230, 330), fill=(222, 178, 150))
    draw.ellipse((84, 150, 216, 322), fill=(228, 186, 158))
    for x in (112, 188):
        draw.arc((x - 28, 140, x + 28, 172), 200, 340, fill=(60, 42, 34), width=8)
        draw.ellipse((x - 22, 166, x + 22, 190), fill=(245, 242, 238))
        draw.ellipse((x - 11, 166, x + 11, 190), fill=(64, 44, 32))
        draw.ellipse((x - 5, 172, x + 5, 184), fill=(10, 10, 10))
        draw.arc((x - 24, 160, x + 24, 196), 190, 350, fill=(90, 60, 48), width=4)
    draw.polygon(((150, 180), (132, 236), (168, 236)), fill=(206, 158, 130))
    draw.ellipse((134, 228, 148, 240), fill=(140, 92, 76))
    draw.ellipse((152, 228, 166, 240), fill=(140, 92, 76))
    draw.ellipse((112, 262, 188, 292), fill=(186, 84, 82))
    draw.line((114, 276, 186, 276), fill=(120, 48, 50), width=4)
    soft = picture.filter(ImageFilter.GaussianBlur(3))
    return soft.resize((height * 3 // 4, height), Image.Resampling.LANCZOS)
