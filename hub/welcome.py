"""The reply to ``connect`` while the channels that a token names are being attached: it waits for all of them."""

from __future__ import annotations

from typing import Any

from hub.protocol import reply


class Welcoming:
    """``result`` is the rest of the reply; ``channels`` are those that it waits for."""

    __slots__ = ("_attached", "_command_id", "_result", "_waiting")

    def __init__(self, command_id: int, result: dict[str, Any], channels: set[str]) -> None:
        self._command_id = command_id
        self._result = result
        self._waiting = channels
        self._attached: dict[str, dict[str, Any]] = {}

    def attached(self, channel: str, result: dict[str, Any]) -> None:
        """The channel is there."""
        self._waiting.discard(channel)
        self._attached[channel] = result

    def withdrawn(self, channel: str) -> None:
        """The channel was taken away meanwhile."""
        self._waiting.discard(channel)
        self._attached.pop(channel, None)

    @property
    def reply(self) -> bytes | None:
        """The whole reply; None while channels are missing."""
        if self._waiting:
            return None
        return reply(self._command_id, "connect", {**self._result, "subs": self._attached})
