"""The open channels of test mode: anybody publishes, reads history and asks who is there; all in this hub."""

from __future__ import annotations

from typing import Any

from hub import codes
from hub.actions import Look, Publish, Who
from hub.channel import Subscriber
from hub.channels import Channels
from hub.codes import Fault
from hub.protocol import (
    history_result,
    join_push,
    leave_push,
    presence_result,
    presence_stats_result,
    with_info,
)
from hub.streams import Streams


class OpenChannels:
    """Answers commands about channels outside our namespaces, as results of the protocol or faults."""

    def __init__(self, streams: Streams, channels: Channels) -> None:
        self._streams = streams
        self._channels = channels
        self._members: dict[str, dict[Subscriber, bool]] = {}  # and who of them listens

    def admits(self, channel: str) -> bool:
        """Whether there is room for the channel."""
        return self._streams.ensure(channel)

    def joined(self, subscriber: Subscriber, channel: str, *, listens: bool) -> None:
        """Somebody came; he is told of himself too, as the protocol's servers do."""
        members = self._members.setdefault(channel, {})
        members[subscriber] = listens
        if any(members.values()):
            self._push(members, join_push(channel, subscriber.info(channel)))

    def left(self, subscriber: Subscriber, channel: str) -> None:
        """Somebody went; nothing happens when he had not come yet."""
        members = self._members.get(channel, {})
        if members.pop(subscriber, None) is not None and any(members.values()):
            self._push(members, leave_push(channel, subscriber.info(channel)))
        if not members:
            self._members.pop(channel, None)

    @staticmethod
    def _push(members: dict[Subscriber, bool], message: bytes) -> None:
        for member, listens in members.items():
            if listens:
                member.send(message)

    def answer(self, wanted: Publish | Look | Who) -> dict[str, Any] | Fault:
        """What the command asks for."""
        if isinstance(wanted, Who):
            here = [one.info(wanted.channel) for one in self._members.get(wanted.channel, {})]
            return presence_result(here) if wanted.kind == "presence" else presence_stats_result(here)
        if not self._streams.ensure(wanted.channel):
            return codes.LIMIT_EXCEEDED
        return self._publish(wanted) if isinstance(wanted, Publish) else self._look(wanted)

    def _publish(self, wanted: Publish) -> dict[str, Any]:
        data = with_info(wanted.data, wanted.info)
        offset = self._streams.append(wanted.channel, data)
        self._channels.publish(wanted.channel, data, offset)
        return {}

    def _look(self, wanted: Look) -> dict[str, Any] | Fault:
        found = self._streams.look(wanted)
        return codes.UNRECOVERABLE_POSITION if found is None else history_result(found)
