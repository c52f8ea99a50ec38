"""Plates of electric bicycles, whose form is each city's own: written as samples, never as a program. Pure.

A sample is literal but for three signs: ``#`` a digit, ``@`` a letter (never I or O), ``*`` either. A city has several
with spaces between, ``雅安@##### 川T######`` say; without any, whatever is painted on it goes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.plates import LONGEST, canonical

MOST_SAMPLES = 8
_SIGNS = {"#": "[0-9]", "@": "[A-HJ-NP-Z]", "*": "[A-HJ-NP-Z0-9]"}
_LITERAL = re.compile(r"[A-Z0-9一-鿿]")


class SampleFaulty(ValueError):
    """Samples that nobody can go by. ``why``: too_many, too_long, too_short, bad_character."""

    def __init__(self, why: str, sample: str) -> None:
        super().__init__(f"{sample}: {why}")
        self.why = why
        self.sample = sample


@dataclass(frozen=True, slots=True)
class LocalForms:
    """``samples`` as they were written. With none everything fits."""

    samples: tuple[str, ...] = ()

    def fit(self, number: str) -> bool:
        """Whether a canonical number has one of the forms."""
        return not self.samples or any(_pattern(sample).fullmatch(number) for sample in self.samples)


def read_forms(text: str | None) -> LocalForms:
    """The forms of a city's setting. Raises SampleFaulty."""
    samples = tuple(dict.fromkeys((text or "").upper().split()))
    if len(samples) > MOST_SAMPLES:
        raise SampleFaulty("too_many", samples[MOST_SAMPLES])
    for sample in samples:
        _check(sample)
    return LocalForms(samples)


def _check(sample: str) -> None:
    if len(sample) > LONGEST:
        raise SampleFaulty("too_long", sample)
    if len(sample) < 3:
        raise SampleFaulty("too_short", sample)
    literal = "".join(sign for sign in sample if sign not in _SIGNS)
    # What a number can never hold in its canonical form would fit nothing.
    if canonical(literal) != literal or not all(_LITERAL.fullmatch(sign) for sign in literal):
        raise SampleFaulty("bad_character", sample)


def _pattern(sample: str) -> re.Pattern[str]:
    return re.compile("".join(_SIGNS.get(sign) or re.escape(sign) for sign in sample))
