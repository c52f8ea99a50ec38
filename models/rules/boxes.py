"""What rows admit, as boxes: one span per column. Whether two meet, and what is left of one without others. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from models.rules.cells import Span

Box = tuple[Span, ...]
MOST_PIECES = 20_000  # of what is left: a table that needs more is refused as too complex


class TooComplex(ValueError):
    """The rest of a box falls into too many pieces."""


def meet(one: Box, other: Box) -> bool:
    """Whether some values are in both."""
    return all(_common(left, right) for left, right in zip(one, other, strict=True))


def rest(box: Box, without: Sequence[Box]) -> list[Box]:
    """What of ``box`` is in none of ``without``, as boxes that do not meet. Raises TooComplex."""
    left = [box]
    for other in without:
        left = [piece for one in left for piece in _minus(one, other)]
        if len(left) > MOST_PIECES:
            raise TooComplex
    return left


def _minus(box: Box, other: Box) -> list[Box]:
    if not meet(box, other):
        return [box]
    pieces = []
    inside: list[Span] = []
    for place, (span, cut) in enumerate(zip(box, other, strict=True)):
        outside = _outside(span, cut)
        if outside:
            pieces.append((*inside, outside, *box[place + 1 :]))
        inside.append(_common(span, cut))
    return pieces


def _common(one: Span, other: Span) -> Span:
    found = []
    for low, high in one:
        for other_low, other_high in other:
            if max(low, other_low) <= min(high, other_high):
                found.append((max(low, other_low), min(high, other_high)))
    return tuple(found)


def _outside(span: Span, cut: Span) -> Span:
    found = []
    for low, high in span:
        for cut_low, cut_high in cut:
            if cut_high < low:
                continue
            if cut_low > high:
                break
            if low < cut_low:
                found.append((low, cut_low - 1))
            low = cut_high + 1
        if low <= high:
            found.append((low, high))
    return tuple(found)
