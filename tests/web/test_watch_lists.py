"""Bringing lists of vehicles to look out for over HTTP: dry run, refused lines in one's language, and what stands."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from models.watching.spreadsheet import LARGEST
from tests.support.city import AUX, CHEN, MINGSHAN, YUCHENG, ZHANG, joins, officer
from tests.support.clock import FakeClock
from tests.web.client import Client, bearer

ADMIN = officer("990001", "administrator", YUCHENG, MINGSHAN)
TEXT = "号牌号码,类别,日期\n川TA1235,被盗抢,2026-11-01\n川TI0000,黄标车,\n川TA7777,黄标车,上个月\n"


async def administrator(web: Client) -> dict[str, str]:
    await joins(web.store, ADMIN)
    return bearer(await web.token_of(ADMIN))


async def send(
    web: Client, headers: dict[str, str], text: str | bytes = TEXT, path: str = "", **query: Any
) -> Any:
    asked = {"scope": YUCHENG, "source": "市局名单", **query}
    content = text.encode() if isinstance(text, str) else text
    return await web.post(
        f"/api/v1/watch-lists{path}?{urlencode(asked)}",
        files={"file": ("list.csv", content, "text/csv")},
        headers=headers,
    )


async def test_a_dry_run_then_the_import_then_the_same_again(web: Client, clock: FakeClock) -> None:
    me = await administrator(web)
    told = (await send(web, me, path="/check")).json()
    assert (told["id"], told["new"], told["refused"]) == (None, 1, 2)
    assert told["refused_lines"] == [
        {
            "line": 3,
            "column": "plate",
            "why": "letter_i_or_o",
            "value": "川TI0000",
            "message": "号牌里没有字母 I 和 O，请核对是否为 1 或 0。",
        },
        {
            "line": 4,
            "column": "date",
            "why": "date",
            "value": "上个月",
            "message": "不是日期；请写成 2026-11-28。",
        },
    ]
    assert (await send(web, me)).json()["id"] is None, "one bad line refuses the file"
    done = (await send(web, me, refuse="line")).json()
    assert (done["new"], done["unchanged"]) == (1, 0)
    clock.advance(60)
    again = (await send(web, me, refuse="line")).json()
    assert (again["new"], again["unchanged"]) == (0, 1)
    shown = (await web.get("/api/v1/watch-lists", headers=me)).json()
    assert shown["sources"] == [{"scope": YUCHENG, "source": "市局名单", "standing": {"stolen": 1}}]
    assert [(one["new"], one["refused"], one["by"]) for one in shown["imports"]] == [
        (0, 2, ADMIN.service_number),
        (1, 2, ADMIN.service_number),
    ]


async def test_refused_lines_are_told_in_english_too(web: Client) -> None:
    me = {**await administrator(web), "accept-language": "en"}
    told = (await send(web, me, path="/check")).json()
    assert [one["message"] for one in told["refused_lines"]] == [
        "Plates have no letters I and O: is it a 1 or a 0?",
        "This is no date: write it as 2026-11-28.",
    ]


async def test_the_same_call_again_is_answered_as_the_first_time(web: Client) -> None:
    me = {**await administrator(web), "idempotency-key": "one"}
    first = await send(web, me, refuse="line")
    second = await send(web, me, refuse="line")
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"scope": "999999"}, "scope"),
        ({"source": " "}, "source"),
        ({"kind": "lost"}, "kind"),
        ({"refuse": "all"}, "refuse"),
        ({"ends": "-1"}, "ends"),
    ],
)
async def test_what_is_asked_wrongly_is_refused_by_name(
    web: Client, query: dict[str, str], field: str
) -> None:
    answer = await send(web, await administrator(web), **query)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)


async def test_a_file_that_is_too_large_or_no_list_is_refused(web: Client) -> None:
    me = await administrator(web)
    assert (await send(web, me, b"x" * (LARGEST + 8192))).status_code == 413
    answer = await send(web, me, b"PK\x03\x04")
    assert answer.status_code == 422
    assert answer.json()["error"] == {
        "code": "watch_list_faulty",
        "message": "这不是 CSV 文件；请在表格软件中另存为 CSV。",
        "field": "file",
        "why": "not_text",
    }


async def test_an_administrator_brings_lists_for_his_own_districts_only(web: Client) -> None:
    await joins(web.store, other := officer("990009", "administrator", MINGSHAN))
    answer = await send(web, bearer(await web.token_of(other)))
    assert answer.status_code == 403
    assert (await web.get("/api/v1/watch-lists", headers=bearer(await web.token_of(other)))).json() == {
        "imports": [],
        "sources": [],
    }


async def test_the_flag_stands_on_the_incident_for_whoever_may_know(web: Client) -> None:
    await web.store.configuration.refresh()
    me = await administrator(web)
    incident, requester = await web.asked()
    path = f"/api/v1/incidents/{incident}"
    before = (await web.get(path, headers=bearer(await web.token_of(ZHANG)))).json()["incident"]
    assert "watch" not in before
    await send(web, me, "号牌号码,号牌种类,日期\n川TA1235,小型汽车,2026-12-31\n", kind="yellow_label")
    for who in (ZHANG, CHEN):
        shown = (await web.get(path, headers=bearer(await web.token_of(who)))).json()["incident"]
        assert shown["watch"] == [{"kind": "yellow_label", "plate_class": "ordinary", "date": "2026-12-31"}]
        assert "caution" not in shown
    aux = (await web.get(path, headers=bearer(await web.token_of(AUX)))).json()["incident"]
    assert (aux["caution"], "watch" in aux) == (True, False)
    theirs = await web.get(path, headers=bearer(requester))
    assert not any(word in theirs.text for word in ("yellow_label", "caution", "watch"))
    board = await web.get(f"/api/v1/districts/{YUCHENG}/board", headers=bearer(await web.token_of(CHEN)))
    assert not any(word in board.text for word in ("yellow_label", "caution", "watch"))


async def test_one_vehicle_is_looked_out_for_and_no_more(web: Client) -> None:
    chief = bearer(await web.token_of(CHEN))
    body = {"plate": "川TA1235", "kind": "stolen", "scope": YUCHENG, "source": "雨公〔2026〕1 号"}
    made = await web.post("/api/v1/watch-flags", json=body, headers=chief)
    assert made.status_code == 201
    assert (await web.post("/api/v1/watch-flags", json=body, headers=chief)).status_code == 409
    path = f"/api/v1/watch-flags/{made.json()['id']}/clear"
    assert (await web.post(path, json={"reason": "已找回"}, headers=chief)).status_code == 200
    again = await web.post(path, json={"reason": "已找回"}, headers=chief)
    assert again.json()["error"]["message"] == "这条记录已经解除。"
