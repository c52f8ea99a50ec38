"""The commands that change no subscription: ``publish``, ``presence``, ``history``, ``rpc``, ``send``, ``ping``."""

from __future__ import annotations

import msgspec

from hub import codes
from hub.actions import Action, Call, Close, Look, Publish, Send, Since, Who
from hub.codes import Fault
from hub.protocol import Command, HistoryRequest, error_reply, message_push, reply
from hub.rights import Kept, kept
from hub.standing import Standing

MOST_HISTORY = 200  # publications of one answer

_encode = msgspec.json.Encoder().encode


def publish(standing: Standing, command: Command, _now: float, actions: list[Action]) -> None:
    """Our own channels say what the log says; only the open ones of a test take what clients say."""
    wanted = command.publish
    assert wanted is not None
    fault = standing.bad_name(wanted.channel)
    data = bytes(wanted.data)
    if fault is None and kept(wanted.channel) is not Kept.IN_MEMORY:
        fault = codes.PERMISSION_DENIED
    elif fault is None and (not data or data == b"null" or wanted.type):
        fault = codes.BAD_REQUEST
    if fault is not None:
        actions.append(Send(error_reply(command.id, fault)))
        return
    actions.append(Publish(command.id, wanted.channel, data, _encode(standing.info(wanted.channel))))


def presence(standing: Standing, command: Command, _now: float, actions: list[Action]) -> None:
    """Who is in a channel."""
    assert command.presence is not None
    _ask_who(standing, Who(command.id, "presence", command.presence.channel), actions)


def presence_stats(standing: Standing, command: Command, _now: float, actions: list[Action]) -> None:
    """How many are in a channel."""
    assert command.presence_stats is not None
    _ask_who(standing, Who(command.id, "presence_stats", command.presence_stats.channel), actions)


def _ask_who(standing: Standing, who: Who, actions: list[Action]) -> None:
    fault = standing.bad_name(who.channel)
    if fault is None and not standing.may_watch(who.channel):
        fault = codes.PERMISSION_DENIED
    actions.append(who if fault is None else Send(error_reply(who.command_id, fault)))


def history(standing: Standing, command: Command, _now: float, actions: list[Action]) -> None:
    """What was published in a channel; a replay shows the same, so whoever may subscribe may read it."""
    wanted = command.history
    assert wanted is not None
    fault = _why_no_history(standing, wanted)
    if fault is not None:
        actions.append(Send(error_reply(command.id, fault)))
        return
    limit = wanted.limit if 0 <= wanted.limit <= MOST_HISTORY else MOST_HISTORY
    since = None if wanted.since is None else Since(wanted.since.offset, wanted.since.epoch)
    within = standing.within(wanted.channel)
    actions.append(Look(command.id, wanted.channel, limit, since, wanted.reverse, within))


def _why_no_history(standing: Standing, wanted: HistoryRequest) -> Fault | None:
    fault = standing.bad_name(wanted.channel)
    if fault is not None:
        return fault
    if not standing.may(wanted.channel):
        return codes.PERMISSION_DENIED
    if kept(wanted.channel) not in (Kept.IN_THE_LOG, Kept.IN_MEMORY):
        return codes.NOT_AVAILABLE
    return codes.BAD_REQUEST if wanted.since is not None and wanted.since.offset < 0 else None


def rpc(standing: Standing, command: Command, _now: float, actions: list[Action]) -> None:
    """Somebody else answers."""
    assert command.rpc is not None
    actions.append(Call(command.id, standing.bearer.subject, command.rpc.method, bytes(command.rpc.data)))


def send(standing: Standing, command: Command, _now: float, actions: list[Action]) -> None:
    """Nobody listens to messages; in test mode they come back, so that clients can try theirs."""
    assert command.send is not None
    if standing.terms.test_mode and standing.claims is not None:
        actions.append(Send(message_push(bytes(command.send.data))))
    else:
        actions.append(Close(codes.NOT_HANDLED))


def ping(_standing: Standing, command: Command, _now: float, actions: list[Action]) -> None:
    """A client that wants to know."""
    actions.append(Send(reply(command.id, "ping", {})))
