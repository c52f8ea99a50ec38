"""The picture of the README, made anew: one request on the screens of the four who see it.

`python -m tests.browser.story_picture docs/story.png` starts the product in a folder of its own, plays the scene and
puts the windows side by side.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from tests.browser.backstage import Officer, ask, sign_in
from tests.browser.people import PATIENCE_MS, OfficerOnDuty, Owner, Requester, Sample, Wall, button
from tests.support.browser import Visitors, running_browser
from tests.support.product import Product, running_product

HEIGHT, MARGIN, WIDTH = 844, 22, 1800
GROUND = (206, 212, 221)


def screens(city: Product, visitors: Visitors) -> Sequence[bytes]:
    """Requester, owner (as he was asked), officer and wall, early in the clock of one request among others."""
    sample = Sample.of(city)
    for colleague, district in (("police2", "511802"), ("police3", "511803"), ("aux1", "511802")):
        Officer(city, colleague).goes_on_duty(district)
    officer = OfficerOnDuty(city, visitors, sample.named("police1"))
    officer.signs_in_and_goes_on_duty()
    taken = ask(city, 6, "space")
    Officer(city, "police2").does(taken, "accept")
    for number, reason in ((7, "fire_lane"), (8, "other"), (9, "blocking"), (12, "space")):
        ask(city, number, reason)
    requester = Requester(city, visitors, sample.stickers[0])
    requester.scans_and_asks("急用车，谢谢")
    owner = Owner(city, visitors)
    owner.watches_the_phone()
    owner.opens_the_message()
    button(owner.page, "车已经挪走了").wait_for(timeout=PATIENCE_MS)
    wall = Wall(city, visitors)
    sign_in(wall.page, city, "commander")
    wall.is_watched()
    wall.shows("已接警")
    before = owner.page.screenshot()
    owner.answers_coming_in(3)
    requester.reads("车主正在赶来")
    return [requester.page.screenshot(), before, officer.page.screenshot(), wall.page.screenshot()]


def side_by_side(pictures: Sequence[bytes]) -> Image.Image:
    """All of one height, on one ground."""
    scaled = []
    for picture in pictures:
        image = Image.open(io.BytesIO(picture)).convert("RGB")
        scaled.append(
            image.resize((round(image.width * HEIGHT / image.height), HEIGHT), Image.Resampling.LANCZOS)
        )
    width = sum(image.width for image in scaled) + MARGIN * (len(scaled) + 1)
    whole = Image.new("RGB", (width, HEIGHT + 2 * MARGIN), GROUND)
    left = MARGIN
    for image in scaled:
        whole.paste(image, (left, MARGIN))
        left += image.width + MARGIN
    return whole.resize((WIDTH, round(whole.height * WIDTH / whole.width)), Image.Resampling.LANCZOS)


def main(file: Path) -> None:
    with (
        tempfile.TemporaryDirectory() as home,
        running_product(Path(home) / "home", limits="off") as city,
        running_browser() as browser,
    ):
        visitors = Visitors(browser)
        picture = side_by_side(screens(city, visitors))
        visitors.close()
    picture.quantize(256).save(file, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
