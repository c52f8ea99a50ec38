"""How many drawn plates the reader reads, and what it costs: ``python -m bench.ocr``.

Pictures are drawn by the project (``tests/support/plates.py``): every class of plate in every condition, 1280 by 960,
as JPEG. They are looked at as in a reader process, by its child. A real street is harder; a drawing compares versions.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image

from models.settings import Settings
from tests.support.plates import CONDITIONS, LOOKS, numbers, scene, street
from workers.reading.looker import Looker

TICKS = os.sysconf("SC_CLK_TCK")
SIZES = ((640, 480), (1280, 960), (2048, 1536), (4000, 3000))


@dataclass(slots=True)
class Score:
    """``sure_and_wrong`` is what a threshold is for: shown as sure, and another plate."""

    pictures: int = 0
    first: int = 0
    among: int = 0
    nothing: int = 0
    sure: int = 0
    sure_and_wrong: int = 0

    def add(self, other: Score) -> None:
        for name in Score.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--numbers", type=int, default=10, help="plates of each class in each condition")
    parser.add_argument("--classes", nargs="*", default=list(LOOKS), choices=list(LOOKS))
    parser.add_argument("--conditions", nargs="*", default=list(CONDITIONS), choices=list(CONDITIONS))
    asked = parser.parse_args()
    looker = Looker(look_seconds=60)
    try:
        _cold(looker)
        _accuracy(looker, asked.classes, asked.conditions, asked.numbers)
        _false_plates(looker)
        _times(looker)
    finally:
        looker.close()
    return 0


def _cold(looker: Looker) -> None:
    began = time.monotonic()
    looker.load()
    loaded = time.monotonic() - began
    memory = _memory(looker)
    began = time.monotonic()
    looker.look(_jpeg(scene("川TA8P26")))
    print(
        f"cold: loaded in {loaded:.1f} s, {memory[0]:.0f} MB; the first picture {time.monotonic() - began:.2f} s"
    )


def _accuracy(looker: Looker, classes: Sequence[str], conditions: Sequence[str], count: int) -> None:
    """Percent of pictures whose first candidate is the plate, and in brackets among the candidates."""
    print(f"\n{'class':<22}" + "".join(f"{name:>12}" for name in (*conditions, "all")))
    whole, by_condition = Score(), {name: Score() for name in conditions}
    for plate_class in classes:
        row = Score()
        shown = []
        for condition in conditions:
            score = _score(looker, plate_class, condition, count)
            shown.append(_percent(score))
            by_condition[condition].add(score)
            row.add(score)
        whole.add(row)
        print(f"{plate_class:<22}" + "".join(f"{cell:>12}" for cell in (*shown, _percent(row))), flush=True)
    cells = [*(_percent(score) for score in by_condition.values()), _percent(whole)]
    print(f"{'all':<22}" + "".join(f"{cell:>12}" for cell in cells))
    print(
        f"\nof {whole.pictures} pictures: nothing read {whole.nothing}; shown as sure {whole.sure},"
        f" of these wrong {whole.sure_and_wrong}"
    )


def _score(looker: Looker, plate_class: str, condition: str, count: int) -> Score:
    score, sure = Score(), Settings.from_env({}).reading_sure / 100
    for seed, number in enumerate(numbers(plate_class, count, seed=2)):
        found = looker.look(_jpeg(scene(number, plate_class, CONDITIONS[condition], seed=seed)))
        is_first = bool(found) and found[0].plate == number
        is_sure = bool(found) and found[0].confidence >= sure
        is_among = any(one.plate == number for one in found)
        score.add(Score(1, is_first, is_among, not found, is_sure, is_sure and not is_first))
    return score


def _percent(score: Score) -> str:
    return f"{100 * score.first / score.pictures:.0f} ({100 * score.among / score.pictures:.0f})"


def _false_plates(looker: Looker) -> None:
    found = [looker.look(_jpeg(street((1280, 960), random.Random(seed)))) for seed in range(20)]
    print(f"of 20 streets without a plate {sum(map(bool, found))} had one")


def _times(looker: Looker) -> None:
    """Wall milliseconds from the bytes to the candidates, and the child's CPU; the most memory that it ever held."""
    print(f"\n{'picture':<14}{'KB':>6}{'median ms':>11}{'worst ms':>10}{'CPU ms':>8}")
    for size in SIZES:
        pictures = [_jpeg(scene(number, size=size)) for number in _some_numbers()]
        walls, began = [], _cpu(looker)
        for picture in pictures:
            at = time.monotonic()
            looker.look(picture)
            walls.append((time.monotonic() - at) * 1000)
        cpu = (_cpu(looker) - began) * 1000 / len(pictures)
        kilobytes = statistics.mean(map(len, pictures)) / 1000
        name = f"{size[0]}x{size[1]}"
        print(f"{name:<14}{kilobytes:>6.0f}{statistics.median(walls):>11.0f}{max(walls):>10.0f}{cpu:>8.0f}")
    now, most = _memory(looker)
    print(f"\nmemory of the child: {now:.0f} MB now, {most:.0f} MB at most")


@lru_cache
def _some_numbers() -> tuple[str, ...]:
    return tuple(numbers("ordinary", 20, seed=5))


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()


def _cpu(looker: Looker) -> float:
    """Seconds of CPU of the child so far (Linux)."""
    fields = Path(f"/proc/{looker.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _memory(looker: Looker) -> tuple[float, float]:
    """Megabytes in memory, now and at most (Linux)."""
    lines = dict(
        line.split(":", 1)
        for line in Path(f"/proc/{looker.pid}/status").read_text().splitlines()
        if ":" in line
    )
    now, most = (int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return now, most


if __name__ == "__main__":
    raise SystemExit(main())
