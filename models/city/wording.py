"""The section ``texts``: what a city says in its own words instead of the product's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.texts import add, own_of
from models.city.reading import Fields
from models.city.sections import Entries, Values, Writing
from models.tables import city_texts
from models.texts import wording
from models.texts.sentences import LANGUAGES, product
from models.texts.texts import newest

_LONGEST = 2_000  # characters that are read at all; what a sentence may have is said with its fault


class TextsSection:
    """An entry for each sentence of the catalogue, with its text in one language or both."""

    name = "texts"
    label = "text"

    def read(self, fields: Fields, city: str) -> Entries:
        mine = fields.fields(self.name)
        if mine is None:
            return {}
        found: dict[str, Values] = {}
        for key in mine.names():
            one = mine.fields(key)
            if not product().has("zh", key):
                mine.wrong(key, "the product has no such sentence")
            elif not wording.may_word(key):
                mine.wrong(key, "this sentence is the product's to word, no city's")
            elif one is None:
                mine.wrong(key, "a text in zh or en is expected here")
            else:
                found[key] = _read(one, key)
        mine.end()
        return found

    async def held(self, connection: AsyncConnection, city: str, wanted: Entries | None = None) -> Entries:
        """Without those that fit their sentence no more: they are not said."""
        query = select(city_texts).where(city_texts.c.city_code == city).order_by(city_texts.c.number)
        own = newest((await connection.execute(query)).all()).get(city, {})
        found: dict[str, dict[str, Any]] = {}
        for (language, key), text in own.items():
            if wording.sound(product(), language, key, text):
                found.setdefault(key, dict.fromkeys(LANGUAGES))[language] = text
        return {key: found[key] for key in wording.keys(product()) if key in found}

    def shown(self, entries: Entries) -> Any:
        return {
            key: {language: text for language, text in values.items() if text is not None}
            for key, values in entries.items()
        }

    async def conflicts(self, connection: AsyncConnection, city: str, wanted: Entries) -> list[str]:
        return []

    async def write(self, writing: Writing, key: str, values: Values, *, new: bool) -> None:
        before = await own_of(writing.connection, writing.city, key)
        wished = {
            language: values[language] for language in LANGUAGES if values[language] != before[language]
        }
        texts = {language: None if text is None else str(text) for language, text in wished.items()}
        await add(writing.connection, writing.city, key, texts, "operator", writing.at)


def _read(one: Fields, key: str) -> Values:
    texts = {language: one.optional_text(language, longest=_LONGEST) for language in LANGUAGES}
    for language, text in texts.items():
        if text is not None and (fault := wording.fault(product(), language, key, text)):
            one.wrong(language, str(fault))
    if not any(texts.values()):
        one.wrong(None, "a text in zh or en is expected here")
    one.end()
    return {str(language): text for language, text in texts.items()}
