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

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def placeholders(sentence: str) -> frozenset[str]:
    """The names of what is filled in."""
    return frozenset(_PLACEHOLDER.findall(sentence))


class Sentences:
    """All sentences of both languages. A key without a sentence shows itself, so that a gap is seen."""

    def __init__(self, areas: Mapping[Language, Mapping[str, Mapping[str, str]]]) -> None:
        self._areas = areas
        self._all = {
            language: {key: text for area in areas[language].values() for key, text in area.items()}
            for language in LANGUAGES
        }

    @classmethod
    def read(cls, folder: Path = FOLDER) -> Sentences:
        """Raises OSError or ValueError for a catalogue that cannot be read."""
        return cls({language: _read_areas(folder / language) for language in LANGUAGES})

    def say(self, language: Language, key: str, params: Mapping[str, str | int] | None = None) -> str:
        """The sentence with its placeholders filled; one that is not given stays as it is written."""
        sentence = self._all[language].get(key, key)
        given = params or {}
        return _PLACEHOLDER.sub(lambda found: str(given.get(found[1], found[0])), sentence)

    def has(self, language: Language, key: str) -> bool:
        return key in self._all[language]

    def areas(self, language: Language, names: tuple[str, ...]) -> dict[str, str]:
        """The sentences of some areas in one dictionary, as a page carries them."""
        known = self._areas[language]
        return {key: text for name in names for key, text in known.get(name, {}).items()}


@lru_cache(maxsize=1)  # as immutable as the program
def product() -> Sentences:
    """The sentences that are shipped."""
    return Sentences.read()


def _read_areas(folder: Path) -> dict[str, dict[str, str]]:
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}
