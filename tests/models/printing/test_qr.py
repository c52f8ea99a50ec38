"""Single codes: what was drawn is read back by a decoder that did not draw it."""

import io
import xml.etree.ElementTree as ET

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from models.printing.qr import modules, png, runs, sticker_url, svg

URL = "https://wufen.example/s/q5t5t7q2ebd3jkinvi5bjtemka"


def read(picture: Image.Image) -> list[tuple[str, str]]:
    return [(code.text, code.ec_level) for code in zxingcpp.read_barcodes(picture.convert("L"))]


def test_a_sticker_says_its_address_and_nothing_else() -> None:
    assert sticker_url("https://wufen.example", "q5t5t7q2ebd3jkinvi5bjtemka") == URL
    assert sticker_url("https://wufen.example/", "abc") == "https://wufen.example/s/abc"


def test_the_png_is_read_back_with_the_highest_error_correction() -> None:
    assert read(Image.open(io.BytesIO(png(URL)))) == [(URL, "H")]


def test_a_fifth_of_it_may_be_lost_behind_glass_and_dirt() -> None:
    picture = Image.open(io.BytesIO(png(URL))).convert("L")
    middle, part = picture.width // 2, picture.width // 6
    ImageDraw.Draw(picture).rectangle((middle - part, middle - part, middle + part, middle + part), fill=255)
    assert read(picture) == [(URL, "H")]


def test_the_svg_draws_the_same_modules() -> None:
    root = ET.fromstring(svg(URL, "<扫码> & 挪车"))
    assert [child.tag.rpartition("}")[2] for child in root] == ["title", "path", "path"]
    assert root[0].text == "<扫码> & 挪车"
    edge = int(root.attrib["viewBox"].split()[2])
    picture = Image.new("L", (edge * 8, edge * 8), 255)
    draw = ImageDraw.Draw(picture)
    for bar in root[2].attrib["d"].split("M")[1:]:
        x, y = (int(number) for number in bar.split("h")[0].split())
        length = int(bar.split("h")[1].split("v")[0])
        draw.rectangle((x * 8, y * 8, (x + length) * 8 - 1, y * 8 + 7), fill=0)
    assert read(picture) == [(URL, "H")]


def test_bars_cover_exactly_the_dark_modules() -> None:
    rows = modules(URL)
    covered = {(x + step, y) for x, y, length in runs(rows) for step in range(length)}
    assert covered == {(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}


@pytest.mark.parametrize("scale", [2, 30])
def test_a_png_can_be_small_or_large(scale: int) -> None:
    assert read(Image.open(io.BytesIO(png(URL, scale)))) == [(URL, "H")]
