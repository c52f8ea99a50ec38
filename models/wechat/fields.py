"""What a template's fields may hold, by the type that their names begin with (``thing1`` is a ``thing``). Pure.

Violations are refused by the platform with 47003 after everything else was paid for; so what may be shortened is
shortened here, and what may not is refused before it leaves. The limits are the platform's, in characters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_TYPE = re.compile(r"([a-z_]+?)\d*$")
_CHINESE = r"\u4e00-\u9fff"


class Limit(NamedTuple):
    """``cut``: a longer text is shortened, with an ellipsis; else it is refused."""

    most: int
    pattern: re.Pattern[str]
    cut: bool = False


_ANY = re.compile(r"[^\x00-\x1f]+")
LIMITS: Mapping[str, Limit] = {
    "thing": Limit(20, _ANY, cut=True),
    "const": Limit(20, _ANY),
    "phrase": Limit(5, re.compile(f"[{_CHINESE}]+")),
    "name": Limit(20, re.compile(f"[{_CHINESE}·]{{1,10}}|[A-Za-z .·-]{{1,20}}")),
    "character_string": Limit(32, re.compile(r"[!-~ ]+")),
    "letter": Limit(32, re.compile(r"[A-Za-z]+")),
    "number": Limit(32, re.compile(r"[0-9.]+")),
    "symbol": Limit(5, re.compile(r"[!-/:-@\[-`{-~]+")),
    "amount": Limit(14, re.compile(r"[¥￥$]?\d{1,10}(\.\d{1,2})?元?")),
    # Its first and last place may be Chinese, no other: a plate that ends in 应急 does not fit.
    "car_number": Limit(8, re.compile(f"[{_CHINESE}A-Z0-9][A-Z0-9]{{1,6}}[{_CHINESE}A-Z0-9]?")),
    "phone_number": Limit(17, re.compile(r"[0-9+()\- ]+")),
    # 24 hours, with or without the day before it.
    "time": Limit(
        40,
        re.compile(r"(\d{4}年\d{1,2}月\d{1,2}日 ?|\d{4}-\d{2}-\d{2} ?)?([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?"),
    ),
    "date": Limit(40, re.compile(r"\d{4}(年\d{1,2}月\d{1,2}日|-\d{2}-\d{2})( ?([01]?\d|2[0-3]):[0-5]\d)?")),
}


class FieldRefused(ValueError):
    """The platform would refuse ``field``; ``why``: unknown_type, empty, too_long, wrong_form."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why


def fitted(values: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The fields as the platform takes them, each within its type's limit. Raises FieldRefused for the first that
    cannot be."""
    return {name: {"value": _fitted(name, value)} for name, value in values.items()}


def type_of(name: str) -> str:
    """``thing`` of ``thing12``; empty for a name that begins with no type."""
    kind = _TYPE.match(name)
    return kind[1] if kind else ""


def _fitted(name: str, value: str) -> str:
    limit = LIMITS.get(type_of(name))
    if limit is None:
        raise FieldRefused(name, "unknown_type")
    text = " ".join(value.split()) if limit.cut else value.strip()
    if not text:
        raise FieldRefused(name, "empty")
    if len(text) > limit.most:
        if not limit.cut:
            raise FieldRefused(name, "too_long")
        text = text[: limit.most - 1] + "…"
    if not limit.pattern.fullmatch(text):
        raise FieldRefused(name, "wrong_form")
    return text
