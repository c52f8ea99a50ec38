"""The commands ``connect`` and ``refresh``: a token is shown, and believed or not."""

from __future__ import annotations

import math
from typing import Any

from hub import codes
from hub.actions import Action, Close, Connected, Send
from hub.protocol import Command, error_reply, reply
from hub.rights import Claims
from hub.standing import Standing, TokenRefused


def connect(standing: Standing, command: Command, now: float, actions: list[Action]) -> None:
    """The first command of every connection."""
    assert command.connect is not None
    claims = _claims(standing, command.connect.token, now, command.id, actions)
    if claims is None:
        return
    standing.claims = claims
    result = {**_lease(standing, claims, now), "ping": standing.terms.ping_seconds, "pong": True}
    actions += (Connected(claims.subject), Send(reply(command.id, "connect", result)))


def _claims(
    standing: Standing, token: str, now: float, command_id: int, actions: list[Action]
) -> Claims | None:
    if standing.terms.test_mode and not token:
        return Claims("", frozenset(), now, math.inf)
    try:
        claims = standing.terms.verify(token, now)
    except TokenRefused as refused:
        # An expired token is answered by an error: the client then brings a new one.
        expired = Send(error_reply(command_id, codes.TOKEN_EXPIRED))
        actions.append(expired if refused.expired else Close(codes.INVALID_TOKEN))
        return None
    if standing.terms.revocations.is_doubtful(claims):
        actions.append(Send(error_reply(command_id, codes.TOKEN_EXPIRED)))
        return None
    if standing.terms.revocations.is_revoked(claims):
        actions.append(Close(codes.INVALID_TOKEN))
        return None
    if standing.terms.crowded(claims.subject):
        actions.append(Send(error_reply(command_id, codes.TOO_MANY_REQUESTS)))
        return None
    return claims


def refresh(standing: Standing, command: Command, now: float, actions: list[Action]) -> None:
    """Another token for the same connection. What it no longer opens, the caller has to withdraw."""
    assert command.refresh is not None
    try:
        claims = standing.terms.verify(command.refresh.token, now)
    except TokenRefused as refused:
        # An error would end the client for good; a fresh connect asks for a fresh token.
        actions.append(Close(codes.EXPIRED if refused.expired else codes.INVALID_TOKEN))
        return
    if claims.session != standing.bearer.session:
        # Signed in anew: the connection is known by its sign-in, so it begins anew too.
        actions.append(Close(codes.EXPIRED))
        return
    if claims.subject != standing.bearer.subject or standing.terms.revocations.is_revoked(claims):
        actions.append(Close(codes.INVALID_TOKEN))
        return
    standing.claims = claims
    actions.append(Send(reply(command.id, "refresh", _lease(standing, claims, now))))


def _lease(standing: Standing, claims: Claims, now: float) -> dict[str, Any]:
    lease: dict[str, Any] = {"client": standing.client, "version": standing.terms.version}
    if claims.expires_at < math.inf:
        lease |= {"expires": True, "ttl": max(1, int(claims.expires_at - now))}
    return lease
