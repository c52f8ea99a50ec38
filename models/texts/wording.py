"""In which sentences a city may have a wording of its own, and what is wrong with one. Pure.

A city words what its people, owners and officers read of the matter itself. What anybody agrees to, proves himself
by or is promised about his data is the program's to say: it says what the program does.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from models.texts.sentences import CALL, LANGUAGES, Language, Sentences, placeholders

# Beginnings of keys. The longer one that fits decides.
_OWN = (
    CALL, "index.", "driver.", "owner.", "help.", "notice.", "privacy.rights.", "staff.", "officer.",
    "errors.sticker_", "errors.heading.sticker_", "errors.plate_tail_", "errors.link_ended",
    "errors.heading.link_ended", "errors.switched_off", "errors.heading.switched_off",
    "errors.conflict.vehicle_bound", "errors.conflict.withdrawn", "errors.conflict.rated",
)  # fmt: skip
_PRODUCTS = (
    # What is agreed to, or promised about personal data.
    "driver.bind.consent", "driver.bind.phone", "driver.place.why", "driver.request.lede", "driver.owner.lede",
    "officer.position",
    # What somebody proves himself by: codes, doors, and who may bind.
    "driver.bind.code", "driver.mine", "notice.binding_code", "staff.sign_in", "officer.door", "officer.sign_out",
    "officer.no_script", "driver.no_script",
    # Grammar of what is put together from parts.
    "officer.why.",
)  # fmt: skip

SHORTEST_LIMIT = 30  # characters that any wording may have; a longer sentence may become twice as long
_NUMBER = re.compile(r"\+?\d{3,15}")
_HOLE = re.compile(r"\{\w+\}")

Code = Literal[
    "empty", "too_long", "placeholders_unknown", "placeholders_missing", "markup", "address", "characters", "number"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class WordingFault:
    """``value`` is what is wrong there, or the limit."""

    code: Code
    value: str

    def __str__(self) -> str:
        return _TOLD[self.code].format(value=self.value)


_TOLD: dict[Code, str] = {
    "empty": "a text is expected here",
    "too_long": "it has at most {value} characters",
    "placeholders_unknown": "nothing is filled in for {value}",
    "placeholders_missing": "{value} must stay in it",
    "markup": "{value} is not understood: a text has no markup and no other braces",
    "address": "a text has no address of a page in it ({value})",
    "characters": "it has a character that nobody sees ({value})",
    "number": "{value!r} is not a number to call: 3 to 15 digits",
}


def may_word(key: str) -> bool:
    """Whether a city may say ``key`` in its own words; the key need not exist."""
    own = max((len(one) for one in _OWN if key.startswith(one)), default=-1)
    return own > max((len(one) for one in _PRODUCTS if key.startswith(one)), default=-1)


def keys(product: Sentences) -> list[str]:
    """Every key that a city may word, in the order of the catalogue."""
    return [key for key in product.every_key() if may_word(key)]


def limit(product: Sentences, language: Language, key: str) -> int:
    """The most characters: it must fit where the product's own sentence stands."""
    return max(SHORTEST_LIMIT, 2 * len(product.raw(language, key)))


def fault(product: Sentences, language: Language, key: str, text: str) -> WordingFault | None:
    """What is wrong with a city's text for one of ``keys``; None for one that may be shown."""
    if not text.strip():
        return WordingFault("empty", "")
    if key == CALL:
        return None if _NUMBER.fullmatch(text) else WordingFault("number", text[:20])
    if len(text) > (most := limit(product, language, key)):
        return WordingFault("too_long", str(most))
    shipped = product.raw(language, key)
    return _of_characters(text, shipped) or _of_markup(text) or _of_placeholders(text, shipped)


def _of_characters(text: str, shipped: str) -> WordingFault | None:
    """Controls, marks that turn the direction, and what has no shape hide what is written."""
    for char in text:
        if unicodedata.category(char).startswith("C") and not (char == "\n" and "\n" in shipped):
            return WordingFault("characters", f"U+{ord(char):04X}")
    return None


def _of_markup(text: str) -> WordingFault | None:
    bare = _HOLE.sub("", text)
    if found := re.search(r"[<>{}]|&\w+;|&#", bare):
        return WordingFault("markup", found[0])
    # A message of the police has one link, its own: people must be able to trust it.
    if found := re.search(r"://|\bwww\.|\b[\w-]+\.(com|cn|net|org|top|xyz|cc)\b", bare, re.IGNORECASE):
        return WordingFault("address", found[0])
    return None


def _of_placeholders(text: str, shipped: str) -> WordingFault | None:
    wanted, given = placeholders(shipped), placeholders(text)
    if unknown := given - wanted - {"call"}:
        return WordingFault("placeholders_unknown", ", ".join(f"{{{name}}}" for name in sorted(unknown)))
    if missing := wanted - given - {"call"}:
        return WordingFault("placeholders_missing", ", ".join(f"{{{name}}}" for name in sorted(missing)))
    return None


def sound(product: Sentences, language: str, key: str, text: str) -> bool:
    """Whether a text that was taken once may be shown still: a release may have changed its sentence."""
    known = [one for one in LANGUAGES if one == language]
    if not known or not product.has(known[0], key) or not may_word(key):
        return False
    return fault(product, known[0], key, text) is None
