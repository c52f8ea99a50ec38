"""Alibaba Cloud as tests need it: checks each signature by the bytes that came, keeps to its limits, pushes reports.

One account, one sign, two templates, one pool with two numbers. A number gets one message a minute, five an hour.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from models.aliyun.signing import signature
from models.clock import BEIJING
from tests.support.clock import FakeClock
from tests.support.serving import served

KEY_ID, SECRET = "LTAI5tExample", "the-secret-of-the-account"
SIGN, TEMPLATE, SPOKEN, POOL = "城市交管", "SMS_1", "TTS_1", "FC1000001"
POOL_NUMBERS = ("17000000001", "17000000002")


@dataclass
class Cloud:
    """``answers``: what the next calls are answered instead, the first one first: a code, a status, or ``"break"``,
    which does it and breaks off. ``bound``: subscriptions with A, B, X and their ends."""

    now: Callable[[], datetime]
    url: str = ""
    sent: list[dict[str, str]] = field(default_factory=list)
    spoken: list[dict[str, str]] = field(default_factory=list)
    bound: dict[str, dict[str, Any]] = field(default_factory=dict)
    unbound: list[str] = field(default_factory=list)
    nonces: set[str] = field(default_factory=set)
    answers: list[Any] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    slow: asyncio.Event | None = None
    any_time: bool = False  # for a client with a clock of its own

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/", self._answer, methods=["POST", "GET"])])

    async def _answer(self, request: Request) -> Response:
        action = request.headers.get("x-acs-action", "")
        self.calls.append(action)
        if (refused := await self._unsigned(request)) is not None:
            return refused
        if self.slow is not None:
            await self.slow.wait()
        if self.answers and self.answers[0] != "break":
            instead = self.answers.pop(0)
            return Response("busy", instead) if isinstance(instead, int) else said(*instead)
        query = dict(request.query_params)
        made = getattr(self, f"_{action}")(query)
        if self.answers:
            self.answers.pop(0)
            return Response("<html>", 502)
        return made  # type: ignore[no-any-return]

    async def _unsigned(self, request: Request) -> Response | None:
        headers = dict(request.headers.items())
        given = headers.get("authorization", "")
        if f"Credential={KEY_ID}," not in given:
            return said("InvalidAccessKeyId.NotFound", "Specified access key is not found.", 404)
        signed = given.rpartition("SignedHeaders=")[2].partition(",")[0].split(";")
        over = {name: headers[name] for name in signed}
        body_hash = headers["x-acs-content-sha256"]
        made, _ = signature(SECRET, request.method, dict(request.query_params), over, body_hash)
        if not hmac.compare_digest(made, given.rpartition("Signature=")[2]):
            return said("SignatureDoesNotMatch", "Specified signature is not matched", 403)
        at = datetime.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if not self.any_time and abs(at - self.now()) > timedelta(minutes=15):
            return said("InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.", 400)
        if headers["x-acs-signature-nonce"] in self.nonces:
            return said("SignatureNonceUsed", "Specified signature nonce was used already.", 400)
        self.nonces.add(headers["x-acs-signature-nonce"])
        return None

    def _SendSms(self, query: dict[str, str]) -> Response:
        if query["SignName"] != SIGN:
            return said("isv.SMS_SIGNATURE_ILLEGAL", "短信签名不合法")
        if query["TemplateCode"] != TEMPLATE:
            return said("isv.SMS_TEMPLATE_ILLEGAL", "短信模板不合法")
        phone = query["PhoneNumbers"]
        if not (len(phone) == 11 and phone.isdigit()):
            return said("isv.MOBILE_NUMBER_ILLEGAL", f"{phone}非法手机号")
        for value in json.loads(query["TemplateParam"]).values():
            if "://" in value:
                return said("isv.PARAM_NOT_SUPPORT_URL", "不支持URL为变量")
        before = [one for one in self.sent if one["PhoneNumbers"] == phone]
        for most, span, name in ((1, 60, "分钟"), (5, 3600, "小时"), (10, 86400, "天")):
            since = (self.now() - timedelta(seconds=span)).isoformat()
            if sum(one["at"] > since for one in before) >= most:
                return said("isv.BUSINESS_LIMIT_CONTROL", f"触发{name}级流控Permits:{most}")
        self.sent.append(query | {"at": self.now().isoformat()})
        return JSONResponse(
            {"Code": "OK", "Message": "OK", "RequestId": "r", "BizId": f"9006{len(self.sent)}^0"}
        )

    def _SingleCallByTts(self, query: dict[str, str]) -> Response:
        if query["TtsCode"] != SPOKEN:
            return said("isv.TTS_TEMPLATE_ILLEGAL", "模板不合法")
        self.spoken.append(query)
        return JSONResponse({"Code": "OK", "Message": "OK", "CallId": f"1160{len(self.spoken)}"})

    def _BindAxb(self, query: dict[str, str]) -> Response:
        if query["PoolKey"] != POOL:
            return said("isv.POOLKEY_NOT_EXISTS", "号池不存在")
        ends = datetime.strptime(query["Expiration"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
        if ends < self.now() + timedelta(seconds=60):
            return said("isv.EXPIRE_DATE_ILLEGAL", "过期时间非法")
        a, b = query["PhoneNoA"], query["PhoneNoB"]
        if a == b or not all(number.isdigit() for number in (a, b)):
            return said("isv.MOBILE_NUMBER_ILLEGAL", "号码格式非法")
        live = [one for one in self.bound.values() if one["ends"] > self.now()]
        free = [
            x
            for x in POOL_NUMBERS
            if not any(one["X"] == x and {a, b} & {one["A"], one["B"]} for one in live)
        ]
        if not free:
            return said("isv.NO_AVAILABLE_NUMBER", "无可用号码")
        subscription = f"10000{len(self.bound) + 1}"
        self.bound[subscription] = {"A": a, "B": b, "X": free[0], "ends": ends, **query}
        answer = {"SubsId": subscription, "SecretNo": free[0], "Extension": ""}
        return JSONResponse({"Code": "OK", "Message": "OK", "SecretBindDTO": answer})

    def _UnbindSubscription(self, query: dict[str, str]) -> Response:
        found = self.bound.get(query["SubsId"])
        if found is None or found["X"] != query["SecretNo"] or found["ends"] <= self.now():
            return said("isv.SUBS_NOT_EXIST", "绑定关系不存在")
        found["ends"] = self.now()
        self.unbound.append(query["SubsId"])
        return JSONResponse({"Code": "OK", "Message": "OK", "ChargeId": "true"})

    def report(
        self, number: int = 0, *, arrived: bool = True, code: str = "DELIVERED"
    ) -> list[dict[str, Any]]:
        """What SmsReport pushes of one message."""
        at = f"{self.now().astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
        return [
            {
                "phone_number": self.sent[number]["PhoneNumbers"],
                "send_time": at,
                "report_time": at,
                "success": arrived,
                "err_code": code,
                "err_msg": "用户接收成功" if arrived else "?",
                "sms_size": "1",
                "biz_id": f"9006{number + 1}^0",
                "out_id": self.sent[number]["OutId"],
            }
        ]


def said(code: str, message: str, status: int = 200) -> Response:
    return JSONResponse({"Code": code, "Message": message, "RequestId": "r"}, status)


@asynccontextmanager
async def running_cloud(clock: FakeClock) -> AsyncIterator[Cloud]:
    """It answers on a port of this machine until the end of the block."""
    cloud = Cloud(clock.now)
    async with served(cloud.app()) as url:
        cloud.url = url
        yield cloud
        if cloud.slow is not None:
            cloud.slow.set()
