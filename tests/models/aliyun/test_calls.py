"""Messages and numbers against a platform that checks signatures and keeps to its limits; and its own SDK."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.aliyun.client import Account, national
from models.aliyun.messages import ReportsUnreadable, call_and_speak, reports_of, send_sms
from models.aliyun.numbers import Bound, bind, unbind
from models.aliyun.signing import encoded, signature
from models.clock import BEIJING
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
from tests.support.aliyun_server import KEY_ID, POOL, SECRET, SIGN, SPOKEN, TEMPLATE, Cloud, running_cloud
from tests.support.clock import FakeClock
from tests.support.ports import free_port

OWNER, REQUESTER = "+8613900000001", "+8613811112222"


@pytest.fixture
async def there(clock: FakeClock) -> AsyncIterator[Cloud]:
    async with running_cloud(clock) as cloud:
        yield cloud


@pytest.fixture
async def account(there: Cloud) -> AsyncIterator[Account]:
    numbers = itertools.count()
    async with opened() as http:
        yield Account(http, KEY_ID, SECRET, there.url, there.now, lambda: f"nonce-{next(numbers)}")


async def tells(account: Account, phone: str = OWNER, **changes: str) -> str:
    sign, template = changes.pop("sign", SIGN), changes.pop("template", TEMPLATE)
    return await send_sms(account, phone, sign, template, {"plate": "川TA***5", **changes}, "our-key")


def test_the_signature_is_over_what_the_document_says() -> None:
    """Written out by hand from the document of signature version 3."""
    headers = {"x-acs-date": "2026-11-02T08:00:00Z", "host": "h.example", "x-acs-action": "SendSms"}
    request = (
        "POST\n/\nA=%E8%BD%A6%20%2A~&B=1\n"
        "host:h.example\nx-acs-action:SendSms\nx-acs-date:2026-11-02T08:00:00Z\n\n"
        "host;x-acs-action;x-acs-date\n" + "0" * 64
    )
    text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(request.encode()).hexdigest()
    expected = hmac.new(b"s", text.encode(), hashlib.sha256).hexdigest()
    made = signature("s", "POST", {"B": "1", "A": "车 *~"}, headers, "0" * 64)
    assert made == (expected, "host;x-acs-action;x-acs-date")
    assert encoded("a b+c*~/é") == "a%20b%2Bc%2A~%2F%C3%A9"


async def test_a_message_goes_to_one_number_with_our_key(account: Account, there: Cloud) -> None:
    assert await tells(account) == "90061^0"
    (sent,) = there.sent
    assert {
        name: sent[name] for name in ("PhoneNumbers", "SignName", "TemplateCode", "TemplateParam", "OutId")
    } == {
        "PhoneNumbers": "13900000001",
        "SignName": "城市交管",
        "TemplateCode": "SMS_1",
        "TemplateParam": '{"plate":"川TA***5"}',
        "OutId": "our-key",
    }


async def test_a_number_gets_one_a_minute_and_what_is_over_for_today_is_over(
    account: Account, there: Cloud, clock: FakeClock
) -> None:
    await tells(account)
    with pytest.raises(Limited) as minute:
        await tells(account)
    assert minute.value.retry_after == timedelta(minutes=1)
    for _ in range(4):
        clock.advance(61)
        await tells(account)
    clock.advance(61)
    with pytest.raises(Unreachable) as hour:
        await tells(account)
    assert (hour.value.reason, hour.value.code) == ("person_limited", "isv.BUSINESS_LIMIT_CONTROL")
    await tells(account, REQUESTER)


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (("isv.MOBILE_NUMBER_ILLEGAL", "13900000001非法手机号"), Unreachable, "number_invalid"),
        (("isv.AMOUNT_NOT_ENOUGH", "账户余额不足"), Setup, "no_credit"),
        (("isv.OUT_OF_SERVICE", "业务停机"), Setup, "no_credit"),
        (("isv.ACCOUNT_ABNORMAL", "账户异常"), Setup, "account_frozen"),
        (("isv.DAY_LIMIT_CONTROL", "触发日发送限额"), Setup, "quota"),
        (("isv.SMS_TEMPLATE_ILLEGAL", ""), Setup, "template_wrong"),
        (("isv.SMS_SIGNATURE_ILLEGAL", ""), Setup, "template_wrong"),
        (("isp.RAM_PERMISSION_DENY", "RAM权限DENY"), Setup, "not_permitted"),
        (("isv.PARAM_LENGTH_LIMIT", ""), Permanent, "field_refused"),
        (("isv.BLACK_KEY_CONTROL_LIMIT", ""), Permanent, "words_refused"),
        (("isv.SOMETHING_NEW", ""), Permanent, "refused"),
        (("isp.SYSTEM_ERROR", ""), Transient, "busy"),
        (("Throttling.User", "Request was denied due to user flow control.", 400), Limited, "provider_limit"),
        (("ServiceUnavailable", "", 503), Transient, "busy"),
        (("InternalError", "", 500), Unanswered, "provider_failed"),
        (429, Limited, "provider_limit"),
        (503, Transient, "busy"),
        (502, Unanswered, "unreadable"),
        ("break", Unanswered, "unreadable"),
    ],
)
async def test_each_way_to_fail_is_told_apart(
    account: Account, there: Cloud, answer: Any, kind: type[ProviderFailure], reason: str
) -> None:
    there.answers = [answer]
    with pytest.raises(ProviderFailure) as failed:
        await tells(account)
    assert (type(failed.value), failed.value.reason) == (kind, reason)
    assert "13900000001" not in str(failed.value)


async def test_what_the_platform_itself_refuses(account: Account, there: Cloud) -> None:
    for changes, code in (
        ({"sign": "别的"}, "isv.SMS_SIGNATURE_ILLEGAL"),
        ({"template": "SMS_9"}, "isv.SMS_TEMPLATE_ILLEGAL"),
        ({"link": "https://car.example/o/x"}, "isv.PARAM_NOT_SUPPORT_URL"),
        ({"phone": "+4915112345678"}, "isv.MOBILE_NUMBER_ILLEGAL"),
    ):
        with pytest.raises(ProviderFailure) as refused:
            await tells(account, **changes)
        assert refused.value.code == code
    assert there.sent == []


async def test_a_wrong_secret_a_wrong_clock_a_used_nonce(account: Account, clock: FakeClock) -> None:
    for wrong, code in (
        (replace(account, secret="another"), "SignatureDoesNotMatch"),
        (replace(account, key_id="LTAIother"), "InvalidAccessKeyId.NotFound"),
        (replace(account, now=lambda: clock.now() - timedelta(hours=1)), "InvalidTimeStamp.Expired"),
    ):
        with pytest.raises(Setup) as refused:
            await tells(wrong)
        assert refused.value.code == code
    assert SECRET not in repr(account)
    same = replace(account, nonce=lambda: "same")
    await tells(same)
    with pytest.raises(Transient):
        await tells(same, REQUESTER)


async def test_a_platform_that_is_silent_or_away(account: Account, there: Cloud) -> None:
    there.slow = asyncio.Event()
    with pytest.raises(Unanswered):
        await tells(replace(account, seconds=0.05))
    with pytest.raises(Transient):
        await tells(replace(account, endpoint=f"http://127.0.0.1:{free_port()}"))


async def test_a_call_speaks_a_template(account: Account, there: Cloud) -> None:
    assert await call_and_speak(account, OWNER, "", SPOKEN, {"plate": "川TA***5"}, "our-key") == "11601"
    assert there.spoken[0]["CalledNumber"] == "13900000001"
    assert "CalledShowNumber" not in there.spoken[0]
    with pytest.raises(Setup):
        await call_and_speak(account, OWNER, "", "TTS_9", {}, "k")


async def test_two_numbers_are_bound_until_an_instant_and_unbound_before(
    account: Account, there: Cloud, clock: FakeClock
) -> None:
    until = clock.now() + timedelta(minutes=35)
    bound = await bind(account, POOL, REQUESTER, OWNER, until, "request-1")
    assert bound == Bound("100001", "17000000001")
    kept = there.bound["100001"]
    assert (kept["A"], kept["B"], kept["ends"]) == ("13811112222", "13900000001", until)
    assert kept["IsRecordingEnabled"] == "false"
    assert "17000000001" not in repr(bound)
    await unbind(account, POOL, bound)
    assert there.unbound == ["100001"]
    await unbind(account, POOL, bound)
    assert there.unbound == ["100001"], "what is not bound any more is no failure"


async def test_an_end_that_is_too_near_is_put_off_to_the_nearest_that_is_taken(
    account: Account, there: Cloud, clock: FakeClock
) -> None:
    await bind(account, POOL, REQUESTER, OWNER, clock.now(), "k")
    assert there.bound["100001"]["ends"] == clock.now() + timedelta(seconds=75)


async def test_an_empty_pool_and_a_wrong_one(account: Account, clock: FakeClock) -> None:
    until = clock.now() + timedelta(minutes=5)
    for number in range(2):
        await bind(account, POOL, f"+861381111000{number}", OWNER, until, "k")
    with pytest.raises(Setup) as empty:
        await bind(account, POOL, "+8613811110009", OWNER, until, "k")
    assert empty.value.reason == "pool_empty"
    with pytest.raises(Setup) as wrong:
        await bind(account, "FC9", REQUESTER, "+8613900000009", until, "k")
    assert wrong.value.reason == "pool_wrong"
    with pytest.raises(Unreachable):
        await bind(account, POOL, REQUESTER, REQUESTER, until, "k")


def test_reports_say_what_became_of_a_message_and_no_number_is_read() -> None:
    content = b"""[{"phone_number":"13900000001","send_time":"2026-11-02 16:00:00","report_time":"2026-11-02 16:00:05",
        "success":true,"err_code":"DELIVERED","err_msg":"ok","sms_size":"1","biz_id":"90061^0","out_id":"our-key"},
        {"biz_id":"90062^0","success":false,"err_code":"MK:0001","report_time":"yesterday"}]"""
    first, second = reports_of(content)
    assert (first.provider_id, first.key, first.arrived, first.code) == (
        "90061^0",
        "our-key",
        True,
        "DELIVERED",
    )
    assert first.at == datetime(2026, 11, 2, 16, 0, 5, tzinfo=BEIJING)
    assert (second.key, second.arrived, second.code, second.at) == (None, False, "MK:0001", None)
    assert "13900000001" not in repr(first)
    for wrong in (
        b"",
        b"{}",
        b"[1]",
        b'[{"success":"yes","biz_id":"x"}]',
        b'[{"success":true}]',
        b"[" + b"{}," * 2000,
    ):
        with pytest.raises(ReportsUnreadable):
            reports_of(wrong)


def test_numbers_as_the_platform_dials_them() -> None:
    assert national("+8613900000001") == "13900000001"
    assert national("+85261234567") == "85261234567"


class TestItsOwnSdk:
    """What the official library signs is what our own server of the tests, by our signature, finds signed."""

    async def test_a_message(self, there: Cloud) -> None:
        there.any_time = True
        answer = await asyncio.to_thread(_by_the_sdk, there.url)
        assert (answer.code, answer.biz_id) == ("OK", "90061^0")
        assert there.sent[0]["TemplateParam"] == '{"plate":"川TA 1*~"}'

    async def test_a_number(self, there: Cloud) -> None:
        there.any_time = True
        until = there.now() + timedelta(minutes=5)
        answer = await asyncio.to_thread(_bound_by_the_sdk, there.url, until)
        assert (answer.code, answer.secret_bind_dto.secret_no) == ("OK", "17000000001")


def _config(url: str) -> Any:
    from alibabacloud_tea_openapi.models import Config

    return Config(
        access_key_id=KEY_ID,
        access_key_secret=SECRET,
        endpoint=url.removeprefix("http://"),
        protocol="http",
    )


def _by_the_sdk(url: str) -> Any:
    from alibabacloud_dysmsapi20170525.client import Client
    from alibabacloud_dysmsapi20170525.models import SendSmsRequest

    wish = SendSmsRequest(
        phone_numbers="13900000001",
        sign_name=SIGN,
        template_code=TEMPLATE,
        template_param='{"plate":"川TA 1*~"}',
        out_id="k",
    )
    return Client(_config(url)).send_sms(wish).body


def _bound_by_the_sdk(url: str, until: datetime) -> Any:
    from alibabacloud_dyplsapi20170525.client import Client
    from alibabacloud_dyplsapi20170525.models import BindAxbRequest

    wish = BindAxbRequest(
        pool_key=POOL,
        phone_no_a="13811112222",
        phone_no_b="13900000001",
        expiration=f"{until.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}",
    )
    return Client(_config(url)).bind_axb(wish).body
