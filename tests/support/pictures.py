"""Pictures that tests take: drawn here, nobody's."""

from pathlib import Path

from PIL import Image, ImageDraw


def street(path: Path, size: tuple[int, int] = (1280, 960)) -> Path:
    """A car before a garage, as a phone's camera would leave it: a JPEG of some hundred kilobytes at most."""
    width, height = size
    picture = Image.new("RGB", size, (148, 160, 172))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, height * 2 // 3, width, height), fill=(78, 82, 88))
    draw.rectangle((width // 6, height // 6, width // 2, height * 2 // 3), fill=(196, 188, 170))
    draw.rounded_rectangle(
        (width // 3, height // 2, width * 4 // 5, height * 4 // 5), 40, fill=(228, 232, 236)
    )
    draw.rectangle((width // 2, height * 7 // 10, width * 13 // 20, height * 3 // 4), fill=(29, 79, 196))
    picture.save(path, "JPEG", quality=85)
    return path
