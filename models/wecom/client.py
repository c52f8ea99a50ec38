"""Calls of WeCom: a robot in a group, known by its key; an application, which has a token.

The texts are for staff and hold nobody's data. The same text to the same member within half an hour the platform itself
drops (``enable_duplicate_check``); a robot repeats what it is told to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

import httpx2

from models.providers.calls import CALL_SECONDS, call, check_status
from models.providers.failures import (
    Limited,
    Permanent,
    ProviderFailure,
    Setup,
    Transient,
    Unanswered,
    Unreachable,
)
from models.providers.tokens import Fetched

API = "https://qyapi.weixin.qq.com"
LONGEST_TEXT = 2048  # bytes
TOKEN_CODES = frozenset({40014, 41001, 42001})
MINUTE = timedelta(minutes=1)
_SETUP = {
    93000: "account_wrong",  # the robot's key
    40001: "secret_wrong",
    40013: "account_wrong",
    40056: "account_wrong",
    60011: "not_permitted",
    60020: "address_not_listed",
    301002: "not_permitted",
    48002: "not_permitted",
}
_UNREACHABLE = {81013: "address_unknown", 40003: "address_unknown", 60111: "address_unknown"}


class Token(Protocol):
    async def __call__(self, refused: str | None = None) -> str: ...


def failure_of(code: int) -> ProviderFailure:
    """What an ``errcode`` other than 0 means. A code that is not known is permanent, and told to the operators."""
    text = str(code)
    if code in (45009, 45033):
        return Limited("provider_limit", text, MINUTE)
    if code == -1:
        return Transient("busy", text)
    if code in TOKEN_CODES:
        return Setup("token_refused", text)
    for kind, reasons in ((Setup, _SETUP), (Unreachable, _UNREACHABLE)):
        if code in reasons:
            return kind(reasons[code], text)
    return Permanent("refused", text)


async def tell_group(
    http: httpx2.AsyncClient, key: str, text: str, *, api: str = API, seconds: float = CALL_SECONDS
) -> None:
    """The robot says ``text`` in its group, at most 20 times a minute. Raises ProviderFailure."""
    body = {"msgtype": "text", "text": {"content": cut(text)}}
    url = f"{api}/cgi-bin/webhook/send"
    _code(
        check_status(await call(http, "POST", url, params={"key": key}, json=body, seconds=seconds)).members()
    )


@dataclass(frozen=True, slots=True)
class Application:
    """``token`` gives the application's, kept for all processes."""

    http: httpx2.AsyncClient
    agent: int
    token: Token = field(repr=False)
    api: str = API
    seconds: float = CALL_SECONDS

    async def tell(self, member: str, text: str) -> str:
        """A text to one member; returns the platform's id. Raises ProviderFailure."""
        body = {
            "touser": member,
            "msgtype": "text",
            "agentid": self.agent,
            "text": {"content": cut(text)},
            "enable_duplicate_check": 1,
            "duplicate_check_interval": 1800,
        }
        token = await self.token()
        answer = await self._send(token, body)
        if answer.get("errcode") in TOKEN_CODES:
            answer = await self._send(await self.token(refused=token), body)
        _code(answer)
        if answer.get("invaliduser") or answer.get("unlicenseduser"):
            raise Unreachable("address_unknown", "invaliduser")
        found = answer.get("msgid")
        if not isinstance(found, str):
            raise Unanswered("unreadable", "msgid")
        return found

    async def _send(self, token: str, body: Mapping[str, Any]) -> dict[str, Any]:
        url, query = f"{self.api}/cgi-bin/message/send", {"access_token": token}
        return check_status(
            await call(self.http, "POST", url, params=query, json=body, seconds=self.seconds)
        ).members()


async def fetch_token(http: httpx2.AsyncClient, corp: str, secret: str, *, api: str = API) -> Fetched:
    """The application's token. Raises ProviderFailure."""
    query = {"corpid": corp, "corpsecret": secret}
    answer = check_status(await call(http, "GET", f"{api}/cgi-bin/gettoken", params=query)).members()
    _code(answer)
    value, seconds = answer.get("access_token"), answer.get("expires_in")
    if not isinstance(value, str) or not isinstance(seconds, int):
        raise Unanswered("unreadable", "access_token")
    return Fetched(value, max(0, min(seconds, 7200)))


def _code(answer: Mapping[str, Any]) -> None:
    code = answer.get("errcode", 0)
    if not isinstance(code, int):
        raise Unanswered("unreadable", "errcode")
    if code:
        raise failure_of(code)


def cut(text: str) -> str:
    """At most so many bytes as the platform takes, and no half character."""
    content = text.encode()
    return text if len(content) <= LONGEST_TEXT else content[:LONGEST_TEXT].decode(errors="ignore")
