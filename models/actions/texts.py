"""Changing what a city says in its own words: always a new text beside the old ones, audited, told to all processes.

Which sentences a city may word, and what is wrong with a wording, is `models.texts.wording`'s to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import audit, citywide
from models.caller import Officer
from models.configuration import configuring
from models.errors import InvalidField, NotFound
from models.store import Store
from models.tables import city_texts
from models.texts import wording
from models.texts.sentences import LANGUAGES, Language
from models.texts.texts import newest


async def word(
    store: Store, by: Officer, city: str, key: str, texts: Mapping[Language, str | None]
) -> Mapping[Language, str | None]:
    """From now on ``city`` says ``key`` so; None: as the product does. A language that is not named stays.

    Returns what the city says of its own now. What it says already leaves no record. Raises NotFound (no such
    sentence, or none that a city words; no such city), Forbidden, InvalidField naming the language.
    """
    product = store.texts.product
    if not product.has("zh", key) or not wording.may_word(key):
        raise NotFound(field="key")
    for language, text in texts.items():
        if text is not None and (fault := wording.fault(product, language, key, text)):
            raise InvalidField(field=language, why=fault.code, value=fault.value)
    async with configuring(store, "texts") as change:
        await citywide.check(change.connection, by, city)
        before = await own_of(change.connection, city, key)
        # What the product says itself is no wording of the city's own: the next release may say it better.
        wished = {
            language: None if text == product.raw(language, key) else text for language, text in texts.items()
        }
        changed = {language: text for language, text in wished.items() if text != before[language]}
        if changed:
            await add(change.connection, city, key, changed, by.subject, change.at)
            languages = ", ".join(sorted(changed))
            await audit.record(change, by, "set_text", f"city:{city}", reason=f"{key} ({languages})")
    return {**before, **changed}


async def own_of(connection: AsyncConnection, city: str, key: str) -> dict[Language, str | None]:
    """What a city says of its own, by language."""
    query = select(city_texts).where(city_texts.c.city_code == city, city_texts.c.key == key)
    rows = (await connection.execute(query.order_by(city_texts.c.number))).all()
    own = newest(rows).get(city, {})
    return {language: own.get((language, key)) for language in LANGUAGES}


async def add(
    connection: AsyncConnection,
    city: str,
    key: str,
    texts: Mapping[Language, str | None],
    by: str,
    at: datetime,
) -> None:
    """Writes the next texts, in a transaction that changes the topic."""
    last = select(func.coalesce(func.max(city_texts.c.number), 0)).where(
        city_texts.c.city_code == city, city_texts.c.key == key
    )
    number = (await connection.execute(last)).scalar_one() + 1
    values = {"city_code": city, "key": key, "number": number, "made_by": by, "made_at": at}
    rows = [{**values, "language": language, "text": text} for language, text in texts.items()]
    await connection.execute(insert(city_texts), rows)
