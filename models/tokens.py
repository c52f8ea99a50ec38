"""Connection tokens: short JWTs (HS256) that tell the hub who connects and what he may subscribe to.

Leaves to others: who may have which channels, and cutting connections whose rights were taken back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
import msgspec

ALGORITHM = "HS256"
LONGEST_TOKEN = 8192  # characters; nothing longer is looked at


class TokenInvalid(Exception):
    """Not a token of ours: forged, damaged, or made for something else."""


class TokenExpired(TokenInvalid):
    """A token of ours whose time is over; its holder asks for a new one."""


# It checks the signature and that the claims are there: expiry goes by our clock, not the machine's.
_JWT = jwt.PyJWT(
    {
        "verify_exp": False,
        "verify_iat": False,
        "verify_nbf": False,
        "verify_aud": False,
        "require": ["sub", "iat", "exp", "caps"],
    }
)


@dataclass(frozen=True, slots=True)
class ConnectionToken:
    """`subject` is officer:<id>, participant:<id> or wall:<id>; `session` the sign-in that it comes from,
    empty for none; `expires_at` in Unix seconds.
    """

    subject: str
    channels: frozenset[str]
    issued_at: int
    expires_at: int
    session: str = ""


class _Capability(msgspec.Struct, frozen=True):
    channels: tuple[str, ...]
    allow: tuple[str, ...]


class _Claims(msgspec.Struct, frozen=True):
    sub: str
    iat: float
    exp: float
    caps: tuple[_Capability, ...]
    sid: str = ""


def connection_token(
    secret: str, subject: str, channels: Iterable[str], now: datetime, seconds: int, *, session: str = ""
) -> str:
    """A token with which `subject` may subscribe to `channels` for `seconds` from `now`.

    It ends with the sign-in `session` that it was made for, if there is one (claim `sid`).
    """
    issued_at = int(now.timestamp())
    claims: dict[str, Any] = {
        "sub": subject,
        "iat": issued_at,
        "exp": issued_at + seconds,
        "info": {},
        "caps": [{"channels": sorted(set(channels)), "allow": ["sub"]}],
    }
    if session:
        claims["sid"] = session
    return _JWT.encode(claims, secret, algorithm=ALGORITHM)


def read_connection_token(secret: str, text: str, now: datetime) -> ConnectionToken:
    """What the token says. Raises TokenExpired, and TokenInvalid for everything else."""
    if len(text) > LONGEST_TOKEN:
        raise TokenInvalid("too long")
    try:
        raw = _JWT.decode(text, secret, algorithms=[ALGORITHM])
        claims = msgspec.convert(raw, _Claims)
    except (jwt.InvalidTokenError, msgspec.ValidationError) as error:
        raise TokenInvalid(type(error).__name__) from None
    if claims.exp <= now.timestamp():
        raise TokenExpired(claims.sub)
    allowed = frozenset(c for cap in claims.caps if "sub" in cap.allow for c in cap.channels)
    return ConnectionToken(claims.sub, allowed, int(claims.iat), int(claims.exp), claims.sid)
