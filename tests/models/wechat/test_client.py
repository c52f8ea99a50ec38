"""The account's calls against a platform that keeps to its documents: tokens, messages, and each way to fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from sqlalchemy import select, update

from models.actions.wechat_tokens import StoredTokens
from models.providers.calls import opened
from models.providers.failures import (
    Limited,
    Permanent,
    ProviderFailure,
    Setup,
    Transient,
    Unanswered,
    Unreachable,
)
from models.store import Store
from models.tables import provider_tokens
from models.wechat.client import Client, authorize_url, sign_in
from tests.support.clock import FakeClock
from tests.support.ports import free_port
from tests.support.wechat_server import PENG, TEMPLATE, ZHOU, Platform, running_platform

VALUES = {"thing1": "有人请您挪车", "car_number2": "川TA1235", "time3": "18:37"}


@dataclass
class Account:
    there: Platform
    http: httpx2.AsyncClient
    client: Client

    async def tells(self, openid: str = ZHOU, key: str = "notice-1", **values: str) -> str:
        return await self.client.send_template(
            openid, TEMPLATE, values or VALUES, url="https://car.example/o/x", key=key
        )


@dataclass
class Asked:
    """Tokens as the platform has them now; where they are kept is the other tests' affair."""

    there: Platform

    async def access(self, refused: str | None = None) -> str:
        self.there.token_ends = self.there.now() + timedelta(hours=2)
        return self.there.token

    async def jsapi_ticket(self) -> str:
        return "ticket"


@asynccontextmanager
async def account_of(store: Store, there: Platform, **changes: Any) -> AsyncIterator[Account]:
    async with opened() as http:
        ours = there.account(**changes)
        yield Account(there, http, Client(http, ours, StoredTokens(store, http, ours)))


@pytest.fixture
async def account(clock: FakeClock) -> AsyncIterator[Account]:
    async with running_platform(clock) as there, opened() as http:
        yield Account(there, http, Client(http, there.account(), Asked(there)))


@pytest.fixture
async def kept(store: Store, clock: FakeClock) -> AsyncIterator[Account]:
    """The same with its tokens in the database."""
    async with running_platform(clock) as there, account_of(store, there) as found:
        yield found


async def test_a_follower_is_told_with_a_link_and_the_platform_says_under_which_number(
    account: Account,
) -> None:
    assert await account.tells() == "2400000000000"
    assert account.there.sent == [
        {
            "touser": ZHOU,
            "template_id": TEMPLATE,
            "data": {
                "thing1": {"value": "有人请您挪车"},
                "car_number2": {"value": "川TA1235"},
                "time3": {"value": "18:37"},
            },
            "client_msg_id": "notice-1",
            "url": "https://car.example/o/x",
        }
    ]
    assert account.there.calls == ["template"]


async def test_told_again_under_the_same_key_he_is_told_once(account: Account) -> None:
    assert await account.tells() == await account.tells()
    assert len(account.there.sent) == 1
    await account.tells(key="notice-2")
    assert len(account.there.sent) == 2


async def test_a_token_serves_for_two_hours_and_is_sealed_in_its_row(
    kept: Account, store: Store, clock: FakeClock
) -> None:
    await kept.tells()
    clock.advance(7200 - 5 * 60)
    await kept.tells(key="2")
    assert kept.there.calls.count("token") == 1
    async with store.database.read() as connection:
        row = (await connection.execute(select(provider_tokens))).one()
    assert b"token-1" not in row.value_sealed
    clock.advance(90)  # less than four minutes are left
    await kept.tells(key="3")
    assert kept.there.calls.count("token") == 2
    assert kept.there.token == "token-2"


async def test_a_token_that_was_taken_back_in_the_middle_is_asked_for_anew_once(kept: Account) -> None:
    await kept.tells()
    kept.there.end_token()
    await kept.tells(key="2")
    assert kept.there.calls == ["token", "template", "template", "token", "template"]
    assert len(kept.there.sent) == 2


async def test_a_token_that_is_refused_although_it_is_the_last_one_is_renewed_by_force_but_not_at_once_again(
    kept: Account, clock: FakeClock
) -> None:
    await kept.tells()
    refused = {"errcode": 40001, "errmsg": "invalid credential"}
    kept.there.answers = [refused]
    await kept.tells(key="2")
    assert kept.there.forced == [clock.now()]
    kept.there.answers = [refused]
    with pytest.raises(Limited) as limited:
        await kept.tells(key="3")
    assert limited.value.retry_after.total_seconds() == 30
    clock.advance(30)
    kept.there.answers = [refused]
    await kept.tells(key="4")
    assert len(kept.there.forced) == 2
    assert len(kept.there.sent) == 3


async def test_by_force_at_most_twenty_times_a_day(kept: Account, store: Store, clock: FakeClock) -> None:
    await kept.tells()
    async with store.database.write() as connection:
        await connection.execute(update(provider_tokens).values(forced_at=clock.now(), forced_today=20))
    clock.advance(60)
    kept.there.answers = [{"errcode": 42001, "errmsg": "access_token expired"}]
    with pytest.raises(Limited) as limited:
        await kept.tells(key="2")
    assert (limited.value.reason, limited.value.retry_after.total_seconds()) == ("token_refused", 3600)
    clock.advance(24 * 3600)
    await kept.tells(key="3")


async def test_of_many_that_need_a_token_at_once_one_asks_for_it(kept: Account) -> None:
    await asyncio.gather(*(kept.tells(key=str(number)) for number in range(12)))
    assert kept.there.calls.count("token") == 1
    assert len(kept.there.sent) == 12


async def test_while_one_renews_the_others_go_on_with_the_old_one(
    kept: Account, store: Store, clock: FakeClock
) -> None:
    await kept.tells()
    clock.advance(7200 - 200)
    async with store.database.write() as connection:
        await connection.execute(
            update(provider_tokens).values(
                lease="somebody-else", lease_until=clock.now().replace(microsecond=1)
            )
        )
        await connection.execute(update(provider_tokens).values(lease_until=clock.advance(10)))
        clock.advance(-10)
    await kept.tells(key="2")
    assert kept.there.calls.count("token") == 1
    clock.advance(15)  # whoever had the lease is dead
    await kept.tells(key="3")
    assert kept.there.calls.count("token") == 2


async def test_a_renewal_that_failed_keeps_nobody_waiting(kept: Account) -> None:
    kept.there.answers = [503]
    with pytest.raises(Transient):
        await kept.tells()
    await kept.tells()
    assert kept.there.calls == ["token", "token", "template"]


@pytest.mark.parametrize(
    ("answer", "kind", "reason", "code"),
    [
        ({"errcode": 43101, "errmsg": "user refuse"}, Unreachable, "refused_or_used_up", "43101"),
        ({"errcode": 43004, "errmsg": "require subscribe"}, Unreachable, "not_following", "43004"),
        ({"errcode": 40003, "errmsg": "invalid openid"}, Unreachable, "address_unknown", "40003"),
        ({"errcode": 40037, "errmsg": "invalid template_id"}, Setup, "template_wrong", "40037"),
        ({"errcode": 41030, "errmsg": "invalid page"}, Setup, "page_wrong", "41030"),
        ({"errcode": 40164, "errmsg": "invalid ip 203.0.113.9"}, Setup, "address_not_listed", "40164"),
        ({"errcode": 48001, "errmsg": "api unauthorized"}, Setup, "not_permitted", "48001"),
        ({"errcode": 47003, "errmsg": "data.thing1.value invalid"}, Permanent, "field_refused", "47003"),
        ({"errcode": 45009, "errmsg": "reach max api daily quota limit"}, Limited, "quota", "45009"),
        ({"errcode": 45011, "errmsg": "must slower, retry next minute"}, Limited, "provider_limit", "45011"),
        ({"errcode": -1, "errmsg": "system error"}, Transient, "busy", "-1"),
        ({"errcode": 99999, "errmsg": "?"}, Permanent, "refused", "99999"),
        ({"errcode": "x"}, Unanswered, "unreadable", "errcode"),
        ({"errcode": 0, "errmsg": "ok"}, Unanswered, "unreadable", "msgid"),
        ([], Unanswered, "unreadable", "200"),
        (429, Limited, "provider_limit", "429"),
        (503, Transient, "busy", "503"),
        (502, Unanswered, "provider_failed", "502"),
    ],
)
async def test_each_way_to_fail_is_told_apart(
    account: Account, answer: Any, kind: type[ProviderFailure], reason: str, code: str
) -> None:
    account.there.answers = [answer]
    with pytest.raises(ProviderFailure) as failed:
        await account.tells()
    assert (type(failed.value), failed.value.reason, failed.value.code) == (kind, reason, code)
    assert "203.0.113.9" not in str(failed.value)
    assert ZHOU not in str(failed.value)


async def test_what_the_platform_would_refuse_costs_no_call(account: Account) -> None:
    with pytest.raises(Permanent) as refused:
        await account.tells(phrase1="no")
    assert (refused.value.reason, refused.value.code) == ("field_refused", "phrase1 wrong_form")
    assert account.there.calls == []


async def test_a_long_text_is_shortened_before_the_platform_counts(account: Account) -> None:
    await account.tells(thing1="车挡住了出入口，请尽快回来挪一下车，谢谢您的理解")
    assert account.there.sent[0]["data"]["thing1"]["value"] == "车挡住了出入口，请尽快回来挪一下车，谢…"


async def test_nobody_who_does_not_follow_is_reached(account: Account) -> None:
    with pytest.raises(Unreachable) as refused:
        await account.tells(PENG)
    assert refused.value.reason == "not_following"


async def test_one_consent_is_one_message(account: Account) -> None:
    account.there.agreed[PENG] = 1
    client = account.client
    assert await client.send_subscription(PENG, TEMPLATE, VALUES, page=None) == "2400000000000"
    with pytest.raises(Unreachable) as refused:
        await client.send_subscription(PENG, TEMPLATE, VALUES, page=None)
    assert refused.value.code == "43101"


async def test_a_line_that_breaks_after_sending_is_no_failure_that_anybody_knows(account: Account) -> None:
    account.there.answers = ["break"]
    with pytest.raises(Unanswered) as broken:
        await account.tells()
    assert broken.value.code == "502"
    assert len(account.there.sent) == 1, "he was told after all"
    await account.tells()
    assert len(account.there.sent) == 1, "and is not told twice"


async def test_a_platform_that_does_not_answer_is_left_in_time(account: Account, store: Store) -> None:
    account.there.slow = asyncio.Event()
    with pytest.raises(Unanswered) as slow:
        await replace(account.client, seconds=0.05).send_template(ZHOU, TEMPLATE, VALUES, url=None, key="2")
    assert slow.value.reason == "timed_out"


async def test_nobody_there_is_known_for_certain(account: Account) -> None:
    nowhere = replace(account.client.account, api=f"http://127.0.0.1:{free_port()}")
    client = replace(account.client, account=nowhere)
    with pytest.raises(Transient) as away:
        await client.send_template(ZHOU, TEMPLATE, VALUES, url=None, key="2")
    assert away.value.reason == "provider_away"


async def test_a_wrong_secret_is_the_operators_to_mend(store: Store, clock: FakeClock) -> None:
    async with running_platform(clock) as there, account_of(store, there, app_secret="x" * 32) as wrong:
        with pytest.raises(Setup) as refused:
            await wrong.tells()
    assert (refused.value.reason, refused.value.code) == ("secret_wrong", "40125")
    assert "x" * 32 not in repr(wrong.client.account)


async def test_a_code_is_good_once_and_for_five_minutes(account: Account, clock: FakeClock) -> None:
    http, ours = account.http, account.client.account
    code = account.there.new_code()
    found = await sign_in(http, ours, code)
    assert (found.openid, found.scope, found.snapshot) == (ZHOU, "snsapi_base", False)
    with pytest.raises(Permanent) as used:
        await sign_in(http, ours, code)
    assert used.value.code == "40163"
    late = account.there.new_code()
    clock.advance(301)
    with pytest.raises(Permanent) as ended:
        await sign_in(http, ours, late)
    assert ended.value.code == "40029"
    with pytest.raises(Permanent):
        await sign_in(http, ours, "made-up")


async def test_a_stand_in_is_known_as_one(account: Account) -> None:
    account.there.snapshot = True
    code = account.there.new_code(scope="snsapi_userinfo")
    found = await sign_in(account.http, account.client.account, code)
    assert (found.scope, found.snapshot) == ("snsapi_userinfo", True)


async def test_the_door_is_asked_in_the_platforms_order(account: Account) -> None:
    url = authorize_url(account.client.account, "https://car.example/wechat/back?x=1&y=车", "st~ate.1")
    assert urlsplit(url).fragment == "wechat_redirect"
    assert "redirect_uri=https%3A%2F%2Fcar.example%2Fwechat%2Fback%3Fx%3D1%26y%3D%E8%BD%A6&" in url
    answer = await account.http.get(url)
    assert answer.status_code == 302
    assert answer.headers["location"].endswith("code=code-0&state=st~ate.1")
    with pytest.raises(ValueError, match="everything"):
        authorize_url(account.client.account, "x", "y", "everything")


async def test_the_ticket_of_pages_is_kept_too(kept: Account, clock: FakeClock) -> None:
    tokens = kept.client.tokens
    assert await tokens.jsapi_ticket() == "ticket-of-pages"
    await tokens.jsapi_ticket()
    assert kept.there.calls == ["token", "ticket"]
    clock.advance(7000)
    await tokens.jsapi_ticket()
    assert kept.there.calls == ["token", "ticket", "token", "ticket"]


async def test_a_code_for_a_window_says_which(account: Account) -> None:
    assert await account.client.make_code("s:sticker-one") == "http://weixin.example/q/s:sticker-one"
    with pytest.raises(Permanent):
        await account.client.make_code("x" * 65)
