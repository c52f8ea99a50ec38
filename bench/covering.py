"""How many drawn plates are covered, and how much else: ``python -m bench.covering``. Needs the extra ``[media]``.

What has to be covered is where two scenes differ that have another number and nothing else. A plate counts as covered
when 93 % of that box is; ``area`` is the part of the whole picture that was covered. Streets are harder than drawings.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

from PIL import Image, ImageChops

from models.uploads.covering import with_margin
from tests.support.plates import CONDITIONS, Conditions, numbers, scene
from workers.examining.plates import plates_on

CLASSES = (
    "ordinary",
    "ordinary_large",
    "ordinary_large_rear",
    "nev_small",
    "nev_large",
    "police",
    "hk_macau",
)
ENOUGH = 0.93
SMALL = {f"small {share:g}": Conditions(share=share) for share in (0.08, 0.05, 0.035)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--numbers", type=int, default=5)
    count = parser.parse_args().numbers
    print(f"{'class':<22}{'condition':<14}{'covered':>9}{'area %':>8}{'ms':>7}")
    total = hits = 0
    for plate_class in CLASSES:
        for name, how in {**CONDITIONS, **SMALL}.items():
            size = (2048, 1536) if name in SMALL else (1280, 960)
            seen = list(_tried(plate_class, how, size, count))
            covered = sum(part > ENOUGH for part, _, _ in seen)
            area, seconds = (sum(one[at] for one in seen) / len(seen) for at in (1, 2))
            print(
                f"{plate_class:<22}{name:<14}{f'{covered}/{len(seen)}':>9}{area * 100:>8.1f}{seconds * 1000:>7.0f}"
            )
            total, hits = total + len(seen), hits + covered
    print(f"{hits} of {total} covered")
    return 0


def _tried(
    plate_class: str, how: Conditions, size: tuple[int, int], count: int
) -> Iterator[tuple[float, float, float]]:
    """Of each scene how much of the signs was covered, how much of all, and the seconds it took."""
    drawn = numbers(plate_class, count + 1)
    for seed in range(count):
        one, other = (scene(drawn[seed + at], plate_class, how, size=size, seed=seed) for at in (0, 1))
        box = ImageChops.difference(one, other).convert("L").point(lambda v: 255 if v > 24 else 0).getbbox()
        if box is None:
            continue
        began = time.perf_counter()
        found = with_margin(plates_on(one), *one.size)
        seconds = time.perf_counter() - began
        mask = Image.new("L", one.size)
        for area in found:
            mask.paste(255, (area.left, area.top, area.left + area.width, area.top + area.height))
        yield _share(mask.crop(box)), _share(mask), seconds


def _share(mask: Image.Image) -> float:
    values = mask.histogram()
    return values[255] / sum(values)


if __name__ == "__main__":
    raise SystemExit(main())
