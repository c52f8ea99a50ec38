"""What an administrator sees of a city's texts: every sentence that a city words, the product's and the city's own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.caller import Officer
from models.clock import iso
from models.errors import NotFound
from models.queries.rules import Place, places
from models.queries.service_numbers import service_numbers
from models.store import Store
from models.tables import city_texts
from models.texts import wording
from models.texts.sentences import LANGUAGES, Sentences, placeholders
from models.texts.texts import newest

View = dict[str, Any]


async def texts_of(store: Store, by: Officer, city: str | None) -> View:
    """The administrator's cities, and every sentence of one of them, his first if none is named. Raises NotFound."""
    product = store.texts.product
    async with store.database.read() as connection:
        there = [place for place in await places(connection, by) if place.kind == "city"]
        chosen = next((place for place in there if city in (None, place.code)), None)
        if chosen is None:
            raise NotFound(field="city")
        own, changes = await _own(connection, chosen.code)
    texts = [_text(product, key, own, changes.get(key)) for key in wording.keys(product)]
    return {
        "cities": [_city(place) for place in there],
        "city": chosen.code,
        "texts": texts,
        "examples": _examples(
            store.texts.of(chosen.code), {name for one in texts for name in one["placeholders"]}
        ),
    }


def _examples(said: Sentences, names: set[str]) -> View:
    """What a placeholder may be filled with, in both languages, for a preview."""
    examples: View = {"call": {language: said.call(language) for language in LANGUAGES}}
    for name in sorted(names):
        key = f"texts.example.{name}"
        if said.has("zh", key):
            examples[name] = {language: said.raw(language, key) for language in LANGUAGES}
    return examples


async def _own(
    connection: AsyncConnection, city: str
) -> tuple[dict[tuple[Any, str], str], dict[str, tuple[str, str]]]:
    """By language and key what the city says, and by key when that was last changed, and by whom."""
    query = select(city_texts).where(city_texts.c.city_code == city).order_by(city_texts.c.number)
    rows = (await connection.execute(query)).all()
    people = await service_numbers(connection, (row.made_by for row in rows))
    changes = {row.key: (iso(row.made_at), people.get(row.made_by, row.made_by)) for row in rows}
    return newest(rows).get(city, {}), changes


def _text(
    product: Sentences, key: str, own: dict[tuple[Any, str], str], change: tuple[str, str] | None
) -> View:
    texts = {language: own.get((language, key)) for language in LANGUAGES}
    return {
        "key": key,
        "product": {language: product.raw(language, key) for language in LANGUAGES},
        "own": texts,
        # Taken once, and now no longer said: a release has changed what it must hold.
        "unfit": [one for one, text in texts.items() if text and wording.fault(product, one, key, text)],
        "placeholders": sorted(placeholders(product.raw("zh", key))),
        "longest": {language: wording.limit(product, language, key) for language in LANGUAGES},
        "changed_at": change and change[0],
        "changed_by": change and change[1],
    }


def _city(place: Place) -> View:
    return {
        "code": place.code,
        "name": place.name,
        "name_en": place.name_en,
        "may_change": place.may_change,
    }
