"""QR codes of stickers and documents, as modules, SVG, PNG, and on a page of a PDF.

Error correction is H, the highest: a sticker lives behind glass, in sun and rain, and may lose a third of itself.
"""

import io
from typing import TYPE_CHECKING

import qrcode
from PIL import Image

if TYPE_CHECKING:
    from fpdf import FPDF

QUIET = 4  # modules of white around, ISO/IEC 18004

Modules = list[list[bool]]


def sticker_url(public_url: str, code: str) -> str:
    """What a sticker says: the address of its page and nothing about the car."""
    return f"{public_url.rstrip('/')}/s/{code}"


def modules(text: str) -> Modules:
    """Rows of dark (True) and light modules, without the quiet zone."""
    drawn = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_H, border=0)
    drawn.add_data(text)
    drawn.make(fit=True)
    return [[bool(module) for module in row] for row in drawn.get_matrix()]


def runs(rows: Modules) -> list[tuple[int, int, int]]:
    """The dark modules as horizontal bars: column, row, length."""
    bars = []
    for y, row in enumerate(rows):
        start: int | None = None
        for x, dark in enumerate([*row, False]):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                bars.append((start, y, x - start))
                start = None
    return bars


# A hair more than a module, or viewers show fine white lines between the bars.
_BLEED = 0.01  # millimetres


def draw(pdf: "FPDF", left: float, top: float, side: float, text: str) -> None:
    """Onto the page, in millimetres, without the quiet zone: whoever draws leaves white around it."""
    rows = modules(text)
    edge = side / len(rows)
    pdf.set_fill_color(0, 0, 0)
    for column, row, length in runs(rows):
        pdf.rect(left + column * edge, top + row * edge, length * edge + _BLEED, edge + _BLEED, style="F")


def svg(text: str, title: str) -> str:
    """An SVG of one module per unit, quiet zone included; `title` is read out by screen readers."""
    rows = modules(text)
    edge = len(rows) + 2 * QUIET
    path = "".join(f"M{x + QUIET} {y + QUIET}h{length}v1h-{length}z" for x, y, length in runs(rows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {edge} {edge}" width="{edge}mm" height="{edge}mm"'
        f' shape-rendering="crispEdges" role="img"><title>{_escaped(title)}</title>'
        f'<path fill="#fff" d="M0 0h{edge}v{edge}H0z"/><path d="{path}"/></svg>'
    )


def png(text: str, scale: int = 16) -> bytes:
    """A black and white PNG of `scale` pixels per module, quiet zone included."""
    rows = modules(text)
    edge = len(rows) + 2 * QUIET
    small = Image.new("1", (edge, edge), 1)
    for x, y, length in runs(rows):
        small.paste(0, (x + QUIET, y + QUIET, x + QUIET + length, y + QUIET + 1))
    out = io.BytesIO()
    small.resize((edge * scale, edge * scale), Image.Resampling.NEAREST).save(out, "PNG", optimize=True)
    return out.getvalue()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
