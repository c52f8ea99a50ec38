"""An officer puts parked cars on record with the phone in one hand: what the stories of the kerb have in common."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from tests.browser.people import button, database_says, sees
from tests.support.product import Product

# A browser that gives no camera, so that the phone's own takes the photo of the scene.
NO_CAMERA = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('none'))"
# What a thumb does between the camera and the filed record; the keys of the plate's pad are the one field by hand.
COUNT = """() => {
  window.taps = 0; window.fields = new Set();
  addEventListener("click", (event) => {
    if (event.target.closest(".pad")) window.fields.add("plate");
    else if (event.isTrusted && !event.target.closest("label")) window.taps += 1;
  }, true);
  addEventListener("input", (event) => {
    if (event.target.type === "file") window.taps += 1;
    else window.fields.add(event.target.id);
  }, true);
}"""


def opens_the_camera(page: Page) -> None:
    button(page, "违停记录").click()
    sees(page, "把车牌对进方框")


def photographs(page: Page, picture: Path) -> None:
    """With the phone's own camera."""
    page.locator(".shutter input[type=file]").set_input_files(picture)


def types_the_plate(page: Page, number: str) -> None:
    for sign in number:
        page.locator(".pad").get_by_role("button", name=sign, exact=True).click()


def files(page: Page, plate: str) -> None:
    """The photo has been taken."""
    types_the_plate(page, plate)
    button(page, "提交并通知车主").click()


def states(city: Product) -> list[str]:
    """How the records stand, the first one filed first."""
    rows = database_says(city, "SELECT state FROM parking_records ORDER BY filed_at")
    return [str(state) for (state,) in rows]
