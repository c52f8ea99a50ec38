"""The commands ``connect`` and ``refresh``: a token is shown, and believed or not."""

from __future__ import annotations

import math
from typing import Any

from hub import codes
from hub.actions import Action, Close, Connected, Hold, Send, Subscribe
from hub.protocol import Command, SubscribeRequest, error_reply, reply
from hub.rights import Claims
from hub.standing import MOST_SUBSCRIPTIONS, Standing, TokenRefused
from hub.subscribing import since_of
from hub.welcome import Welcoming


def connect(standing: Standing, command: Command, now: float, actions: list[Action]) -> None:
    """The first command of every connection."""
    assert command.connect is not None
    claims = _claims(standing, command.connect.token, now, command.id, actions)
    if claims is None:
        return
    if _names_bad_channels(standing, claims, actions):
        return
    standing.claims = claims
    actions.append(Connected(claims.subject))
    result = {**_lease(standing, claims, now), "ping": standing.terms.ping_seconds, "pong": True}
    served = [channel for channel in claims.served if standing.may(channel)]  # not what was taken back since
    if not served:
        actions.append(Send(reply(command.id, "connect", result)))
        return
    standing.welcoming = Welcoming(command.id, result, set(served))
    actions.append(Hold())
    actions += (_serve(standing, channel, command.connect.subs.get(channel)) for channel in served)


def _serve(standing: Standing, channel: str, had: SubscribeRequest | None) -> Subscribe:
    """Subscribes because the token says so; ``had``: where the client was when it was here before."""
    standing.subscriptions.add(channel)
    return Subscribe(0, channel, since_of(channel, had), within=standing.within(channel))


def _names_bad_channels(standing: Standing, claims: Claims, actions: list[Action]) -> bool:
    """Whether the token names channels that nobody can be served; that ends the connection."""
    if len(claims.served) > MOST_SUBSCRIPTIONS:
        actions.append(Close(codes.MOST_CHANNELS))
    elif any(map(standing.bad_name, claims.served)):
        actions.append(Close(codes.FORBIDDEN))
    else:
        return False
    return True


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
    if _names_bad_channels(standing, claims, actions):
        return
    standing.claims = claims
    actions.append(Send(reply(command.id, "refresh", _lease(standing, claims, now))))
    room = MOST_SUBSCRIPTIONS - len(standing.subscriptions)
    new = [name for name in claims.served if name not in standing.subscriptions and standing.may(name)]
    actions += (_serve(standing, channel, None) for channel in new[:room])


def _lease(standing: Standing, claims: Claims, now: float) -> dict[str, Any]:
    lease: dict[str, Any] = {"client": standing.client, "version": standing.terms.version}
    if claims.expires_at < math.inf:
        lease |= {"expires": True, "ttl": max(1, int(claims.expires_at - now))}
    return lease
