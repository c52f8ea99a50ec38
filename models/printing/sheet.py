"""Sheets of stickers as PDF; `models.printing.pages` draws them."""

from collections.abc import Sequence

from models.printing.design import Design


def sheet(codes: Sequence[str], public_url: str, design: Design) -> bytes:
    """An A4 sheet, or several, of these stickers in order; takes about a second, so callers run it in a thread.

    The same codes give the same bytes. `design` is the city's, `public_url` the address of its pages.
    """
    # Loading the PDF library takes half a second and a process that never prints need not spend it.
    from models.printing.pages import draw

    return draw(codes, public_url, design)
