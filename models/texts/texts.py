"""One process's knowledge of what cities say in their own words.

Read from the database as a whole (`models.configuration` says when); until then, and while the database is away, what
was known last counts, and at first what is shipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.queries.places import cities_of_districts
from models.tables import cities, city_texts
from models.texts.sentences import LANGUAGES, Language, Sentences, product
from models.texts.wording import sound

log = structlog.get_logger()


class Texts:
    """``of`` and ``in_district`` answer from memory."""

    def __init__(self) -> None:
        self.product = product()
        self._worded: Mapping[str, Sentences] = {}
        self._cities: Mapping[str, str] = {}
        self._only: str | None = None

    @property
    def cities(self) -> frozenset[str]:
        """Every city that has a district."""
        return frozenset(self._cities.values())

    async def load(self, connection: AsyncConnection) -> None:
        """Reads the newest text of each city, language and key. One that fits its sentence no more is passed over."""
        codes = list((await connection.execute(select(cities.c.code))).scalars())
        found = newest((await connection.execute(_ALL)).all())
        places = await cities_of_districts(connection)
        worded = {code: self._in_words(code, found[code]) for code in codes if code in found}
        self._worded, self._cities = worded, places
        self._only = codes[0] if len(codes) == 1 else None

    def _in_words(self, city: str, texts: Mapping[tuple[Language, str], str]) -> Sentences:
        own: dict[Language, dict[str, str]] = {language: {} for language in LANGUAGES}
        for (language, key), text in texts.items():
            if sound(self.product, language, key, text):
                own[language][key] = text
            else:
                log.warning("text_fits_no_more", city=city, language=language, key=key)
        return self.product.worded(own)

    @property
    def only_city(self) -> str | None:
        """The installation's city, when there is one and no more: then a page's city is always known."""
        return self._only

    def of(self, city: str | None) -> Sentences:
        """As a city says it; of no city in particular as the only one says it, else as the product does."""
        return self._worded.get(city or self._only or "", self.product)

    def city_of(self, district: str) -> str | None:
        """None for a district that is not known (yet)."""
        return self._cities.get(district)

    def in_district(self, district: str) -> Sentences:
        """As the district's city says it."""
        return self.of(self._cities.get(district))

    def call(self, district: str) -> str:
        """The number to call in a district, for whom no page tells it in his language."""
        return self.in_district(district).call("zh")

    def city_of_all(self, districts: Iterable[str]) -> str | None:
        """The city of all of these districts; None when they are of several, or none is known."""
        found = {self._cities.get(district) for district in districts}
        return found.pop() if len(found) == 1 else None


_ALL = select(city_texts).order_by(city_texts.c.number)


def newest(rows: Iterable[Any]) -> dict[str, dict[tuple[Language, str], str]]:
    """What counts, by city: the last of each, without those in which the product's holds again.

    ``rows`` in the order in which they were written.
    """
    found: dict[str, dict[tuple[Language, str], str]] = {}
    for row in rows:
        of_city = found.setdefault(row.city_code, {})
        if row.text is None:
            of_city.pop((row.language, row.key), None)
        else:
            of_city[row.language, row.key] = row.text
    return found
