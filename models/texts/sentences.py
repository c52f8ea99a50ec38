"""The sentences of the interface, read from the catalogue: one JSON file per language and area.

Keys are flat (``errors.not_found``), placeholders are ``{name}``. Leaves to others: which language a caller
reads, and what the sentences say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
FOLDER = Path(__file__).parents[1] / "catalogue"

CALL = "common.call.number"

Areas = Mapping[Language, Mapping[str, Mapping[str, str]]]
# Some sentences in other words.
Own = Mapping[Language, Mapping[str, str]]

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def placeholders(sentence: str) -> frozenset[str]:
    """The names of what is filled in."""
    return frozenset(_PLACEHOLDER.findall(sentence))


class Sentences:
    """All sentences of both languages. A key without a sentence shows itself, so that a gap is seen.

    ``{call}`` is filled in every sentence: the number to call instead, which is a sentence itself (``CALL``).
    """

    def __init__(self, areas: Areas, own: Own | None = None) -> None:
        self._areas = areas
        self._own = own or {}
        self._all = {
            language: {
                **{key: text for area in areas[language].values() for key, text in area.items()},
                **self._own.get(language, {}),
            }
            for language in LANGUAGES
        }

    @classmethod
    def read(cls, folder: Path = FOLDER) -> Sentences:
        """Raises OSError or ValueError for a catalogue that cannot be read."""
        return cls({language: _read_areas(folder / language) for language in LANGUAGES})

    def worded(self, own: Own) -> Sentences:
        """The same with some of them in other words."""
        return Sentences(self._areas, own)

    def say(self, language: Language, key: str, params: Mapping[str, str | int] | None = None) -> str:
        """The sentence with its placeholders filled; one that is not given stays as it is written."""
        sentence = self._all[language].get(key, key)
        if "{" not in sentence:
            return sentence
        given = {"call": self.call(language), **(params or {})}
        return _PLACEHOLDER.sub(lambda found: str(given.get(found[1], found[0])), sentence)

    def call(self, language: Language) -> str:
        """The number to call when this service does not help; empty where nobody has written one."""
        return self._all[language].get(CALL, "")

    def raw(self, language: Language, key: str) -> str:
        """The sentence as it is written. Raises KeyError for an unknown key."""
        return self._all[language][key]

    def has(self, language: Language, key: str) -> bool:
        return key in self._all[language]

    def every_key(self) -> tuple[str, ...]:
        """Every key, area by area, as the catalogue has them."""
        return tuple(key for area in self._areas[LANGUAGES[0]].values() for key in area)

    def areas(self, language: Language, names: tuple[str, ...]) -> dict[str, str]:
        """The sentences of some areas in one dictionary, as a page carries them."""
        known, said = self._areas[language], self._all[language]
        return {key: said[key] for name in names for key in known.get(name, {})}


@lru_cache(maxsize=1)  # as immutable as the program
def product() -> Sentences:
    """The sentences that are shipped."""
    return Sentences.read()


def _read_areas(folder: Path) -> dict[str, dict[str, str]]:
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}
