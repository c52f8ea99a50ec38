"""A browser and its push service as tests need them: it checks who signed, and opens what only the browser can open."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.support.clock import FakeClock
from tests.support.serving import served

AUTH = bytes(range(16))


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@dataclass
class PushService:
    """``shown``: what came, as the browser reads it. ``answers``: statuses or answers that come instead, the first one

    first. ``key``: whose messages this browser takes (VAPID), as it subscribed.
    """

    now: Callable[[], datetime]
    url: str = ""
    key: str = ""
    private: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    shown: list[dict[str, Any]] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

    @property
    def subscription(self) -> dict[str, Any]:
        """As ``PushSubscription.toJSON`` gives it."""
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": encoded(point), "auth": encoded(AUTH)}
        return {"endpoint": f"{self.url}/push/abc", "keys": keys}

    async def take(self, request: Request) -> Response:
        if self.answers:
            answer = self.answers.pop(0)
            return answer if isinstance(answer, Response) else Response(status_code=answer)
        if self._unsigned(request):
            return Response(status_code=403)
        body = await request.body()
        if len(body) > 4096:
            return Response(status_code=413)
        self.raw.append(body)
        plain = http_ece.decrypt(body, private_key=self.private, auth_secret=AUTH, version="aes128gcm")
        self.shown.append(json.loads(plain))
        self.topics.append(request.headers["topic"])
        return Response(status_code=201)

    def _unsigned(self, request: Request) -> bool:
        """RFC 8292: a signature under the key that subscribed, for this service, that ends within a day."""
        token, _, key = request.headers.get("authorization", "").removeprefix("vapid t=").partition(", k=")
        if key != self.key:
            return True
        point = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        options: Any = {"verify_exp": False}
        claims = jwt.decode(token, public, algorithms=["ES256"], audience=self.url, options=options)
        left = claims["exp"] - self.now().timestamp()
        return not (0 < left <= 86400 and claims["sub"].startswith(("mailto:", "http")))


@asynccontextmanager
async def running_push_service(clock: FakeClock) -> AsyncIterator[PushService]:
    """It answers on a port of this machine until the end of the block."""
    service = PushService(clock.now)
    app = Starlette(routes=[Route("/push/abc", service.take, methods=["POST"])])
    async with served(app) as url:
        service.url = url
        yield service
