"""Reads the tokens that clients show, as the connections of a hub understand them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from hub.rights import Claims
from hub.standing import TokenRefused
from models.tokens import TokenExpired, TokenInvalid, read_connection_token, read_subscription_token

Verify = Callable[[str, float], Claims]


def verifiers(secret: str, *, endless: bool) -> tuple[Verify, Verify]:
    """What reads connection tokens, and what reads subscription tokens; both raise TokenRefused.

    ``endless``: tokens without an end are good too.
    """

    def verify(token: str, now: float) -> Claims:
        try:
            read = read_connection_token(secret, token, datetime.fromtimestamp(now, UTC), endless=endless)
        except TokenInvalid as invalid:
            raise _refused(invalid) from None
        session = f"session:{read.session}" if read.session else ""
        return Claims(
            read.subject,
            read.channels,
            read.issued_at,
            read.expires_at,
            session,
            read.info,
            read.served,
            read.watched,
        )

    def verify_subscription(token: str, now: float) -> Claims:
        try:
            read = read_subscription_token(secret, token, datetime.fromtimestamp(now, UTC), endless=endless)
        except TokenInvalid as invalid:
            raise _refused(invalid) from None
        return Claims(
            read.subject, frozenset({read.channel}), read.issued_at, read.expires_at, info=read.info
        )

    return verify, verify_subscription


def _refused(invalid: TokenInvalid) -> TokenRefused:
    """What is wrong with a token, as a connection takes it."""
    return TokenRefused(expired=isinstance(invalid, TokenExpired))
