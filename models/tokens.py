"""Tokens for the hub: standard JWTs (HS256) with the claims that Centrifugo documents, so that any library can
make them. A connection token says who connects, a subscription token opens one channel to him.

Leaves to others: who may have which channels, and cutting connections whose rights were taken back.
"""

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

import jwt
import msgspec

from models.hs256 import BadSignature, verified_payload

ALGORITHM = "HS256"
LONGEST_TOKEN = 8192  # characters; nothing longer is looked at
LONGEST_LIFE = 86_400  # seconds; revocations are remembered for as long, and no token may outlive them
LEEWAY = 5  # seconds by which the clock of whoever issues tokens may be ahead of ours


class TokenInvalid(Exception):
    """Not a token of ours: forged, damaged, or made for something else."""


class TokenExpired(TokenInvalid):
    """A token of ours whose time is over; its holder asks for a new one."""


class ConnectionToken(NamedTuple):
    """`subject` is officer:<id>, participant:<id> or wall:<id>, or whatever another issuer says; `session` the
    sign-in that it comes from, empty for none. `channels` may be subscribed to; those in `served` are at once,
    each with its JSON data. Of those in `watched` it may be asked who is there. `info` is JSON for presence,
    empty for none. Times in Unix seconds; `issued_at` 0: not said; `expires_at` infinite: never.
    """

    subject: str
    channels: frozenset[str]
    issued_at: int
    expires_at: float
    session: str = ""
    info: bytes = b""
    served: Mapping[str, bytes] = MappingProxyType({})
    watched: frozenset[str] = frozenset()


class SubscriptionToken(NamedTuple):
    """Opens `channel` to `subject`; the rest as in `ConnectionToken`."""

    subject: str
    channel: str
    issued_at: int
    expires_at: float
    info: bytes = b""


class _Capability(msgspec.Struct, frozen=True):
    channels: tuple[str, ...]
    allow: tuple[str, ...]


class _Served(msgspec.Struct, frozen=True):
    data: Any = None


class _Claims(msgspec.Struct, frozen=True):
    exp: float | None = None
    sub: str = ""
    iat: float | None = None
    nbf: float | None = None
    expire_at: float | None = None
    info: Any = None
    caps: tuple[_Capability, ...] = ()
    channels: tuple[str, ...] = ()
    subs: dict[str, _Served] = {}
    channel: str | None = None
    sid: str = ""


_decode_claims = msgspec.json.Decoder(_Claims).decode


def connection_token(
    secret: str,
    subject: str,
    channels: Iterable[str],
    now: datetime,
    seconds: int,
    *,
    session: str = "",
    info: Mapping[str, str] | None = None,
    watched: Iterable[str] = (),
) -> str:
    """A token with which `subject` may subscribe to `channels` for `seconds` from `now`, and ask who is in those
    that are `watched`.

    It ends with the sign-in `session` that it was made for, if there is one (claim `sid`). `info` is shown to
    whoever asks who is in a channel.
    """
    issued_at = int(now.timestamp())
    claims: dict[str, Any] = {
        "sub": subject,
        "iat": issued_at,
        "exp": issued_at + seconds,
        "info": info or {},
        "caps": [{"channels": sorted(set(channels)), "allow": ["sub"]}],
    }
    if watched:
        claims["caps"].append({"channels": sorted(set(watched)), "allow": ["prs"]})
    if session:
        claims["sid"] = session
    return jwt.encode(claims, secret, algorithm=ALGORITHM)


def subscription_token(secret: str, subject: str, channel: str, now: datetime, seconds: int) -> str:
    """A token with which `subject` may subscribe to `channel` for `seconds` from `now`."""
    issued_at = int(now.timestamp())
    claims = {"sub": subject, "channel": channel, "iat": issued_at, "exp": issued_at + seconds}
    return jwt.encode(claims, secret, algorithm=ALGORITHM)


def read_connection_token(secret: str, text: str, now: datetime, *, endless: bool = False) -> ConnectionToken:
    """What the token says. Raises TokenExpired, and TokenInvalid for everything else.

    `endless`: a token without an end is good too, and for ever.
    """
    claims = _read(secret, text)
    if claims.channel is not None:
        raise TokenInvalid("a subscription token")
    issued_at, expires_at = _times(claims, now, endless)
    allowed = _allowed(claims, "sub")
    served = dict.fromkeys(claims.channels, b"")
    served |= {channel: _json(options.data) for channel, options in claims.subs.items()}
    return ConnectionToken(
        claims.sub,
        allowed.union(served),
        issued_at,
        expires_at,
        claims.sid,
        _json(claims.info),
        served,
        _allowed(claims, "prs"),
    )


def read_subscription_token(
    secret: str, text: str, now: datetime, *, endless: bool = False
) -> SubscriptionToken:
    """What the token says; the rest as in `read_connection_token`."""
    claims = _read(secret, text)
    if not claims.channel:
        raise TokenInvalid("no subscription token")
    issued_at, expires_at = _times(claims, now, endless)
    return SubscriptionToken(claims.sub, claims.channel, issued_at, expires_at, _json(claims.info))


def _read(secret: str, text: str) -> _Claims:
    if len(text) > LONGEST_TOKEN:
        raise TokenInvalid("too long")
    try:
        return _decode_claims(verified_payload(secret, text))
    except (BadSignature, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise TokenInvalid(type(error).__name__) from None


def _times(claims: _Claims, now: datetime, endless: bool) -> tuple[int, float]:
    """When it was issued (0: not said) and when it ends."""
    at = now.timestamp()
    times = (claims.exp or 0.0, claims.expire_at or 0.0, claims.iat or 0.0, claims.nbf or 0.0)
    # Whatever is no number of seconds, no comparison would ever end.
    if not all(map(math.isfinite, times)):
        raise TokenInvalid("no time")
    if max(times[2:]) > at + LEEWAY:
        raise TokenInvalid("not yet")
    ends = _end(claims, at, endless)
    if ends <= at:
        raise TokenExpired(claims.sub)
    return int(claims.iat or 0), ends


def _end(claims: _Claims, at: float, endless: bool) -> float:
    if claims.exp is None:
        if endless:
            return math.inf
        raise TokenInvalid("no end")
    ends = min(claims.exp, claims.expire_at or claims.exp)
    if claims.iat is not None:
        return int(min(ends, claims.iat + LONGEST_LIFE))
    if ends > at + LONGEST_LIFE:
        raise TokenInvalid("lives too long")
    return int(ends)


def _allowed(claims: _Claims, what: str) -> frozenset[str]:
    return frozenset(channel for cap in claims.caps if what in cap.allow for channel in cap.channels)


def _json(value: Any) -> bytes:
    if value in (None, {}):
        return b""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:  # half a character, as JavaScript may cut one
        raise TokenInvalid("no text") from None
