"""The open channels of test mode: anybody publishes, reads history and asks who is there; all in this hub."""

from __future__ import annotations

from typing import Any

from hub import codes
from hub.actions import Look, Publish, Who
from hub.channels import Channels
from hub.codes import Fault
from hub.protocol import history_result, presence_result, presence_stats_result, with_info
from hub.streams import Streams


class OpenChannels:
    """Answers commands about channels outside our namespaces, as results of the protocol or faults."""

    def __init__(self, streams: Streams, channels: Channels) -> None:
        self._streams = streams
        self._channels = channels

    def admits(self, channel: str) -> bool:
        """Whether there is room for the channel."""
        return self._streams.ensure(channel)

    def answer(self, wanted: Publish | Look | Who) -> dict[str, Any] | Fault:
        """What the command asks for."""
        if isinstance(wanted, Who):
            here = [one.info(wanted.channel) for one in self._channels.members(wanted.channel)]
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
