"""Fixtures for tests that look at the pages as a person does."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error

from tests.browser.backstage import close_what_is_open
from tests.support.browser import Visitors, running_browser
from tests.support.product import Product

_FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for a module: tests of an event loop, which cannot run beside it, are in other modules."""
    with running_browser() as browser:
        yield browser


@pytest.fixture
def visitors(browser: Browser, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Visitors]:
    """Opens windows; when the test fails, what each showed last is kept as a picture."""
    visitors = Visitors(browser)
    yield visitors
    if request.node.stash.get(_FAILED, False):
        _keep_pictures(visitors, tmp_path)
    visitors.close()
    assert visitors.script_errors == []


@pytest.fixture
def empty_board(city: Product) -> Iterator[None]:
    """Each test of the module's city finds an empty board."""
    yield
    close_what_is_open(city)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[_FAILED] = report.failed
    return report


def _keep_pictures(visitors: Visitors, folder: Path) -> None:
    for number, page in enumerate(visitors.pages, start=1):
        picture = folder / f"window-{number}.png"
        try:
            page.screenshot(path=picture)
        except Error as error:
            print(f"window {number} cannot be shown: {error}")
        else:
            print(f"window {number} at {page.url}: {picture}")
