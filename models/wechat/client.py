"""Calls to the platform's server API: each takes the account's token, and a new one once if that was refused.

A call that the platform answered with "not this token" did nothing, so it is made again. One that got no answer is not:
that is for whoever sends to decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote

import httpx2
import msgspec

from models.providers.calls import CALL_SECONDS, call, check_status
from models.providers.failures import Permanent, Unanswered
from models.providers.tokens import Fetched
from models.wechat.account import Account
from models.wechat.errors import TOKEN_CODES, check, code_of, failure_of
from models.wechat.fields import FieldRefused, fitted

LONGEST_TOKEN = 1024  # characters; the platform asks for room for 512 at least
LONGEST_SCENE = 64  # characters of a code's scene


class Tokens(Protocol):
    """Where the account's tokens are kept (``models.actions.wechat_tokens``)."""

    async def access(self, refused: str | None = None) -> str: ...

    async def jsapi_ticket(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Client:
    """``http`` is opened and closed by whoever made it."""

    http: httpx2.AsyncClient
    account: Account
    tokens: Tokens
    seconds: float = CALL_SECONDS

    async def send_template(
        self, openid: str, template: str, values: Mapping[str, str], *, url: str | None, key: str
    ) -> str:
        """A template message to a follower; returns the platform's id, under which it reports later.

        ``key``: sent twice within ten minutes under one key it reaches the person once (the platform's promise).
        Raises ProviderFailure.
        """
        body: dict[str, Any] = {
            "touser": openid,
            "template_id": template,
            "data": _fitted(values),
            "client_msg_id": key[:32],
        }
        if url is not None:
            body["url"] = url
        answer = await self.post("/cgi-bin/message/template/send", body)
        return _id_of(answer, "msgid")

    async def send_subscription(
        self, openid: str, template: str, values: Mapping[str, str], *, page: str | None
    ) -> str | None:
        """A subscription message to somebody who agreed to it; the platform's id where it gives one.

        Raises ProviderFailure; Unreachable for one who did not agree, or whose one message is spent.
        """
        body: dict[str, Any] = {"touser": openid, "template_id": template, "data": _fitted(values)}
        if page is not None:
            body["page"] = page
        answer = await self.post("/cgi-bin/message/subscribe/bizsend", body)
        return _id_of(answer, "msgid") if "msgid" in answer else None

    async def make_code(self, scene: str) -> str:
        """The address behind a permanent code of the account that tells us ``scene`` when it is scanned."""
        if not 1 <= len(scene) <= LONGEST_SCENE:
            raise Permanent("scene_wrong")
        body = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
        answer = await self.post("/cgi-bin/qrcode/create", body)
        url = answer.get("url")
        if not isinstance(url, str):
            raise Unanswered("unreadable", "url")
        return url

    async def set_menu(self, buttons: list[dict[str, Any]]) -> None:
        """Replaces the account's menu."""
        await self.post("/cgi-bin/menu/create", {"button": buttons})

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """One call of the API, with the account's token. Raises ProviderFailure."""
        return await self._call("POST", path, {}, body)

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        return await self._call("GET", path, query, None)

    async def _call(
        self, method: str, path: str, query: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        token = await self.tokens.access()
        answer = await self._with(token, method, path, query, body)
        if code_of(answer) in TOKEN_CODES:
            token = await self.tokens.access(refused=token)
            answer = await self._with(token, method, path, query, body)
        check(answer)
        return answer

    async def _with(
        self,
        token: str,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        sent: dict[str, Any] = {"params": {"access_token": token, **query}}
        if body is not None:
            # Characters as they are: the platform shows escapes as they are written.
            sent |= {"content": msgspec.json.encode(body), "headers": {"content-type": "application/json"}}
        reply = await call(self.http, method, f"{self.account.api}{path}", seconds=self.seconds, **sent)
        return check_status(reply).members()


def _fitted(values: Mapping[str, str]) -> dict[str, dict[str, str]]:
    try:
        return fitted(values)
    except FieldRefused as refused:
        raise Permanent("field_refused", f"{refused.field} {refused.why}") from None


def _id_of(answer: Mapping[str, Any], name: str) -> str:
    found = answer.get(name)
    if not isinstance(found, int | str):
        raise Unanswered("unreadable", name)
    return str(found)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who came back from the platform's door. ``snapshot``: nobody; a stand-in that the platform shows a page with
    while a person looks round without having said who he is (``is_snapshotuser``)."""

    openid: str = field(repr=False)
    scope: str
    snapshot: bool


def authorize_url(account: Account, back: str, state: str, scope: str = "snsapi_base") -> str:
    """Where a browser in WeChat is sent to be known: silently, or (``snsapi_userinfo``) after asking the person.

    The order of what stands behind the question mark is the platform's own: another one it does not take.
    """
    if scope not in {"snsapi_base", "snsapi_userinfo"}:
        raise ValueError(scope)
    query = (
        f"appid={account.app_id}&redirect_uri={quote(back, safe='')}&response_type=code"
        f"&scope={scope}&state={quote(state, safe='')}"
    )
    return f"{account.open}/connect/oauth2/authorize?{query}#wechat_redirect"


async def sign_in(
    http: httpx2.AsyncClient, account: Account, code: str, *, seconds: float = CALL_SECONDS
) -> SignedIn:
    """Who the code is of: good once, for five minutes. Raises ProviderFailure."""
    query = {
        "appid": account.app_id,
        "secret": account.app_secret,
        "code": code,
        "grant_type": "authorization_code",
    }
    url = f"{account.api}/sns/oauth2/access_token"
    answer = check_status(await call(http, "GET", url, params=query, seconds=seconds)).members()
    check(answer)
    openid, scope = answer.get("openid"), answer.get("scope", "")
    if not isinstance(openid, str) or not openid or not isinstance(scope, str):
        raise Unanswered("unreadable", "openid")
    return SignedIn(openid, scope, answer.get("is_snapshotuser") == 1)


async def fetch_access(http: httpx2.AsyncClient, account: Account, force: bool) -> Fetched:
    """The account's token from the platform: the one that it has, or by ``force`` another. Raises ProviderFailure."""
    body = {
        "grant_type": "client_credential",
        "appid": account.app_id,
        "secret": account.app_secret,
        "force_refresh": force,
    }
    reply = await call(http, "POST", f"{account.api}/cgi-bin/stable_token", json=body)
    answer = check_status(reply).members()
    code = code_of(answer)
    if code == 40001:  # here it says that the secret is wrong
        raise failure_of(40125)
    check(answer)
    return _fetched(answer, "access_token")


async def fetch_ticket(http: httpx2.AsyncClient, account: Account, tokens: Tokens) -> Fetched:
    """The ticket with which pages are signed for the JS-SDK."""
    client = Client(http, account, tokens)
    return _fetched(await client.get("/cgi-bin/ticket/getticket", type="jsapi"), "ticket")


def _fetched(answer: Mapping[str, Any], name: str) -> Fetched:
    value, seconds = answer.get(name), answer.get("expires_in")
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TOKEN or not isinstance(seconds, int):
        raise Unanswered("unreadable", name)
    return Fetched(value, max(0, min(seconds, 7200)))
