"""One signed call of Alibaba Cloud's OpenAPI."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2

from models.aliyun.errors import failure_of
from models.aliyun.signing import canonical_query, signed_headers
from models.providers.calls import CALL_SECONDS, Reply, call, retry_after
from models.providers.failures import Limited, Transient, Unanswered

VERSION = "2017-05-25"  # of all three products
SMS = "https://dysmsapi.aliyuncs.com"
VOICE = "https://dyvmsapi.aliyuncs.com"
NUMBERS = "https://dyplsapi.aliyuncs.com"


@dataclass(frozen=True, slots=True)
class Account:
    """``now`` and ``nonce`` go into every signature; ``endpoint`` is the product's, or a test's."""

    http: httpx2.AsyncClient
    key_id: str
    secret: str = field(repr=False)
    endpoint: str
    now: Callable[[], datetime]
    nonce: Callable[[], str]
    seconds: float = CALL_SECONDS

    async def ask(self, action: str, given: Mapping[str, str]) -> dict[str, Any]:
        """The answer, whose ``Code`` is OK. Raises ProviderFailure."""
        query = {name: value for name, value in given.items() if value}
        headers = signed_headers(
            self.key_id,
            self.secret,
            host=urlsplit(self.endpoint).netloc,
            action=action,
            version=VERSION,
            query=query,
            at=self.now(),
            nonce=self.nonce(),
        )
        # The query as it was signed: another encoding of the same would be another signature.
        url = f"{self.endpoint}/?{canonical_query(query)}"
        reply = await call(self.http, "POST", url, headers=headers, seconds=self.seconds)
        return _checked(reply)


def _checked(reply: Reply) -> dict[str, Any]:
    """The platform says what is wrong in the body, with 4xx and 5xx too; without one, the status has to do."""
    try:
        found = reply.members()
    except Unanswered:
        if reply.status == 429:
            raise Limited("provider_limit", "429", retry_after(reply) or timedelta(seconds=5)) from None
        if reply.status == 503:
            raise Transient("busy", "503") from None
        raise
    code = found.get("Code")
    if not isinstance(code, str):
        raise Unanswered("unreadable", str(reply.status))
    if code != "OK":
        raise failure_of(code, str(found.get("Message", "")))
    return found


def national(phone: str) -> str:
    """A number in E.164 as the platform dials it: of the mainland without its prefix, others without the plus."""
    return phone.removeprefix("+86") if phone.startswith("+86") and len(phone) == 14 else phone.lstrip("+")
