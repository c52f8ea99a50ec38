"""The commands ``subscribe``, ``unsubscribe`` and ``sub_refresh``, and the subscription tokens with them."""

from __future__ import annotations

import math
from typing import Any

from hub import codes
from hub.actions import Action, Send, Since, Subscribe, Unsubscribe
from hub.codes import Fault
from hub.protocol import REJECT_UNRECOVERED, Command, SubscribeRequest, error_reply, reply
from hub.rights import Kept, kept
from hub.standing import MOST_SUBSCRIPTIONS, Standing, TokenRefused


def subscribe(standing: Standing, command: Command, now: float, actions: list[Action]) -> None:
    """Answered when the channel's position is known."""
    wanted = command.subscribe
    assert wanted is not None
    fault = _why_not(standing, wanted) or _check(standing, wanted.channel, wanted.token, now)
    if fault is None and not standing.may(wanted.channel):
        fault = codes.PERMISSION_DENIED
    if fault is not None:
        actions.append(Send(error_reply(command.id, fault)))
        return
    standing.subscriptions.add(wanted.channel)
    since = since_of(wanted.channel, wanted)
    reject = bool(wanted.flag & REJECT_UNRECOVERED)
    within = standing.within(wanted.channel)
    actions.append(Subscribe(command.id, wanted.channel, since, reject, within, wanted.join_leave))


def since_of(channel: str, had: SubscribeRequest | None) -> Since | None:
    """From where the client wants to go on. The latest value is for everybody who comes, asked for or not."""
    if had is not None and had.recover:
        return Since(had.offset, had.epoch)
    return Since(0, "") if kept(channel) is Kept.LATEST else None


def _why_not(standing: Standing, wanted: SubscribeRequest) -> Fault | None:
    fault = standing.bad_name(wanted.channel)
    if fault is not None:
        return fault
    if wanted.offset < 0:
        return codes.BAD_REQUEST
    if wanted.channel in standing.subscriptions:
        return codes.ALREADY_SUBSCRIBED
    if len(standing.subscriptions) >= MOST_SUBSCRIPTIONS:
        return codes.LIMIT_EXCEEDED
    # A filter that was passed over in silence would mean something else than was asked for.
    if bytes(wanted.tf) != b"null" or wanted.type:
        return codes.NOT_AVAILABLE
    if wanted.join_leave and kept(wanted.channel) is not Kept.IN_MEMORY:
        return codes.NOT_AVAILABLE  # who comes and goes is for whoever may ask who is there
    return None


def _check(standing: Standing, channel: str, token: str, now: float) -> Fault | None:
    """Takes a subscription token, if there is one, as a grant of the channel."""
    if not token:
        return None
    try:
        claims = standing.terms.verify_subscription(token, now)
    except TokenRefused as refused:
        return codes.TOKEN_EXPIRED if refused.expired else codes.PERMISSION_DENIED
    if claims.subject != standing.bearer.subject or channel not in claims.channels:
        return codes.PERMISSION_DENIED  # somebody else's, or of another channel
    revocations = standing.terms.revocations
    if revocations.is_doubtful(claims):
        return codes.TOKEN_EXPIRED
    if revocations.is_revoked(claims) or not revocations.may_subscribe(claims, channel):
        return codes.PERMISSION_DENIED
    standing.grants[channel] = claims
    return None


def lease(standing: Standing, channel: str, now: float) -> dict[str, Any]:
    """Until when the subscription lasts, if it ends before the connection does."""
    grant = standing.grants.get(channel)
    if grant is None or grant.expires_at == math.inf:
        return {}
    return {"expires": True, "ttl": max(1, int(grant.expires_at - now))}


def unsubscribe(standing: Standing, command: Command, _now: float, actions: list[Action]) -> None:
    """Nothing is wrong with leaving a channel that one is not in."""
    assert command.unsubscribe is not None
    channel = command.unsubscribe.channel
    promised = standing.welcoming is not None and channel in standing.bearer.served
    if channel in standing.subscriptions and not promised:
        standing.leave(channel)
        actions.append(Unsubscribe(channel))
    actions.append(Send(reply(command.id, "unsubscribe", {})))


def sub_refresh(standing: Standing, command: Command, now: float, actions: list[Action]) -> None:
    """A new token for a subscription that came with one."""
    wanted = command.sub_refresh
    assert wanted is not None
    fault: Fault | None = None
    if wanted.channel not in standing.subscriptions:
        fault = codes.PERMISSION_DENIED
    elif not wanted.token or wanted.type or wanted.channel not in standing.grants:
        fault = codes.BAD_REQUEST
    fault = fault or _check(standing, wanted.channel, wanted.token, now)
    if fault is not None:
        actions.append(Send(error_reply(command.id, fault)))
        return
    actions.append(Send(reply(command.id, "sub_refresh", lease(standing, wanted.channel, now))))
