"""Accidents over HTTP: no sign-in to report one, own data only, a document that anybody verifies by its code."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx2
import pytest

from models.actions import flags
from models.flags.content import Stage
from models.store import Store
from tests.support.city import GATE, YUCHENG, ZHANG, joins, officer
from tests.web.client import Client, bearer, error_of

ADMIN = officer("051900", "administrator", YUCHENG)
PLACE = {"lat": GATE.lat, "lng": GATE.lng, "accuracy_m": 12.0}
HAND = [[[x, 100 + x % 40] for x in range(100, 600, 20)]]


@pytest.fixture(autouse=True)
async def live(store: Store) -> None:
    await joins(store, ADMIN)
    await flags.set_stage(store, "module.accidents", YUCHENG, Stage("live"), ADMIN)
    await store.configuration.refresh()


async def report(web: Client, *answers: str, **more: Any) -> httpx2.Response:
    body = {"answers": dict.fromkeys(answers, True), "location": PLACE, "district": YUCHENG} | more
    return await web.post("/api/v1/accidents", json=body)


async def party(web: Client, answer: httpx2.Response) -> tuple[str, dict[str, str]]:
    assert answer.status_code == 201, answer.text
    return f"/api/v1/accidents/{answer.json()['incident']['id']}", bearer(answer.json()["access_token"])


def details(name: str, plate: str, phone: str) -> dict[str, str]:
    return {
        "name": name,
        "licence": "513101199001011234",
        "phone": phone,
        "vehicle_type": "car",
        "plate": plate,
        "insurer": "平安财险",
        "policy": "PA2026000111",
        "impact": "front",
    }


async def agreed(web: Client) -> tuple[str, dict[str, str], dict[str, Any]]:
    """Two parties with two phones have signed; the draft as the first one sees it."""
    url, a = await party(web, await report(web))
    invited = (await web.post(f"{url}/invitation", headers=a)).json()
    _, b = await party(web, await web.post("/api/v1/accidents/join", json={"code": invited["code"]}))
    for headers, own in (
        (a, ("吴建国", "川TA1235", "13812340001")),
        (b, ("罗小梅", "川TD12345", "13812340002")),
    ):
        done = await web.put(f"{url}/party", json=details(*own), headers=headers)
        assert done.status_code == 200, done.text
    stated = {"form": "rear_end", "mine": "rear_end", "theirs": "ordinary", "weather": "rain"}
    terms = (await web.put(f"{url}/terms", json=stated, headers=a)).json()["terms"]
    for headers in (a, b):
        done = await web.post(f"{url}/sign", json={"terms": terms, "strokes": HAND}, headers=headers)
        assert done.status_code == 200, done.text
    return url, a, (await web.get(url, headers=a)).json()["accident"]


async def test_an_alert_takes_answers_and_a_place_and_nothing_else(web: Client) -> None:
    zhang = bearer(await web.on_duty(ZHANG, YUCHENG))
    answer = await report(web, "injured")
    told = answer.json()
    assert (told["path"], told["rescue"], told["move"]) == ("police", True, False)
    assert told["incident"]["status"] == "offered"
    duty = (await web.get("/api/v1/duty", headers=zhang)).json()
    assert [one["incident"] for one in duty["offers"]] == [told["incident"]["id"]]


async def test_where_accidents_are_off_it_says_whom_to_call(web: Client, store: Store) -> None:
    await flags.set_stage(store, "module.accidents", YUCHENG, Stage("off"), ADMIN)
    await store.configuration.refresh()
    refused = await report(web, "injured")
    assert error_of(refused) == (403, "switched_off", None)
    assert "122" in refused.json()["error"]["message"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"answers": {"bored": True}}, "answers.bored"),
        ({"phone": "12"}, "phone"),
        ({"district": "110101"}, "district"),
        ({"location": {"lat": 91, "lng": 103}}, "location.lat"),
    ],
)
async def test_what_cannot_be_used_is_named(web: Client, changes: Any, field: str) -> None:
    refused = await report(web, **changes)
    assert refused.status_code in {403, 422}
    assert error_of(refused)[2] == field


async def test_each_reads_own_data_whole_and_the_others_masked(web: Client) -> None:
    url, a = await party(web, await report(web))
    _, b = await party(web, await web.post(f"{url}/parties", headers=a))
    await web.put(f"{url}/party", json=details("罗小梅", "川TD12345", "13812340002"), headers=b)
    seen = (await web.get(url, headers=a)).text
    for hidden in ("罗小梅", "13812340002", "513101199001011234", "川TD12345"):
        assert hidden not in seen
    assert "罗小梅" in (await web.get(url, headers=b)).text


async def test_a_stranger_and_a_party_of_another_accident_see_nothing(web: Client) -> None:
    url, _ = await party(web, await report(web))
    _, other = await party(web, await report(web))
    assert error_of(await web.get(url))[0] == 401
    assert error_of(await web.get(url, headers=other))[0] == 403
    assert error_of(await web.put(f"{url}/party", json={"name": "假"}, headers=other))[0] == 404
    assert (
        error_of(await web.post(f"{url}/sign", json={"terms": 0, "strokes": HAND}, headers=other))[0] == 404
    )


async def test_the_document_is_the_one_whose_hash_is_told(web: Client) -> None:
    _, a, seen = await agreed(web)
    (document,) = seen["documents"]
    content = await web.get(document["url"], headers=a)
    assert content.headers["content-type"] == "application/pdf"
    assert hashlib.sha256(content.content).hexdigest() == document["sha256"]
    assert error_of(await web.get(document["url"]))[0] == 401


async def test_codes_are_not_guessed(web: Client) -> None:
    statuses = [
        (await web.post("/api/v1/accidents/join", json={"code": f"{number:08}"})).status_code
        for number in range(21)
    ]
    assert statuses[0] == 422
    assert statuses[-1] == 429


async def test_a_documents_page_tells_whether_it_counts_and_no_names(web: Client) -> None:
    zhang = bearer(await web.on_duty(ZHANG, YUCHENG))
    url, _, seen = await agreed(web)
    code = seen["documents"][0]["code"]
    page = await web.get(f"/v/{code[:4].lower()}-{code[4:]}")
    assert page.status_code == 200
    assert "有效" in page.text
    assert "川TA***5" in page.text
    for hidden in ("吴建国", "13812340001", "川TA1235", "513101199001011234"):
        assert hidden not in page.text
    await web.post(f"{url}/annul", json={"reason": "一方受伤"}, headers=zhang)
    assert "已撤销" in (await web.get(f"/v/{code}")).text
    assert (await web.get("/v/0000000000")).status_code == 404
    assert (await web.get("/v")).status_code == 200


async def test_a_partys_link_opens_his_accident_and_nobody_elses_token_does(web: Client) -> None:
    answer = await report(web)
    token = answer.json()["access_token"]
    page = await web.get(f"/a/{token}")
    assert page.status_code == 200
    assert answer.json()["incident"]["id"] in page.text
    asked = (await web.ask()).json()["access_token"]
    assert (await web.get(f"/a/{asked}")).status_code == 410
    assert (await web.get("/a/none")).status_code == 410


async def test_the_first_page_says_whom_to_call_without_a_script(web: Client) -> None:
    page = (await web.get("/accident?lang=en")).text
    assert 'href="tel:120"' in page
    assert 'href="tel:122"' in page
    assert "Triangle 50–100 m behind" in page
