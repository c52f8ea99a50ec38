"""From what a reader saw, sign by sign, to plates that can be: the grammar of plates is the filter.

A reader of lettering knows thousands of signs and no plates. Here what it saw of each place is weighed: signs that no
plate has lend their weight to those that look like them, and only what ``models.plates`` takes for a plate comes out.
Leaves to others: looking at pictures (``workers.reading``).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from models import plates
from models.plates import PROVINCES, PlateError

# What may stand at one place of a line, with how much the reader believes in it (0 to 1).
Seen = Mapping[str, float]
Line = Sequence[Seen]

ALPHABET = frozenset(PROVINCES + "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789挂学警港澳使领应急")
MOST = 3  # candidates that are told
LEAST = 0.05  # confidence below which one is noise
LEAST_OF_BEST = 0.2  # part of the best one's confidence below which another is
SHORTEST, LONGEST = 7, 8  # signs of any form
_MOST_TRIED = 400  # combinations of a line
_BEST_AT_A_PLACE = 4
_DROPPED = 0.3  # what each sign costs that is left out at an end: an edge or a screw that was read as a sign
_ANY_LETTERING = MappingProxyType({"military": 0.6})  # two letters and five figures stand on many a shop

_SEPARATORS = frozenset("·.•:-—–_ ,;'\"`|。、…＊*")

# Signs that people and readers take for one another, and how likely it was the other. I and O are on no plate
# (GA 36-2018), so that there it is all but certain.
_ALIKE: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "I": {"1": 0.95, "川": 0.15},
        "L": {"1": 0.05},
        "O": {"0": 0.95, "D": 0.3, "Q": 0.2},
        "0": {"D": 0.15, "Q": 0.1},
        "D": {"0": 0.15},
        "Q": {"0": 0.15},
        "1": {"7": 0.05, "T": 0.05},
        "7": {"1": 0.05},
        "8": {"B": 0.15},
        "B": {"8": 0.15},
        "2": {"Z": 0.15},
        "Z": {"2": 0.15},
        "5": {"S": 0.15},
        "S": {"5": 0.15},
        "6": {"G": 0.1},
        "G": {"6": 0.1},
        "M": {"川": 0.1},
        "门": {"川": 0.3, "闽": 0.2},
        "州": {"川": 0.6},
        "小": {"川": 0.4},
        "丨": {"1": 0.5},
        "景": {"京": 0.8},
        "亰": {"京": 0.9},
        "律": {"津": 0.8},
        "泸": {"沪": 0.9},
        "翼": {"冀": 0.9},
        "像": {"豫": 0.6},
        "象": {"豫": 0.6},
        "去": {"云": 0.5},
        "里": {"黑": 0.5},
        "相": {"湘": 0.5},
        "院": {"皖": 0.7},
        "晥": {"皖": 0.9},
        "曾": {"鲁": 0.5},
        "斯": {"新": 0.4},
        "办": {"苏": 0.5},
        "折": {"浙": 0.6},
        "淅": {"浙": 0.9},
        "籁": {"赣": 0.6},
        "颚": {"鄂": 0.7},
        "鹗": {"鄂": 0.7},
        "挂": {"桂": 0.2},
        "桂": {"挂": 0.2},
        "柱": {"桂": 0.6},
        "曰": {"甘": 0.3},
        "日": {"甘": 0.2},
        "普": {"晋": 0.9},
        "音": {"晋": 0.4},
        "豪": {"蒙": 0.7},
        "夹": {"陕": 0.4},
        "侠": {"陕": 0.6},
        "狭": {"陕": 0.6},
        "古": {"吉": 0.7},
        "香": {"吉": 0.4},
        "周": {"闽": 0.4},
        "闲": {"闽": 0.5},
        "贯": {"贵": 0.5},
        "责": {"贵": 0.6},
        "奥": {"粤": 0.8},
        "清": {"青": 0.5},
        "臧": {"藏": 0.9},
        "葳": {"藏": 0.5},
        "守": {"宁": 0.4},
        "字": {"宁": 0.4},
        "丁": {"宁": 0.2},
        "琮": {"琼": 0.8},
        "惊": {"琼": 0.6},
        "辺": {"辽": 0.6},
        "过": {"辽": 0.4},
        "誓": {"警": 0.7},
        "卷": {"港": 0.4},
        "巷": {"港": 0.8},
        "奧": {"粤": 0.8, "澳": 0.3},
        "便": {"使": 0.8},
        "顿": {"领": 0.4},
        "须": {"领": 0.4},
    }
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plate in canonical form that may be the one, and how far the reader is to be believed (0 to 1)."""

    plate: str = field(repr=False)
    confidence: float


def candidates(lines: Iterable[Line]) -> list[Candidate]:
    """At most ``MOST`` plates that stand in lines, the likeliest first; empty where nothing can be a plate."""
    best: dict[str, float] = {}
    for line in lines:
        for plate, confidence in _of_line(places(line)):
            best[plate] = max(confidence, best.get(plate, 0.0))
    likely = sorted(best.items(), key=lambda one: -one[1])[:MOST]
    least = max(LEAST, LEAST_OF_BEST * likely[0][1]) if likely else LEAST
    return [Candidate(plate, round(confidence, 3)) for plate, confidence in likely if confidence >= least]


def places(line: Line) -> list[dict[str, float]]:
    """The places of a line at which a sign of a plate may stand, and what each may be; separators are left out."""
    weighed = (_weighed(seen) for seen in line if seen and not _is_separator(seen))
    return [signs for signs in weighed if signs]


def _is_separator(seen: Seen) -> bool:
    return max(seen, key=lambda sign: seen[sign]) in _SEPARATORS


def _weighed(seen: Seen) -> dict[str, float]:
    """Signs of plates only. Where the reader believes in another sign, half of that belief goes to those of plates."""
    found, alike = dict[str, float](), dict[str, float]()
    for sign, weight in seen.items():
        plain = plates.canonical(sign)
        if plain in ALPHABET:
            found[plain] = found.get(plain, 0.0) + weight
        for other, likeness in _ALIKE.get(plain, {}).items():
            alike[other] = max(weight * likeness, alike.get(other, 0.0))
    whole = min(1.0, max(sum(found.values()), max(alike.values(), default=0.0)))
    if not whole:
        return {}
    for sign, weight in alike.items():
        found[sign] = max(weight, found.get(sign, 0.0))
    trust = (0.5 + 0.5 * whole) / whole
    kept = heapq.nlargest(_BEST_AT_A_PLACE, found.items(), key=lambda one: one[1])
    return {sign: min(1.0, weight * trust) for sign, weight in kept}


def _of_line(line: list[dict[str, float]]) -> Iterator[tuple[str, float]]:
    for length in range(SHORTEST, LONGEST + 1):
        dropped = len(line) - length
        if not 0 <= dropped <= 2:
            continue
        for at in range(dropped + 1):
            for plate, confidence in _read(line[at : at + length]):
                yield plate, confidence * _DROPPED**dropped


def _read(line: list[dict[str, float]]) -> Iterator[tuple[str, float]]:
    """The likeliest plates of a line of the right length."""
    found = 0
    for text, confidence in _likeliest(line):
        try:
            plate = plates.parse(text)
        except PlateError:
            continue
        yield plate.number, confidence * _ANY_LETTERING.get(plate.plate_class, 1.0)
        found += 1
        if found == MOST:
            return


def _likeliest(line: list[dict[str, float]]) -> Iterator[tuple[str, float]]:
    """Texts that a line may be, the likeliest first, so many as are worth a try."""
    ranked = [sorted(signs.items(), key=lambda one: -one[1]) for signs in line]
    first = (0,) * len(ranked)
    waiting, known = [(-_weight(ranked, first), first)], {first}
    for _ in range(_MOST_TRIED):
        if not waiting:
            return
        weight, chosen = heapq.heappop(waiting)
        yield "".join(ranked[at][rank][0] for at, rank in enumerate(chosen)), -weight
        for at, rank in enumerate(chosen):
            further = (*chosen[:at], rank + 1, *chosen[at + 1 :])
            if rank + 1 < len(ranked[at]) and further not in known:
                known.add(further)
                heapq.heappush(waiting, (-_weight(ranked, further), further))


def _weight(ranked: list[list[tuple[str, float]]], chosen: tuple[int, ...]) -> float:
    return math.prod(ranked[at][rank][1] for at, rank in enumerate(chosen))
