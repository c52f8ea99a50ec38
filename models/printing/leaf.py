"""Drawing a document of the record: A4 in Chinese, as many pages as it has, with the code it is verified by on each.

Blocking, half a second: call it in a thread.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from models.documents.sheet import Line, Say, Section, Sheet, wall
from models.parking.stays import grouped

if TYPE_CHECKING:
    from fpdf import FPDF

MARGIN = 18.0  # millimetres
LINE = 6.4
LABEL = 40.0
CODE_EDGE = 24.0


def leaf(sheet: Sheet, code: str, made_at: datetime, public_url: str, say: Say) -> bytes:
    """The PDF. The same sheet with the same code and instant gives the same bytes."""
    # Loading the PDF library takes half a second and a process that never prints need not spend it.
    import pylopdf_fonts_zh_cn
    from fpdf import FPDF

    class Leaf(FPDF):
        def footer(self) -> None:
            self.set_y(-12)
            self.set_font("sans", size=8)
            self.set_text_color(90, 90, 90)
            self.cell(
                0, 5, f"{sheet.title}　{grouped(code)}　{say('document.page', n=self.page_no())}", align="C"
            )

    pdf = Leaf("portrait", "mm", "A4")
    pdf.set_creation_date(made_at)
    pdf.set_auto_page_break(True, MARGIN)
    pdf.set_margins(MARGIN, MARGIN, MARGIN)
    pdf.set_lang("zh-CN")
    pdf.set_title(f"{sheet.title} {grouped(code)}")
    pdf.add_font("sans", fname=pylopdf_fonts_zh_cn.sans_path())
    pdf.add_page()
    _head(pdf, sheet, code, made_at, public_url, say)
    for section in sheet.sections:
        _section(pdf, section)
    pdf.ln(3)
    pdf.set_font("sans", size=8.5)
    pdf.set_text_color(90, 90, 90)
    pdf.multi_cell(0, 5, sheet.note, new_x="LMARGIN", new_y="NEXT", align="L")
    return bytes(pdf.output())


def _head(pdf: FPDF, sheet: Sheet, code: str, made_at: datetime, public_url: str, say: Say) -> None:
    from models.printing import qr

    pdf.set_font("sans", size=10)
    pdf.cell(0, LINE, f"{sheet.platform} · {sheet.district}", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("sans", size=19)
    pdf.cell(0, 12, sheet.title, new_x="LMARGIN", new_y="NEXT")
    url = f"{public_url.rstrip('/')}/v/{code}"
    qr.draw(pdf, pdf.w - MARGIN - CODE_EDGE, MARGIN, CODE_EDGE, url)
    pdf.set_font("sans", size=10)
    made = f"{say('document.code')}　{grouped(code)}　　{say('document.made_at')}　{wall(made_at)}"
    pdf.cell(0, LINE, made, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("sans", size=8)
    pdf.cell(0, 5, f"{say('document.verify')} {url}", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(3)


def _section(pdf: FPDF, section: Section) -> None:
    if pdf.get_y() > pdf.h - MARGIN - 3 * LINE:
        pdf.add_page()
    pdf.ln(1.5)
    pdf.set_font("sans", size=12)
    pdf.set_text_color(0, 0, 0)
    pdf.set_fill_color(238, 240, 243)
    pdf.cell(0, 7.5, section.title, fill=True, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(0.8)
    for line in section.lines or (Line("", "—"),):
        _line(pdf, line)


def _line(pdf: FPDF, line: Line) -> None:
    pdf.set_font("sans", size=10)
    if pdf.get_y() > pdf.h - MARGIN - LINE:
        pdf.add_page()
    if line.label:
        pdf.set_text_color(90, 90, 90)
        pdf.cell(LABEL, LINE, line.label)
    pdf.set_text_color(0, 0, 0)
    pdf.multi_cell(0, LINE, line.text or "—", new_x="LMARGIN", new_y="NEXT", align="L")
