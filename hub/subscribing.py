"""The commands ``subscribe`` and ``unsubscribe``."""

from __future__ import annotations

from hub import codes
from hub.actions import Action, Send, Since, Subscribe, Unsubscribe
from hub.codes import Fault
from hub.protocol import REJECT_UNRECOVERED, Command, SubscribeRequest, error_reply, reply
from hub.standing import Standing

MOST_SUBSCRIPTIONS = 128  # channels of one connection


def subscribe(standing: Standing, command: Command, _now: float, actions: list[Action]) -> None:
    """Answered when the channel's position is known."""
    wanted = command.subscribe
    assert wanted is not None
    fault = _why_not(standing, wanted)
    if fault is not None:
        actions.append(Send(error_reply(command.id, fault)))
        return
    standing.subscriptions.add(wanted.channel)
    since = Since(wanted.offset, wanted.epoch) if wanted.recover else None
    reject = bool(wanted.flag & REJECT_UNRECOVERED)
    within = standing.within(wanted.channel)
    actions.append(Subscribe(command.id, wanted.channel, since, reject, within))


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
    if not standing.may(wanted.channel):
        return codes.PERMISSION_DENIED
    # A filter or a token that were passed over in silence would mean something else than was asked for.
    if bytes(wanted.tf) != b"null" or wanted.token or wanted.type or wanted.join_leave:
        return codes.NOT_AVAILABLE
    return None


def unsubscribe(standing: Standing, command: Command, _now: float, actions: list[Action]) -> None:
    """Nothing is wrong with leaving a channel that one is not in."""
    assert command.unsubscribe is not None
    channel = command.unsubscribe.channel
    if channel in standing.subscriptions:
        standing.subscriptions.discard(channel)
        actions.append(Unsubscribe(channel))
    actions.append(Send(reply(command.id, "unsubscribe", {})))


def sub_refresh(_standing: Standing, command: Command, _now: float, actions: list[Action]) -> None:
    """No subscription here ends before its connection's token."""
    actions.append(Send(error_reply(command.id, codes.NOT_AVAILABLE)))
