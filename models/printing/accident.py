"""The document of an accident as PDF, A4, in Chinese: both signatures as they were drawn, the SHA-256 of each photo,

and the code by which anybody verifies it. What stands on it: 事故处理程序规定 art. 21 (agreement), 24 (determination).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from models.accident.details import Details
from models.accident.paper import Paper, Signed
from models.accident.signature import HEIGHT, WIDTH
from models.clock import BEIJING
from models.parking.stays import grouped

if TYPE_CHECKING:
    from fpdf import FPDF

MARGIN = 18.0  # millimetres
LINE = 6.6
# A sentence of the catalogue, by its key.
Say = Callable[[str], str]


def document(paper: Paper, public_url: str, say: Say) -> bytes:
    """A PDF of one page, or two with many photos; takes half a second, so callers run it in a thread."""
    # Loading the PDF library takes half a second and a process that never prints need not spend it.
    import pylopdf_fonts_zh_cn
    from fpdf import FPDF

    pdf = FPDF("portrait", "mm", "A4")
    pdf.set_creation_date(paper.made_at)
    pdf.set_auto_page_break(True, MARGIN)
    pdf.set_margins(MARGIN, MARGIN, MARGIN)
    pdf.set_lang("zh-CN")
    pdf.set_title(f"{say(f'accident.paper.{paper.kind}')} {grouped(paper.code)}")
    pdf.add_font("sans", fname=pylopdf_fonts_zh_cn.sans_path())
    pdf.add_page()
    _head(pdf, paper, public_url, say)
    _facts(pdf, paper, say)
    for party in paper.parties:
        _party(pdf, party, say)
    _result(pdf, paper, say)
    _hands(pdf, paper, say)
    _photos(pdf, paper, say)
    return bytes(pdf.output())


def _head(pdf: FPDF, paper: Paper, public_url: str, say: Say) -> None:
    from models.printing import qr

    pdf.set_font("sans", size=10)
    pdf.cell(0, LINE, f"{paper.platform} · {paper.district}", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("sans", size=19)
    pdf.cell(0, 12, say(f"accident.paper.{paper.kind}"), new_x="LMARGIN", new_y="NEXT")
    url = f"{public_url.rstrip('/')}/v/{paper.code}"
    qr.draw(pdf, pdf.w - MARGIN - 24.0, MARGIN, 24.0, url)
    pdf.set_font("sans", size=10)
    pdf.cell(0, LINE, f"{say('accident.paper.code')}　{grouped(paper.code)}", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("sans", size=8)
    pdf.cell(0, 5, f"{say('accident.paper.verify')} {url}", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(3)


def _row(pdf: FPDF, label: str, value: str | None) -> None:
    pdf.set_font("sans", size=10)
    pdf.set_text_color(90, 90, 90)
    pdf.cell(32, LINE, label)
    pdf.set_text_color(0, 0, 0)
    pdf.multi_cell(0, LINE, value or "—", new_x="LMARGIN", new_y="NEXT", align="L")


def _title(pdf: FPDF, text: str) -> None:
    pdf.ln(1.5)
    pdf.set_font("sans", size=12)
    pdf.set_fill_color(238, 240, 243)
    pdf.cell(0, 7.5, text, fill=True, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(0.8)


def _facts(pdf: FPDF, paper: Paper, say: Say) -> None:
    at = f"{paper.happened_at.astimezone(BEIJING):%Y-%m-%d %H:%M}"
    _row(pdf, say("accident.paper.at"), at)
    _row(pdf, say("accident.paper.place"), f"{paper.district} {paper.place}")
    _row(pdf, say("accident.paper.weather"), paper.weather and say(f"accident.weather.{paper.weather}"))
    _row(pdf, say("accident.paper.form"), paper.form and say(f"accident.form.{paper.form}"))


def _party(pdf: FPDF, party: Signed, say: Say) -> None:
    one: Details = party.details
    kind = one.vehicle_type and say(f"accident.vehicle.{one.vehicle_type}")
    _title(pdf, say(f"accident.paper.side.{party.side}"))
    _row(pdf, say("accident.field.name"), one.name)
    _row(pdf, say("accident.field.licence"), one.licence)
    _row(pdf, say("accident.field.phone"), one.phone and one.phone.removeprefix("+86"))
    _row(pdf, say("accident.paper.vehicle"), "　".join(part for part in (kind, one.plate) if part))
    _row(pdf, say("accident.paper.insurance"), "　".join(part for part in (one.insurer, one.policy) if part))
    _row(pdf, say("accident.paper.impact"), one.impact and say(f"accident.impact.{one.impact}"))
    _row(pdf, say("accident.paper.did"), party.did and say(f"accident.did.{party.did}"))


def _result(pdf: FPDF, paper: Paper, say: Say) -> None:
    _title(pdf, say("accident.paper.responsibility"))
    for party in paper.parties:
        _row(pdf, say(f"accident.paper.side.{party.side}"), say(f"accident.grade.{party.grade}"))
    if paper.reason:
        _row(pdf, say("accident.paper.reason"), paper.reason)
    pdf.set_font("sans", size=8.5)
    pdf.multi_cell(0, 5, say(f"accident.paper.note.{paper.kind}"), new_x="LMARGIN", new_y="NEXT", align="L")


def _hands(pdf: FPDF, paper: Paper, say: Say) -> None:
    if paper.officer is not None:
        _row(pdf, say("accident.paper.officer"), f"{paper.officer}　{paper.unit or ''}")
        _row(pdf, say("accident.paper.made_at"), f"{paper.made_at.astimezone(BEIJING):%Y-%m-%d %H:%M}")
    signed = [party for party in paper.parties if party.signature is not None]
    if not signed:
        return
    _title(pdf, say("accident.paper.signatures"))
    if pdf.get_y() > pdf.h - MARGIN - 40:
        pdf.add_page()
    top, width = pdf.get_y(), (pdf.w - 2 * MARGIN) / 2
    for number, party in enumerate(signed):
        _hand(pdf, party, MARGIN + number * width, top, width - 6, say)
    pdf.set_y(top + 36)


def _hand(pdf: FPDF, party: Signed, left: float, top: float, width: float, say: Say) -> None:
    assert party.signature is not None
    scale = min((width - 2) / WIDTH, 22.0 / HEIGHT)
    pdf.set_line_width(0.45)
    for stroke in party.signature:
        for (x, y), (to_x, to_y) in zip(stroke, stroke[1:], strict=False):
            pdf.line(left + x * scale, top + y * scale, left + to_x * scale, top + to_y * scale)
    pdf.set_line_width(0.2)
    pdf.line(left, top + 23, left + width, top + 23)
    pdf.set_font("sans", size=8)
    at = "" if party.signed_at is None else f"{party.signed_at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
    pdf.text(left, top + 27, f"{say(f'accident.paper.side.{party.side}')}　{at}")
    if party.signature_sha256 is not None:
        pdf.text(left, top + 31, f"SHA-256 {party.signature_sha256.hex()[:32]}…")


def _photos(pdf: FPDF, paper: Paper, say: Say) -> None:
    if not paper.photos:
        return
    _title(pdf, f"{say('accident.paper.photos')} {len(paper.photos)}")
    pdf.set_font("sans", size=7.5)
    for number, digest in enumerate(paper.photos, 1):
        pdf.cell(0, 4.4, f"{number}  SHA-256 {digest.hex()}", new_x="LMARGIN", new_y="NEXT")
