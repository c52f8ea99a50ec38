"""Whether a page is whole with text at twice the size: nothing cut off or upon another, everything to be pressed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

# What a browser takes for `medium` unless its owner chooses otherwise, in px.
USUAL_PX = 16
SMALLEST_TARGET_PX = 48
_LOOK = Path(__file__).with_suffix(".js")


@contextmanager
def text_at_twice_the_size(page: Page) -> Iterator[None]:
    """As if the person had set the browser's text to 200 %."""
    chromium = page.context.new_cdp_session(page)
    chromium.send("Page.setFontSizes", {"fontSizes": {"standard": 2 * USUAL_PX, "fixed": 2 * USUAL_PX}})
    page.wait_for_function(
        f"parseFloat(getComputedStyle(document.documentElement).fontSize) === {2 * USUAL_PX}"
    )
    try:
        yield
    finally:
        chromium.send("Page.setFontSizes", {"fontSizes": {"standard": USUAL_PX, "fixed": USUAL_PX}})
        chromium.detach()


def what_is_not_whole(page: Page, smallest: int = SMALLEST_TARGET_PX) -> list[str]:
    """What is too wide, cut off, covered or too small to be pressed, in the sheet that is open or on the page."""
    found: list[str] = page.evaluate(_LOOK.read_text("utf-8"), smallest)
    return found
