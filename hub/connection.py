"""One connection as a pure object: commands and time in, replies and actions out. No socket, no clock.

It takes commands in their turn, and knows when to give up on a silent or expired client. What a command does
is in ``hub.connecting``, ``hub.subscribing`` and ``hub.asking``; where publications come from and how bytes
leave is the affair of others (``hub.channels``, ``hub.transport``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Raw

from hub import asking, codes, connecting, subscribing
from hub.actions import Action, Close, Joined, Send, Subscribe, Unsubscribe, Welcome
from hub.codes import Disconnect, Fault, Unsubscribed
from hub.pace import Pace
from hub.protocol import Command, error_reply, reply, subscribe_push, unsubscribe_push
from hub.rights import Kept, kept, namespace
from hub.standing import Standing, Terms

EXPIRY_GRACE_SECONDS = 25  # a client asks for a new token when the old one ends, not before
SILENT_VISITS = 2  # pings in a row without any sign of life
COMMANDS_PER_SECOND = 100  # in the long run
STRANGER_VISITS = 3  # visits that a connection may live without having shown its token


class Connection(Standing):
    """Begins as a stranger; the first command must be ``connect``."""

    __slots__ = ("_pace", "_silent", "_visits")

    def __init__(self, terms: Terms, client: str) -> None:
        super().__init__(terms, client)
        self._pace = Pace()
        self._silent = 0
        self._visits = 0

    def receive(self, commands: Iterable[Command], now: float) -> list[Action]:
        """What follows from the commands of one frame; ``now`` in Unix seconds."""
        self._silent = 0
        actions: list[Action] = []
        for command in commands:
            if self.is_too_much(now):
                actions.append(Close(codes.TOO_MANY_COMMANDS))
            else:
                self._obey(command, now, actions)
            if actions and isinstance(actions[-1], Close):
                break
            if self.claims is None:
                break  # a client says more in one breath with a connect that was refused
        return actions

    def is_too_much(self, now: float, count: int = 1) -> bool:
        """Counts what the peer wants: a command, a frame that holds none, a KiB that has to be read."""
        burst = self.terms.most_commands
        return burst is not None and self._pace.take(now, COMMANDS_PER_SECOND, burst, count) > 0

    def visit(self, now: float) -> Disconnect | None:
        """Called once per ping interval, just before a ping goes out: whether it is time to give up."""
        if self.claims is None:
            self._visits += 1
            return codes.STALE if self._visits > STRANGER_VISITS else None
        if self._silent >= SILENT_VISITS:
            return codes.NO_PONG
        self._silent += 1
        return codes.EXPIRED if now > self.claims.expires_at + EXPIRY_GRACE_SECONDS else None

    def lapse(self, now: float) -> list[Action]:
        """Ends subscriptions whose tokens are over; their clients may come with new ones."""
        over = [name for name, grant in self.grants.items() if now > grant.expires_at + EXPIRY_GRACE_SECONDS]
        return self.withdraw(over, codes.SUBSCRIPTION_EXPIRED)

    def withdraw(self, channels: Iterable[str], why: Unsubscribed) -> list[Action]:
        """The hub ends these subscriptions, as far as they exist."""
        actions: list[Action] = []
        for channel in sorted(self.subscriptions.intersection(channels)):
            self.leave(channel)
            actions.append(Unsubscribe(channel))
            if self.welcoming is None:
                actions.append(Send(unsubscribe_push(channel, why)))
            else:
                self.welcoming.withdrawn(channel)
                actions += self._welcome()
        return actions

    def subscribed(self, wanted: Subscribe, result: dict[str, Any], now: float) -> list[Action]:
        """The channel is attached; ``result`` says where it stands and what was missed."""
        channel = wanted.channel
        if wanted.command_id:
            result |= subscribing.lease(self, channel, now)
            answer = Send(reply(wanted.command_id, "subscribe", result), "publications" in result)
            return [answer, *self._joined(wanted)]
        data = self.bearer.served.get(channel)
        if data:
            result["data"] = Raw(data)
        if self.welcoming is None:
            return [Send(subscribe_push(channel, result)), *self._joined(wanted)]
        self.welcoming.attached(channel, result)
        return [*self._welcome(), *self._joined(wanted)]

    def _joined(self, wanted: Subscribe) -> list[Action]:
        in_memory = kept(wanted.channel) is Kept.IN_MEMORY
        return [Joined(wanted.channel, wanted.join_leave)] if in_memory else []

    def _welcome(self) -> list[Action]:
        message = None if self.welcoming is None else self.welcoming.reply
        if message is None:
            return []
        self.welcoming = None
        return [Welcome(message)]

    def not_subscribed(self, channel: str, command_id: int, fault: Fault) -> list[Action]:
        """The channel could not be attached after all."""
        self.leave(channel)
        if command_id:
            return [Send(error_reply(command_id, fault))]
        if self.welcoming is None:
            return []  # nothing was promised
        return [Close(codes.SERVER_ERROR if fault.temporary else codes.FORBIDDEN)]

    def off_duty(self, district_channels: Iterable[str]) -> list[Action]:
        """The shift is over: the district's live channels end, and incidents seen only as its staff."""
        borrowed = [
            name for name in self.subscriptions if namespace(name) == "incident" and not self.is_named(name)
        ]
        return self.withdraw([*district_channels, *borrowed], codes.OFF_DUTY)

    def _obey(self, command: Command, now: float, actions: list[Action]) -> None:
        kind = command.kind
        if not kind and command.id == 0:
            return  # a pong
        if kind == "send":
            asking.send(self, command, now, actions)
        elif command.id <= 0 or (self.claims is None) != (kind == "connect"):
            actions.append(Close(codes.MALFORMED))
        elif kind in _COMMANDS:
            _COMMANDS[kind](self, command, now, actions)
            if kind == "refresh" and not isinstance(actions[-1], Close):
                actions += self._give_back()
        else:
            actions.append(Send(error_reply(command.id, codes.METHOD_NOT_FOUND)))

    def _give_back(self) -> list[Action]:
        """What the token no longer opens."""
        lost = [channel for channel in self.subscriptions if not self.may(channel)]
        return self.withdraw(lost, codes.NOT_PERMITTED)


_COMMANDS: dict[str, Callable[[Standing, Command, float, list[Action]], None]] = {
    "connect": connecting.connect,
    "refresh": connecting.refresh,
    "subscribe": subscribing.subscribe,
    "unsubscribe": subscribing.unsubscribe,
    "sub_refresh": subscribing.sub_refresh,
    "publish": asking.publish,
    "presence": asking.presence,
    "presence_stats": asking.presence_stats,
    "history": asking.history,
    "rpc": asking.rpc,
    "ping": asking.ping,
}
