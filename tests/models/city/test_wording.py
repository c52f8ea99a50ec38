"""A city's own words in its bundle: each fault with its line, what would change first, and told again as they came."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from models.actions.cities import import_city
from models.city.bundle import Bundle, read, told
from models.city.faults import BundleFaulty
from models.city.plan import Difference, Plan, plan
from models.store import Store
from models.tables import city_texts

DECHANG = (Path(__file__).parents[3] / "docs/cities/dechang.yaml").read_text()
TEXTS = """\
texts:
  driver.send: {zh: 请车主马上挪车, en: Ask the owner to come}
  notice.handed_over:
    zh: 【{platform}】您的车 {plate} 已由德昌交警处理：
  common.call.number: {zh: 12122, en: 12122}
"""
FIRST = len(DECHANG.splitlines()) + 1  # the line of `texts:`


def bundle(texts: str = TEXTS) -> Bundle:
    return read((DECHANG + texts).encode())


async def bring_in(store: Store, wanted: Bundle) -> Plan:
    async with store.database.write() as connection:
        done = await import_city(connection, store.ids, store.clock.now(), wanted)
    await store.configuration.refresh()
    return done


def fates(done: Plan) -> list[tuple[str, str]]:
    return [(step.key, step.fate) for step in done.steps if step.label == "text"]


@pytest.mark.parametrize(
    ("before", "after", "line", "fault"),
    [
        ("driver.send:", "driver.sent:", 1, "texts.driver.sent: the product has no such sentence"),
        ("driver.send:", "admin.title:", 1, "texts.admin.title: this sentence is the product's to word, no city's"),
        ("driver.send:", "notice.binding_code:", 1, "texts.notice.binding_code: this sentence is the product's"),
        ("请车主马上挪车", "请" * 31, 1, "texts.driver.send.zh: it has at most 30 characters"),
        ("请车主马上挪车", '"<i>挪车</i>"', 1, "texts.driver.send.zh: < is not understood"),
        (" {plate}", "", 3, "texts.notice.handed_over.zh: {plate} must stay in it"),
        ("{plate}", "{plate} {owner}", 3, "texts.notice.handed_over.zh: nothing is filled in for {owner}"),
        ("zh: 12122", "zh: 12", 4, "texts.common.call.number.zh: '12' is not a number to call"),
        ("en: Ask", "fr: Demandez", 1, "texts.driver.send.fr: a bundle has no such name"),
        ("{zh: 12122, en: 12122}", "{}", 4, "texts.common.call.number: a text in zh or en is expected here"),
        ("{zh: 12122, en: 12122}", "12122", 4, "texts.common.call.number: names with values are expected here"),
        ("common.call.number:", "driver.send:", 4, "texts.driver.send: it stands here twice"),
    ],
)  # fmt: skip
def test_a_faulty_text_is_told_with_its_line_and_key(before: str, after: str, line: int, fault: str) -> None:
    assert before in TEXTS
    with pytest.raises(BundleFaulty) as caught:
        bundle(TEXTS.replace(before, after))
    found = [str(one) for one in caught.value.faults]
    assert any(one.startswith(f"line {FIRST + line}, {fault}") for one in found), found


async def test_what_would_change_is_said_first_and_the_same_again_changes_nothing(store: Store) -> None:
    done = await bring_in(store, bundle())
    assert fates(done) == [
        ("driver.send", "added"),
        ("notice.handed_over", "added"),
        ("common.call.number", "added"),
    ]
    assert (await bring_in(store, bundle())).to_do == ()
    other = bundle("texts:\n  driver.send: {zh: 挪车}\n")
    async with store.database.read() as connection:
        wanted = await plan(connection, other)
    assert fates(wanted) == [
        ("driver.send", "changed"),
        ("common.call.number", "left alone"),
        ("notice.handed_over", "left alone"),
    ]
    (step,) = wanted.to_do
    assert step.differences == (
        Difference("zh", "请车主马上挪车", "挪车"),
        Difference("en", "Ask the owner to come", None),
    )
    assert store.texts.of("513424").say("zh", "driver.send") == "请车主马上挪车"
    await bring_in(store, other)
    assert store.texts.of("513424").say("zh", "driver.send") == "挪车"
    assert store.texts.of("513424").say("en", "driver.send") == store.texts.product.say("en", "driver.send")


async def test_a_bundle_tells_the_texts_as_they_came(store: Store) -> None:
    await bring_in(store, bundle())
    async with store.database.read() as connection:
        again = read((await told(connection, "513424")).encode())
    assert again.sections["texts"] == bundle().sections["texts"]
    assert list(again.sections["texts"]) == ["common.call.number", "driver.send", "notice.handed_over"]


async def test_no_text_is_ever_edited(store: Store) -> None:
    await bring_in(store, bundle())
    await bring_in(store, bundle("texts:\n  driver.send: {zh: 挪车}\n"))
    async with store.database.read() as connection:
        query = (
            select(city_texts)
            .where(city_texts.c.key == "driver.send")
            .order_by(city_texts.c.number, city_texts.c.language)
        )
        rows = (await connection.execute(query)).all()
    assert [(row.number, row.language, row.text, row.made_by) for row in rows] == [
        (1, "en", "Ask the owner to come", "operator"),
        (1, "zh", "请车主马上挪车", "operator"),
        (2, "en", None, "operator"),
        (2, "zh", "挪车", "operator"),
    ]
