"""The printed sheet, read by an independent decoder, and measured as a cutter would."""

from collections.abc import Iterator

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from models.printing.design import Design
from models.printing.pages import HEIGHT, LEFT, TOP, WIDTH
from models.printing.sheet import sheet

CODES = [f"code{number:022d}" for number in range(11)]
URL = "https://wufen.example"
YAAN = Design("车上码")
MM = 72 / 25.4


@pytest.fixture(scope="module")
def document() -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(sheet(CODES, URL, YAAN))
    yield document
    document.close()


def printed(document: pypdfium2.PdfDocument, page: int, dpi: int = 150) -> Image.Image:
    picture: Image.Image = document[page].render(scale=dpi / 72).to_pil()
    return picture.convert("L")


def read(picture: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(picture)]


def test_another_decoder_reads_every_sticker_of_every_page(document: pypdfium2.PdfDocument) -> None:
    assert len(document) == 2
    assert sorted(read(printed(document, 0))) == [f"{URL}/s/{code}" for code in CODES[:8]]
    assert sorted(read(printed(document, 1))) == [f"{URL}/s/{code}" for code in CODES[8:]]


def test_each_sticker_cut_out_along_its_marks_is_still_read_when_faded(
    document: pypdfium2.PdfDocument,
) -> None:
    page = printed(document, 0)
    scale = 150 / 25.4
    for number, code in enumerate(CODES[:8]):
        row, column = divmod(number, 2)
        left, top = LEFT + column * WIDTH, TOP + row * HEIGHT
        box = tuple(round(edge * scale) for edge in (left, top, left + WIDTH, top + HEIGHT))
        faded = page.crop((box[0], box[1], box[2], box[3])).point(lambda ink: 110 + ink // 3)
        assert read(faded) == [f"{URL}/s/{code}"]


def test_the_page_is_a4_and_names_platform_and_promise_in_chinese(document: pypdfium2.PdfDocument) -> None:
    assert document[0].get_size() == pytest.approx((210 * MM, 297 * MM), abs=0.1)
    text = document[0].get_textpage().get_text_range()
    assert text.count("扫码挪车") == 8
    assert text.count("五分钟") == 8
    assert text.count("车上码") == 9
    assert "1 / 2" in text


def test_the_font_is_embedded_as_a_subset() -> None:
    drawn = sheet(CODES[:1], URL, YAAN)
    assert b"/FontFile" in drawn
    # The whole font has eight megabytes.
    assert len(drawn) < 60_000


def test_a_page_says_nothing_about_a_car_and_the_same_codes_give_the_same_bytes() -> None:
    assert sheet(CODES, URL, YAAN) == sheet(CODES, URL, YAAN)


def test_a_long_name_is_made_to_fit_its_sticker() -> None:
    document = pypdfium2.PdfDocument(
        sheet(CODES[:1], URL, Design("阿坝藏族羌族自治州公安局交通警察支队挪车服务平台"))
    )
    page = printed(document, 0, 100)
    document.close()
    right = round((LEFT + WIDTH - 1.5) * 100 / 25.4)
    bottom = round((TOP + HEIGHT) * 100 / 25.4)
    # Nothing is printed to the right of the first sticker's frame.
    assert page.crop((right, round(TOP * 100 / 25.4) + 8, right + 4, bottom - 8)).getextrema() == (255, 255)
    assert read(page) == [f"{URL}/s/{CODES[0]}"]


def test_a_city_prints_its_own_words_and_colour() -> None:
    own = Design("德昌交管", headline="微信扫码挪车", note="隐私保护", colour="#0B5394")
    document = pypdfium2.PdfDocument(sheet(CODES[:1], URL, own))
    text = document[0].get_textpage().get_text_range()
    colours = document[0].render(scale=100 / 72).to_pil().convert("RGB").getcolors(1_000_000)
    document.close()
    assert "微信扫码挪车" in text
    assert "隐私保护" in text
    assert "扫码挪车\r\n" not in text.replace("微信扫码挪车", "")
    assert (11, 83, 148) in {colour for _, colour in colours}
    assert (7, 134, 68) not in {colour for _, colour in colours}
