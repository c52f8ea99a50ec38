"""A city's own words: which sentences it may word, how it says them now, and changing one."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from models.actions import texts
from models.errors import Forbidden, InvalidField, NotFound
from models.queries.texts import texts_of
from models.texts.sentences import Language
from web.answers import Answer
from web.endpoint import Call, Endpoint, Nothing, Shape

Text = Annotated[str, Meta(max_length=2_000)]


class NewWords(Shape):
    """Null: as the product says it. A language that is left out stays as it is."""

    zh: Text | None | UnsetType = UNSET
    en: Text | None | UnsetType = UNSET


class InBoth(Shape):
    zh: str
    en: str


class OwnWords(Shape):
    """Null: the product's."""

    zh: str | None
    en: str | None


class Longest(Shape):
    zh: int
    en: int


class TextView(Shape):
    """``unfit``: in which languages the city's text no longer fits its sentence and is not shown."""

    key: str
    product: InBoth
    own: OwnWords
    unfit: list[Literal["zh", "en"]]
    placeholders: list[str]
    longest: Longest
    changed_at: str | None
    changed_by: str | None


class CityOfTexts(Shape):
    code: str
    name: str
    name_en: str
    may_change: bool


class CityTexts(Shape):
    """``examples``: with what a placeholder may be filled, for a preview."""

    cities: list[CityOfTexts]
    city: str
    texts: list[TextView]
    examples: dict[str, InBoth]


async def of_city(call: Call[Nothing]) -> Answer:
    city = call.request.query_params.get("city")
    return Answer(await texts_of(call.site.store, call.officer, city))


async def word(call: Call[NewWords]) -> Answer:
    given: dict[Language, str | None | UnsetType] = {"zh": call.body.zh, "en": call.body.en}
    wished = {
        language: text.strip() if isinstance(text, str) else text
        for language, text in given.items()
        if text is not UNSET
    }
    store, city, key = call.site.store, call.path("city"), call.path("key")
    own = await texts.word(store, call.officer, city, key, wished)
    return Answer(OwnWords(zh=own["zh"], en=own["en"]))


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/admin/texts",
        name="texts",
        handler=of_city,
        summary="Every sentence that a city may word, the product's and the city's own, in both languages.",
        module="platform",
        query={"city": "The code of one of the administrator's cities; without, the first."},
        answers={200: CityTexts},
        errors=(NotFound,),
    ),
    Endpoint(
        method="PUT",
        path="/api/v1/admin/texts/{city}/{key}",
        name="word_text",
        handler=word,
        summary="From now on the city says the sentence so.",
        module="platform",
        body=NewWords,
        answers={200: OwnWords},
        errors=(NotFound, Forbidden, InvalidField),
        repeatable=True,
    ),
]
