"""One message to one browser: encrypted so that only it can read it (RFC 8291), signed as ours (VAPID, RFC 8292)."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import http_ece
import httpx2
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from models.providers.calls import CALL_SECONDS, call, retry_after
from models.providers.failures import Limited, Permanent, Setup, Transient, Unanswered, Unreachable
from models.providers.guard import target_of

LONGEST = 3000  # bytes of a message before it is encrypted; services take 4096 after
LASTS = timedelta(hours=12)  # of a signature; RFC 8292 allows 24
AUTH_BYTES = 16
# Encrypted, or a program of this machine, which only an operator lets be called (``models.providers.guard``).
_ENDPOINT = re.compile(r"(https://|http://127\.0\.0\.1:\d+/)[!-~]{1,980}")


class SubscriptionRefused(ValueError):
    """Not what a browser gives."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a browser's messages go, and with what they are encrypted."""

    endpoint: str = field(repr=False)
    p256dh: bytes = field(repr=False)
    auth: bytes = field(repr=False)


def subscription(endpoint: str, p256dh: str, auth: str) -> Subscription:
    """Of what a browser's ``PushSubscription`` says (base64url). Raises SubscriptionRefused."""
    point, secret = _decoded(p256dh), _decoded(auth)
    if not _ENDPOINT.fullmatch(endpoint) or len(secret) != AUTH_BYTES:
        raise SubscriptionRefused
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise SubscriptionRefused from None
    return Subscription(endpoint, point, secret)


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise SubscriptionRefused from None


@dataclass(frozen=True, slots=True)
class Sender:
    """``key``: the private key of VAPID, 32 bytes. ``subject``: whom a push service may write to, mailto: or https:."""

    key: bytes = field(repr=False)
    subject: str

    @property
    def public(self) -> str:
        """What a browser needs to subscribe, base64url of 65 bytes."""
        return base64.urlsafe_b64encode(self._point).decode().rstrip("=")

    @property
    def _private(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(int.from_bytes(self.key, "big"), ec.SECP256R1())

    @property
    def _point(self) -> bytes:
        return self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def authorization(self, endpoint: str, now: datetime) -> str:
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((now + LASTS).timestamp()),
            "sub": self.subject,
        }
        return f"vapid t={jwt.encode(claims, self._private, algorithm='ES256')}, k={self.public}"


async def push(
    http: httpx2.AsyncClient,
    sender: Sender,
    to: Subscription,
    content: bytes,
    *,
    topic: str,
    ttl: timedelta,
    now: datetime,
    private: bool = False,
    seconds: float = CALL_SECONDS,
) -> None:
    """Sends ``content``; of two that wait with one ``topic`` (32 characters at most) the later one is told.

    Raises ProviderFailure; Unreachable where the browser is not subscribed any more.
    """
    if len(content) > LONGEST:
        raise Permanent("too_long")
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    body = http_ece.encrypt(
        content, private_key=ephemeral, dh=to.p256dh, auth_secret=to.auth, version="aes128gcm"
    )
    target = await target_of(to.endpoint, private=private)
    headers = {
        **target.sent["headers"],
        "authorization": sender.authorization(to.endpoint, now),
        "content-encoding": "aes128gcm",
        "content-type": "application/octet-stream",
        "ttl": str(int(ttl.total_seconds())),
        "urgency": "high",
        "topic": topic,
    }
    extensions = target.sent["extensions"]
    reply = await call(
        http, "POST", target.url, seconds=seconds, headers=headers, content=body, extensions=extensions
    )
    status = str(reply.status)
    if 200 <= reply.status < 300:
        return
    if reply.status in (404, 410):
        raise Unreachable("unsubscribed", status)
    if reply.status == 429:
        raise Limited("provider_limit", status, retry_after(reply, now) or timedelta(seconds=30))
    if reply.status in (401, 403):
        raise Setup("secret_wrong", status)
    if reply.status == 413:
        raise Permanent("too_long", status)
    if reply.status == 503:
        raise Transient("busy", status)
    if reply.status >= 500:
        raise Unanswered("provider_failed", status)
    raise Permanent("refused", status)
