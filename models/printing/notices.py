"""A paper notice for a car whose owner nobody can reach: A6, to print or to copy by hand onto the pad.

It says what was seen, by whom, and what to do; its code and QR code open a page that says no more than the paper.
No plate and no name are on it: it lies in the street.
"""

from __future__ import annotations

from datetime import UTC, datetime

from models.clock import BEIJING
from models.parking.stays import grouped
from models.queries.parking import PaperNotice

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
WIDTH, HEIGHT = 105.0, 148.0  # millimetres
MARGIN = 8.0


def notice(paper: PaperNotice, public_url: str) -> bytes:
    """A PDF of one page; takes half a second the first time, so callers run it in a thread."""
    # Loading the PDF library takes half a second and a process that never prints need not spend it.
    import pylopdf_fonts_zh_cn
    from fpdf import FPDF

    from models.printing import qr

    pdf = FPDF("portrait", "mm", (WIDTH, HEIGHT))
    pdf.set_creation_date(_EPOCH)
    pdf.set_auto_page_break(False)
    pdf.set_lang("zh-CN")
    pdf.set_title(f"{paper.platform} · {grouped(paper.code)}")
    pdf.add_font("sans", fname=pylopdf_fonts_zh_cn.sans_path())
    pdf.add_page()
    pdf.set_font("sans", size=11)
    pdf.text(MARGIN, 14, f"{paper.platform} · {paper.district[0]}")
    pdf.set_font("sans", size=22)
    pdf.text(MARGIN, 26, "请您挪车 · 温馨提示")
    pdf.set_font("sans", size=10)
    pdf.text(MARGIN, 33, "Please move your car")
    seen = f"{paper.seen_at.astimezone(BEIJING):%Y-%m-%d %H:%M}"
    pdf.set_font("sans", size=11)
    for number, line in enumerate(
        (
            f"时间 Time　{seen}",
            f"地点 Place　{paper.place or paper.district[0]}",
            f"民警 Officer　{paper.officer}　{paper.unit}",
        )
    ):
        pdf.set_xy(MARGIN - 1, 38 + number * 8)
        pdf.cell(WIDTH - 2 * MARGIN, 8, line)
    qr.draw(pdf, MARGIN, 68, 44.0, f"{public_url.rstrip('/')}/n/{paper.code}")
    pdf.set_xy(58, 70)
    pdf.set_font("sans", size=10)
    pdf.multi_cell(
        WIDTH - 58 - MARGIN,
        6,
        "扫码，或在网页输入\n编号，查看本次告知。\nScan, or type the code on the page.",
    )
    pdf.set_font("sans", size=24)
    pdf.text(MARGIN, 126, grouped(paper.code))
    pdf.set_font("sans", size=8.5)
    pdf.text(MARGIN, 134, "本告知单不是处罚决定。This notice is no decision on a penalty.")
    return bytes(pdf.output())
