"""Reads the tokens that clients show, as the connections of a hub understand them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
        with _refused():
            read = read_connection_token(secret, token, datetime.fromtimestamp(now, UTC), endless=endless)
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
        with _refused():
            read = read_subscription_token(secret, token, datetime.fromtimestamp(now, UTC), endless=endless)
        return Claims(
            read.subject, frozenset({read.channel}), read.issued_at, read.expires_at, info=read.info
        )

    return verify, verify_subscription


@contextmanager
def _refused() -> Iterator[None]:
    """What is wrong with a token, as a connection takes it."""
    try:
        yield
    except TokenExpired:
        raise TokenRefused(expired=True) from None
    except TokenInvalid:
        raise TokenRefused from None
