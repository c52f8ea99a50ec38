"""WeChat at our doors: an account's callbacks, and an owner who lets himself be told there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import httpx2
import pytest
from sqlalchemy import insert, select

from models.actions import wechat_people
from models.actions.notify import token_hash
from models.caller import Participant
from models.store import Store
from models.tables import audit, contact_channels, notices, participants
from models.wechat.crypto import key_of, open_
from models.wechat.signing import is_signed
from tests.support.channels import YAAN, set_up
from tests.support.city import ask
from tests.support.clock import FakeClock
from tests.support.wechat_server import (
    AES_KEY,
    APP_ID,
    CALLBACK_TOKEN,
    PENG,
    SECRET,
    ZHOU,
    Platform,
    event,
    pushed,
    pushes_until_answered,
    running_platform,
)
from tests.web.client import Client, bearer, error_of
from web.wechat import callback

CALLBACK = f"/wechat/callback/{YAAN}"
WECHAT = {"User-Agent": "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 MicroMessenger/8.0.50 NetType/WIFI"}
TOKEN = "the-owners-own-link"


async def account(store: Store, there: Platform, **more: str) -> None:
    await set_up(
        store,
        "wechat",
        {"app_id": APP_ID, "endpoint": there.url, "door": there.url, **more},
        {"app_secret": SECRET, "token": CALLBACK_TOKEN, "aes_key": AES_KEY},
    )


@pytest.fixture
async def there(store: Store, clock: FakeClock) -> AsyncIterator[Platform]:
    async with running_platform(clock) as platform:
        await account(store, platform)
        yield platform


@dataclass
class Owner:
    """The owner of car one, with the link of his notice open in some browser."""

    web: Client
    there: Platform
    as_caller: Participant

    async def page(self, path: str = f"/o/{TOKEN}", **headers: str) -> httpx2.Response:
        return await self.web.get(path, headers=WECHAT | headers)

    async def taps(self, **headers: str) -> httpx2.Response:
        return await self.web.post("/api/v1/wechat/link", json={}, headers=bearer(TOKEN) | WECHAT | headers)

    async def goes_through_the_door(self) -> str:
        """Where the platform sends the browser back to."""
        url = (await self.taps()).json()["url"]
        async with httpx2.AsyncClient() as browser:
            found = await browser.get(url)
        return found.headers["location"].removeprefix("http://localhost:8000")

    async def is_told_there(self) -> bool:
        return await wechat_people.is_linked(self.web.store, self.as_caller)


@pytest.fixture
async def owner(web: Client, store: Store, there: Platform) -> Owner:
    asked = await ask(store)
    async with store.database.write() as connection:
        await connection.execute(
            insert(participants).values(
                id="owner-at-the-phone",
                incident_id=asked.id,
                role="owner",
                token_hash=token_hash(TOKEN),
                vehicle_id="car-one",
                contact_id="contact-one-1",
                joined_at=store.clock.now(),
            )
        )
    return Owner(web, there, Participant("owner-at-the-phone", asked.id, "owner"))


async def test_an_owner_is_told_by_wechat_from_his_tap_on_and_only_then(owner: Owner, store: Store) -> None:
    assert '"wechat":"offer"' in (await owner.page()).text
    assert not await owner.is_told_there()

    back = await owner.goes_through_the_door()
    answer = await owner.page(back)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/o/{TOKEN}")
    assert answer.headers["cache-control"] == "no-store"
    assert await owner.is_told_there()
    assert '"wechat":"linked"' in (await owner.page()).text
    assert await wechat_people.openid_of(store, "contact-one-1") == ZHOU

    async with store.database.read() as connection:
        row = (await connection.execute(select(contact_channels))).one()
        deeds = (await connection.execute(select(audit.c.action, audit.c.subject))).all()
    assert ZHOU.encode() not in row.address_sealed
    assert ("link_wechat", "contact:contact-one-1") in [tuple(one) for one in deeds]


async def test_nothing_of_the_incident_goes_to_the_platform(owner: Owner) -> None:
    await owner.goes_through_the_door()
    assert len(owner.there.asked) == 1
    query = parse_qs(urlsplit(owner.there.asked[0]).query)
    assert query["redirect_uri"] == ["http://localhost:8000/wechat/back"]
    assert query["scope"] == ["snsapi_base"]
    assert TOKEN not in owner.there.asked[0]
    assert owner.as_caller.incident_id not in owner.there.asked[0]
    assert len(query["state"][0]) == 43
    (cookie,) = [one for one in owner.web.cookies.jar if one.name == "wufen_wechat"]
    assert (cookie.path, TOKEN in str(cookie.value)) == ("/wechat", False)


async def test_taken_back_his_address_is_gone(owner: Owner, store: Store) -> None:
    await owner.page(await owner.goes_through_the_door())
    for _ in range(2):
        ended = await owner.web.delete("/api/v1/wechat/link", headers=bearer(TOKEN))
        assert ended.status_code == 200
    assert not await owner.is_told_there()
    async with store.database.read() as connection:
        row = (await connection.execute(select(contact_channels))).one()
    assert (row.address_sealed, row.address_index, row.allowed) == (None, None, False)
    await owner.page(await owner.goes_through_the_door())
    assert await owner.is_told_there(), "and he may think again"


async def test_another_browser_cannot_end_what_this_one_began(owner: Owner) -> None:
    """The attack: somebody begins with his own account, and has the victim's browser finish it; or the reverse."""
    back = await owner.goes_through_the_door()
    cookies, owner.web.cookies = owner.web.cookies, httpx2.Cookies()
    strange = await owner.page(back)
    assert strange.status_code == 403
    assert "没有接上" in strange.text
    owner.web.cookies = cookies
    assert not await owner.is_told_there()

    state = parse_qs(urlsplit(back).query)["state"][0]
    for wrong in (
        "/wechat/back?code=code-0",
        "/wechat/back?code=code-0&state=",
        f"/wechat/back?code=code-0&state={state[:-1]}x",
        f"/wechat/back?code=code-0&state={'x' * 3000}",
    ):
        assert (await owner.page(wrong)).status_code == 403
        owner.web.cookies = cookies
    assert not await owner.is_told_there()


async def test_the_way_back_is_open_for_ten_minutes(owner: Owner, clock: FakeClock) -> None:
    back = await owner.goes_through_the_door()
    clock.advance(600)
    assert (await owner.page(back)).status_code == 403
    assert not await owner.is_told_there()


@pytest.mark.parametrize(
    ("change", "came"),
    [
        (lambda there: setattr(there, "snapshot", True), "stand_in"),
        (lambda there: there.answers.append({"errcode": 40029, "errmsg": "invalid code"}), "refused"),
        (lambda there: there.answers.append({"errcode": 40163, "errmsg": "code been used"}), "refused"),
        (lambda there: there.answers.append({"errcode": -1, "errmsg": "system error"}), "away"),
        (lambda there: there.answers.append({"errcode": 45009, "errmsg": "quota"}), "away"),
        (lambda there: there.answers.append(502), "away"),
    ],
)
async def test_whatever_goes_wrong_he_is_back_on_his_page_and_nothing_is_bound(
    owner: Owner, change: Callable[[Platform], None], came: str
) -> None:
    back = await owner.goes_through_the_door()
    change(owner.there)
    answer = await owner.page(back)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/o/{TOKEN}?wechat={came}")
    assert f'"wechat":"{came}"' in (await owner.page(answer.headers["location"])).text
    assert not await owner.is_told_there()


async def test_a_no_at_the_door_is_a_no(owner: Owner) -> None:
    url = (await owner.taps()).json()["url"]
    state = parse_qs(urlsplit(url).query)["state"][0]
    answer = await owner.page(f"/wechat/back?state={state}")
    assert answer.headers["location"] == f"/o/{TOKEN}?wechat=refused"
    assert not await owner.is_told_there()


async def test_outside_of_wechat_and_without_an_account_nobody_is_asked(
    owner: Owner, store: Store, web: Client
) -> None:
    for agent in ("Mozilla/5.0 (iPhone) Safari/605.1", "Mozilla/5.0 wxwork/4.1 MicroMessenger/7.0"):
        assert '"wechat":' not in (await owner.page(**{"User-Agent": agent})).text
        assert error_of(await owner.taps(**{"User-Agent": agent})) == (404, "not_found", None)
    async with store.database.write() as connection:
        await connection.exec_driver_sql("DELETE FROM channel_setups")
        await connection.exec_driver_sql(
            "UPDATE configuration SET revision = 'gone' WHERE topic = 'channels'"
        )
    await store.configuration.refresh()
    assert '"wechat":' not in (await owner.page()).text
    assert error_of(await owner.taps())[:2] == (404, "not_found")
    query, body = pushed(event(), store.clock.now())
    assert (await web.post(CALLBACK, params=query, content=body)).status_code == 404


async def test_the_address_of_callbacks_answers_the_platform_and_nobody_else(
    web: Client, there: Platform, clock: FakeClock
) -> None:
    query, _ = pushed("", clock.now())
    query["echostr"] = "8765432109"
    confirmed = await web.get(CALLBACK, params=query)
    assert (confirmed.status_code, confirmed.text) == (200, "8765432109")
    assert (await web.get(CALLBACK, params=query | {"signature": "0" * 40})).status_code == 403
    assert (await web.get(CALLBACK)).status_code == 403
    assert (await web.get("/wechat/callback/110000", params=query)).status_code == 404
    clock.advance(601)
    assert (await web.get(CALLBACK, params=query)).status_code == 403, "recorded and played again"


def opened(answer: httpx2.Response) -> ElementTree.Element:
    """The answer as the platform reads it."""
    root = ElementTree.fromstring(answer.text)
    parts = [root.findtext(name) or "" for name in ("TimeStamp", "Nonce", "Encrypt")]
    assert is_signed(root.findtext("MsgSignature") or "", CALLBACK_TOKEN, *parts)
    return ElementTree.fromstring(open_(key_of(AES_KEY), APP_ID, parts[2]))


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"Event": "SCAN", "EventKey": "s:sticker-one"}, "扫到了挪车码：http://localhost:8000/s/sticker-one"),
        (
            {"Event": "subscribe", "EventKey": "qrscene_s:sticker-one"},
            "扫到了挪车码：http://localhost:8000/s/sticker-one",
        ),
        (
            {"Event": "subscribe", "EventKey": ""},
            "欢迎关注。挪车、事故快处、举报、隐患都在这里：http://localhost:8000/menu",
        ),
        (
            {"Event": "SCAN", "EventKey": "s:../admin"},
            "欢迎关注。挪车、事故快处、举报、隐患都在这里：http://localhost:8000/menu",
        ),
    ],
)
async def test_whoever_scans_gets_the_right_page(
    web: Client, there: Platform, clock: FakeClock, members: dict[str, str], expected: str
) -> None:
    query, body = pushed(event(**members), clock.now())
    first = await web.post(CALLBACK, params=query, content=body)
    said = opened(first)
    assert (said.findtext("ToUserName"), said.findtext("FromUserName")) == (ZHOU, "gh_1")
    assert (said.findtext("MsgType"), said.findtext("Content")) == ("text", expected)
    again = await web.post(CALLBACK, params=query, content=body)
    assert opened(again).findtext("Content") == expected, "the first answer may not have arrived"


async def test_nobody_else_is_spoken_to(web: Client, there: Platform, clock: FakeClock) -> None:
    for xml in (
        event(Event="unsubscribe"),
        event(MsgType="text", Content="13812345678", MsgId="7", Event=""),
    ):
        query, body = pushed(xml, clock.now())
        answer = await web.post(CALLBACK, params=query, content=body)
        assert (answer.status_code, answer.text) == (200, "success")


async def test_what_is_not_the_platforms_changes_nothing(
    web: Client, there: Platform, clock: FakeClock
) -> None:
    query, body = pushed(event(Event="SCAN", EventKey="s:sticker-one"), clock.now())
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><xml><Encrypt>&a;</Encrypt></xml>'
    for wrong in (
        {"params": query | {"msg_signature": "0" * 40}, "content": body},
        {"params": query | {"signature": "0" * 40}, "content": body},
        {"params": query, "content": body.replace("<Encrypt><![CDATA[", "<Encrypt><![CDATA[A")},
        {"params": query, "content": event(Event="SCAN", EventKey="s:sticker-one")},
        {"params": query, "content": bomb},
        {"params": query, "content": b"\xff\xfe"},
        {"params": query, "content": "<xml>"},
    ):
        answer: Any = await web.post(CALLBACK, **wrong)
        assert answer.status_code == 403, wrong
        assert "sticker-one" not in answer.text


async def sent_under(store: Store, number: str) -> None:
    now = store.clock.now()
    async with store.database.write() as connection:
        await connection.execute(
            insert(notices).values(
                id="n",
                key="k",
                template="move_request",
                params="{}",
                contact_id="contact-one-1",
                channel="wechat",
                status="sent",
                provider_id=number,
                created_at=now,
                due_at=now,
                sent_at=now,
            )
        )


async def state(store: Store) -> tuple[str, str | None, str | None]:
    async with store.database.read() as connection:
        row = (await connection.execute(select(notices).where(notices.c.id == "n"))).one()
    return row.status, row.failure, row.code


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"Event": "TEMPLATESENDJOBFINISH", "MsgID": "240", "Status": "success"}, ("delivered", None, None)),
        (
            {"Event": "TEMPLATESENDJOBFINISH", "MsgID": "240", "Status": "failed:user block"},
            ("failed", "refused_or_used_up", "failed:user block"),
        ),
        (
            {"Event": "TEMPLATESENDJOBFINISH", "MsgID": "240", "Status": "failed: system failed"},
            ("failed", "refused", "failed: system failed"),
        ),
        ({"Event": "TEMPLATESENDJOBFINISH", "MsgID": "999", "Status": "success"}, ("sent", None, None)),
    ],
)
async def test_the_platform_says_what_became_of_a_message(
    web: Client, store: Store, there: Platform, clock: FakeClock, members: dict[str, str], expected: Any
) -> None:
    await sent_under(store, "240")
    query, body = pushed(event(**members), clock.now())
    for _ in range(2):
        assert (await web.post(CALLBACK, params=query, content=body)).text == "success"
    assert await state(store) == expected


async def test_of_a_subscription_message_too(
    web: Client, store: Store, there: Platform, clock: FakeClock
) -> None:
    await sent_under(store, "240")
    xml = event(Event="subscribe_msg_sent_event").replace(
        "</xml>",
        "<SubscribeMsgSentEvent><List><MsgID>240</MsgID><ErrorCode>0</ErrorCode></List></SubscribeMsgSentEvent></xml>",
    )
    query, body = pushed(xml, clock.now())
    await web.post(CALLBACK, params=query, content=body)
    assert (await state(store))[0] == "delivered"


async def test_what_could_not_be_recorded_in_time_comes_again_and_is_recorded_then(
    web: Client, store: Store, there: Platform, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sent_under(store, "240")
    whole, tries = callback._report, 0

    async def slow_once(*given: Any) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            await asyncio.Event().wait()
        await whole(*given)

    monkeypatch.setattr(callback, "_report", slow_once)
    monkeypatch.setattr(callback, "SECONDS", 0.05)
    xml = event(Event="TEMPLATESENDJOBFINISH", MsgID="240", Status="success")
    answers = await pushes_until_answered(web, CALLBACK, xml, clock.now())
    assert (len(answers), answers[-1]) == (2, "success")
    assert (await state(store))[0] == "delivered"
    assert tries == 2


async def test_a_second_owner_on_the_same_phone_is_another_contact(owner: Owner, store: Store) -> None:
    owner.there.who = PENG
    await owner.page(await owner.goes_through_the_door())
    assert await wechat_people.openid_of(store, "contact-one-1") == PENG
    assert await wechat_people.openid_of(store, "contact-one-2") is None
