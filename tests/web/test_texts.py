"""A city's own words: changed by its administrators, said on its pages, refusals and notices, and in no other city."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from models.actions import flags
from models.actions.cities import import_city
from models.city.bundle import read
from models.flags.content import Stage
from models.queries.texts import texts_of
from models.store import Store
from models.tables import audit, city_texts, events, stickers
from tests.support.city import CHEN, MINGSHAN, YUCHENG, ZHANG, joins, officer
from tests.web.client import Client, bearer, error_of

YAAN, DECHANG = "511800", "513424"
BUNDLE = Path(__file__).parents[2] / "docs/cities/dechang.yaml"
SU = officer("051900", "administrator", YUCHENG, MINGSHAN)
HALF = officer("051901", "administrator", YUCHENG)
SUN = officer("340001", "administrator", DECHANG)
ZHOU = officer("340002", "police", DECHANG)
SEND = "/api/v1/admin/texts/511800/driver.send"


@pytest.fixture(autouse=True)
async def second_city(store: Store) -> None:
    """Dechang beside the small city of the tests; the sticker of the second car is Dechang's."""
    async with store.database.write() as connection:
        await import_city(connection, store.ids, store.clock.now(), read(BUNDLE.read_bytes()))
        await connection.execute(
            update(stickers).where(stickers.c.id == "sticker-two").values(district=DECHANG)
        )
    await joins(store, SU, HALF, SUN, ZHOU)
    await store.configuration.refresh()


async def says(web: Client, city: str, key: str, by: Any = SU, **texts: str | None) -> dict[str, Any]:
    token = await web.token_of(by)
    answer = await web.put(f"/api/v1/admin/texts/{city}/{key}", json=texts, headers=bearer(token))
    assert answer.status_code == 200, answer.text
    await web.store.configuration.refresh()
    own: dict[str, Any] = answer.json()
    return own


async def test_what_one_city_says_the_other_does_not(web: Client) -> None:
    assert await says(web, DECHANG, "driver.reason.question", SUN, zh="它挡着您什么了？") == {
        "zh": "它挡着您什么了？",
        "en": None,
    }
    theirs, ours = (await web.get("/s/sticker-two")).text, (await web.get("/s/sticker-one")).text
    assert "它挡着您什么了？" in theirs
    assert "它挡着您什么了？" not in ours
    assert "它怎么妨碍您了？" in ours
    # A language in which the city says nothing of its own speaks the product's.
    assert "How is it in your way?" in (await web.get("/s/sticker-two?lang=en")).text


async def test_a_refusal_is_in_the_words_of_the_stickers_city(web: Client) -> None:
    await says(web, DECHANG, "errors.plate_tail_wrong", SUN, zh="尾号不对，再看看（剩 {remaining} 次）")
    theirs = await web.ask("two", plate_tail="000")
    ours = await web.ask("one", plate_tail="000")
    assert theirs.json()["error"]["message"] == "尾号不对，再看看（剩 4 次）"
    assert ours.json()["error"]["message"] == "车牌末三位不对，请再看一眼。还可以试 3 次。"


async def test_a_refusal_of_an_officer_is_in_his_citys_words(web: Client) -> None:
    await says(web, DECHANG, "errors.switched_off.duty", SUN, zh="德昌县暂不在这里上岗。")
    for one, district in ((SUN, DECHANG), (SU, YUCHENG)):
        await flags.set_stage(web.store, "module.duty", district, Stage("off"), one)
    await web.store.configuration.refresh()
    for one, district, told in (
        (ZHOU, DECHANG, "德昌县暂不在这里上岗。"),
        (ZHANG, YUCHENG, "这个区县还没有启用勤务管理，不能在这里上岗。"),
    ):
        body = {"on_duty": True, "district": district}
        refused = await web.put("/api/v1/duty", json=body, headers=bearer(await web.token_of(one)))
        assert refused.json()["error"]["message"] == told


async def test_an_officers_page_speaks_his_citys_words_once_he_is_known(web: Client) -> None:
    await says(web, DECHANG, "officer.tab.open", SUN, zh="等人接")
    token = await web.token_of(ZHOU)
    known = await web.get("/officer", headers={"cookie": f"wufen_session={token}"})
    assert '"officer.tab.open":"等人接"' in known.text
    assert '"worded":true' in known.text
    unknown = await web.get("/officer")
    assert '"officer.tab.open":"待接"' in unknown.text
    # It is printed anew once somebody has signed in on it.
    assert '"worded":false' in unknown.text


async def test_the_number_to_call_is_the_citys_wherever_it_stands(web: Client) -> None:
    await says(web, DECHANG, "common.call.number", SUN, zh="12122", en="12122")
    theirs, ours = await web.ask("two"), await web.ask("one")
    assert (theirs.json()["incident"]["call"], ours.json()["incident"]["call"]) == ("12122", "122")
    async with web.store.database.read() as connection:
        told = [json.loads(data) for data in (await connection.execute(select(events.c.data))).scalars()]
    assert {(one["incident"]["district"], one["incident"]["call"]) for one in told} == {
        (DECHANG, "12122"),
        (YUCHENG, "122"),
    }
    help_page = (await web.get(f"/help?city={DECHANG}")).text
    assert 'href="tel:12122"' in help_page
    assert "请拨打 12122。" in help_page
    assert 'href="tel:122"' in (await web.get("/help")).text
    async with web.store.database.write() as connection:
        await connection.execute(stickers.update().values(status="revoked"))
    gone = (await web.get("/s/sticker-two")).text
    assert "请拨打 12122。" in gone
    assert 'href="tel:12122"' in gone
    # From here help is the city's too.
    assert f'href="/help?city={DECHANG}"' in gone


@pytest.mark.parametrize("city", ["<script>", "999999", "511800\"'", ""])
async def test_a_city_that_is_none_is_not_repeated_on_a_page(web: Client, city: str) -> None:
    page = await web.get("/help", params={"city": city})
    assert page.status_code == 200
    assert 'href="/help"' in page.text


async def test_a_change_is_on_the_record_and_the_same_again_leaves_none(web: Client) -> None:
    await says(web, YAAN, "driver.send", zh="请车主来", en="Call the owner")
    await says(web, YAAN, "driver.send", zh="请车主来")
    await says(web, YAAN, "driver.send", en=None)
    async with web.store.database.read() as connection:
        rows = (await connection.execute(select(audit).where(audit.c.action == "set_text"))).all()
        numbers = (await connection.execute(select(city_texts.c.number).order_by(city_texts.c.number))).all()
    assert [(row.actor, row.subject, row.reason) for row in rows] == [
        (SU.subject, "city:511800", "driver.send (en, zh)"),
        (SU.subject, "city:511800", "driver.send (en)"),
    ]
    assert len(numbers) == 3


async def test_the_products_own_words_are_no_wording_of_the_citys(web: Client) -> None:
    assert await says(web, YAAN, "driver.send", zh="通知车主挪车") == {"zh": None, "en": None}


@pytest.mark.parametrize(
    ("key", "body", "status", "code", "field"),
    [
        ("driver.sent", {"zh": "x"}, 404, "not_found", "key"),
        ("notice.binding_code", {"zh": "【{platform}】{code} {minutes}"}, 404, "not_found", "key"),
        ("errors.bad_credentials", {"zh": "请把密码发给我们"}, 404, "not_found", "key"),
        ("driver.send", {"zh": ""}, 422, "invalid_field", "zh"),
        ("driver.send", {"en": "x" * 49}, 422, "invalid_field", "en"),
        ("driver.send", {"zh": "<img src=x>"}, 422, "invalid_field", "zh"),
        ("driver.send", {"zh": "看 www.evil.cn"}, 422, "invalid_field", "zh"),
        ("driver.send", {"fr": "Déplacez"}, 422, "invalid_field", "fr"),
        ("driver.people", {"zh": "几人"}, 422, "invalid_field", "zh"),
    ],
)
async def test_what_cannot_be_said_is_refused_with_its_place(
    web: Client, key: str, body: dict[str, str], status: int, code: str, field: str
) -> None:
    admin = bearer(await web.token_of(SU))
    refused = await web.put(f"/api/v1/admin/texts/511800/{key}", json=body, headers=admin)
    assert error_of(refused) == (status, code, field)


async def test_a_sentence_says_what_is_missing_in_the_callers_language(web: Client) -> None:
    admin = bearer(await web.token_of(SU))
    path = "/api/v1/admin/texts/511800/driver.people"
    for language, told in (("zh", "不能少了 {n}。"), ("en", "{n} must stay in it.")):
        refused = await web.put(f"{path}?lang={language}", json={"zh": "几人"}, headers=admin)
        assert refused.json()["error"]["message"] == told


@pytest.mark.parametrize(("who", "status"), [(SUN, 403), (HALF, 403), (CHEN, 403), (ZHANG, 403)])
async def test_only_who_administers_the_whole_city_words_it(web: Client, who: Any, status: int) -> None:
    token = await web.token_of(who)
    refused = await web.put(SEND, json={"zh": "请车主来"}, headers=bearer(token))
    assert refused.status_code == status
    assert (await web.put(SEND, json={"zh": "请车主来"})).status_code == 401


async def test_an_administrator_sees_every_sentence_of_his_city_with_both_wordings(web: Client) -> None:
    await says(web, YAAN, "driver.send", zh="请车主来")
    admin = bearer(await web.token_of(SU))
    seen = (await web.get("/api/v1/admin/texts", headers=admin)).json()
    assert seen["cities"] == [{"code": YAAN, "name": "雅安市", "name_en": "Ya'an", "may_change": True}]
    texts = {one["key"]: one for one in seen["texts"]}
    assert texts["driver.send"] == {
        "key": "driver.send",
        "product": {"zh": "通知车主挪车", "en": "Ask the owner to move"},
        "own": {"zh": "请车主来", "en": None},
        "unfit": [],
        "placeholders": [],
        "longest": {"zh": 30, "en": 42},
        "changed_at": texts["driver.send"]["changed_at"],
        "changed_by": "051900",
    }
    assert texts["driver.place.accuracy"]["placeholders"] == ["metres"]
    assert "notice.binding_code" not in texts
    other = await web.get(f"/api/v1/admin/texts?city={DECHANG}", headers=admin)
    assert error_of(other) == (404, "not_found", "city")
    half = (await web.get("/api/v1/admin/texts", headers=bearer(await web.token_of(HALF)))).json()
    assert half["cities"][0]["may_change"] is False


async def test_a_text_that_fits_its_sentence_no_more_is_passed_over_and_said_to_be_unfit(web: Client) -> None:
    await says(web, YAAN, "driver.people", zh="共 {n} 人")
    async with web.store.database.write() as connection:
        # As an earlier release took it, of which the sentence had another placeholder.
        await connection.execute(update(city_texts).values(text="共 {count} 人"))
    async with web.store.database.read() as connection:
        await web.store.texts.load(connection)
    assert web.store.texts.of(YAAN).say("zh", "driver.people", {"n": 2}) == "2 人"
    seen = await texts_of(web.store, SU, YAAN)
    assert next(one for one in seen["texts"] if one["key"] == "driver.people")["unfit"] == ["zh"]
