"""Drawing a sheet of stickers: eight on an A4 page, with cutting marks, the font embedded as a subset.

Measures are millimetres. All that a sticker says is its address, in the QR code: no plate, no phone, no name.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import pylopdf_fonts_zh_cn
from fpdf import FPDF
from fpdf.enums import TextMode

from models.printing import qr
from models.printing.design import Design

COLUMNS, ROWS = 2, 4
PER_PAGE = COLUMNS * ROWS
WIDTH, HEIGHT = 93.0, 65.0  # of one sticker
LEFT, TOP = 12.0, 16.0  # of the first one on its page
CODE_X, CODE_EDGE = 7.5, 46.0  # of the QR code, without its quiet zone
TEXT_X, TEXT_WIDTH = 57.5, 31.0
RING_Y, RING = 29.0, 21.0  # the ring's upper edge and diameter

INK = (23, 26, 24)
GREY = (95, 102, 98)
FONT = "sans"
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def draw(codes: Sequence[str], public_url: str, design: Design) -> bytes:
    """See `models.printing.sheet.sheet`."""
    pdf = FPDF("portrait", "mm", "A4")
    # Whoever prints a batch again gets the same file, so it says nothing of the moment.
    pdf.set_creation_date(EPOCH)
    pdf.set_auto_page_break(False)
    pdf.set_title(f"{design.platform} · 五分钟挪车")
    pdf.set_lang("zh-CN")
    pdf.add_font(FONT, fname=pylopdf_fonts_zh_cn.sans_path())
    pages = [codes[start : start + PER_PAGE] for start in range(0, len(codes), PER_PAGE)]
    for number, page in enumerate(pages, start=1):
        pdf.add_page()
        _cutting_marks(pdf, len(page))
        for place, code in enumerate(page):
            _sticker(pdf, *_corner(place), qr.sticker_url(public_url, code), design)
        _footer(
            pdf, f"{design.platform}  ·  沿裁切线剪下，贴于前挡风玻璃外侧下角  ·  {number} / {len(pages)}"
        )
    return bytes(pdf.output())


def _corner(place: int) -> tuple[float, float]:
    row, column = divmod(place, COLUMNS)
    return LEFT + column * WIDTH, TOP + row * HEIGHT


def _sticker(pdf: FPDF, x: float, y: float, url: str, design: Design) -> None:
    pdf.set_draw_color(*design.ink)
    pdf.set_line_width(0.7)
    pdf.rect(x + 2, y + 2, WIDTH - 4, HEIGHT - 4, round_corners=True, corner_radius=4)
    qr.draw(pdf, x + CODE_X, y + (HEIGHT - CODE_EDGE) / 2, CODE_EDGE, url)
    left = x + TEXT_X
    _line(pdf, left, y + 12, design.platform, 10, design.ink)
    _line(pdf, left, y + 23, design.headline, 21, INK, weight=0.5)
    _ring(pdf, left + (TEXT_WIDTH - RING) / 2, y + RING_Y, design)
    _line(pdf, left, y + RING_Y + RING / 2 + 1.9, "五分钟", 14, design.ink, weight=0.35)
    _line(pdf, left, y + 55.5, design.note, 8.5, GREY)
    _line(pdf, left, y + 59.3, design.headline_en, 6, GREY)


def _ring(pdf: FPDF, x: float, y: float, design: Design) -> None:
    """The clock of the pages: what is left of five minutes, clockwise from the top."""
    pdf.set_line_width(1.7)
    pdf.set_draw_color(*design.pale)
    pdf.arc(x, y, RING, 0, 360)
    pdf.set_draw_color(*design.ink)
    pdf.arc(x, y, RING, -90, -90 + 275)


def _line(
    pdf: FPDF,
    x: float,
    baseline: float,
    text: str,
    size: float,
    colour: tuple[int, int, int],
    weight: float = 0,
) -> None:
    """One centred line, made smaller when it would not fit; `weight` is a stroke in points that makes it bolder."""
    pdf.set_font(FONT, size=size)
    width = pdf.get_string_width(text)
    if width > TEXT_WIDTH:
        pdf.set_font(FONT, size=size * TEXT_WIDTH / width)
        width = TEXT_WIDTH
    pdf.set_text_color(*colour)
    pdf.set_draw_color(*colour)
    mode = TextMode.FILL_STROKE if weight else TextMode.FILL
    with pdf.local_context(text_mode=mode, line_width=weight / pdf.k):
        pdf.text(x + (TEXT_WIDTH - width) / 2, baseline, text)


def _footer(pdf: FPDF, text: str) -> None:
    pdf.set_font(FONT, size=7)
    pdf.set_text_color(*GREY)
    pdf.text((pdf.w - pdf.get_string_width(text)) / 2, pdf.h - 9, text)


def _cutting_marks(pdf: FPDF, count: int) -> None:
    """Short lines outside the stickers where the blade goes, and crosses where four of them meet."""
    pdf.set_draw_color(*GREY)
    pdf.set_line_width(0.15)
    rows = -(-count // COLUMNS)
    lines_x = [LEFT + column * WIDTH for column in range(COLUMNS + 1)]
    lines_y = [TOP + row * HEIGHT for row in range(rows + 1)]
    for x in lines_x:
        pdf.line(x, lines_y[0] - 6, x, lines_y[0] - 1.5)
        pdf.line(x, lines_y[-1] + 1.5, x, lines_y[-1] + 6)
        for y in lines_y[1:-1]:
            pdf.line(x, y - 1.5, x, y + 1.5)
    for y in lines_y:
        pdf.line(lines_x[0] - 6, y, lines_x[0] - 1.5, y)
        pdf.line(lines_x[-1] + 1.5, y, lines_x[-1] + 6, y)
        for x in lines_x[1:-1]:
            pdf.line(x - 1.5, y, x + 1.5, y)
