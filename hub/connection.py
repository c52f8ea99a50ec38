"""One connection as a pure object: commands and time in, replies and actions out. No socket, no clock.

It knows who is connected, what is subscribed, and when to give up on a silent or expired client. Where
publications come from and how bytes leave is the affair of others (``hub.channels``, ``hub.transport``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from hub import codes
from hub.codes import Disconnect, Fault, Unsubscribed
from hub.protocol import (
    REJECT_UNRECOVERED,
    Command,
    RpcRequest,
    SubscribeRequest,
    error_reply,
    reply,
    unsubscribe_push,
)
from hub.rights import NAMESPACES, Claims, Revocations, namespace

EXPIRY_GRACE_SECONDS = 25  # a client asks for a new token when the old one ends, not before
MOST_SUBSCRIPTIONS = 128  # channels of one connection
MOST_CHANNEL_NAME = 255  # characters
MOST_COMMANDS = 500  # between two visits
SILENT_VISITS = 2  # pings in a row without any sign of life
STRANGER_VISITS = 3  # visits that a connection may live without having shown its token


class TokenRefused(Exception):
    """The token opens nothing; ``expired``: it was a good one once."""

    def __init__(self, *, expired: bool = False) -> None:
        super().__init__("expired" if expired else "invalid")
        self.expired = expired


@dataclass(frozen=True, slots=True)
class Terms:
    """What all connections of a hub have in common. ``verify`` raises TokenRefused; times in Unix seconds."""

    verify: Callable[[str, float], Claims]
    revocations: Revocations
    version: str
    ping_seconds: int
    refused_namespaces: frozenset[str] = frozenset()


class Since(NamedTuple):
    """A client's last known position in a channel."""

    offset: int
    epoch: str


class Send(NamedTuple):
    """A reply or push, as JSON."""

    message: bytes


class Connected(NamedTuple):
    """The token was good; from now on the connection belongs to ``subject``."""

    subject: str


class Subscribe(NamedTuple):
    """Attach to a channel, and answer the command when its position is known.

    ``within``: only if the incident belongs to one of these districts, which the token says; None: no matter.
    """

    command_id: int
    channel: str
    since: Since | None = None
    reject_unrecovered: bool = False
    within: frozenset[str] | None = None


class Unsubscribe(NamedTuple):
    """Detach from a channel."""

    channel: str


class Call(NamedTuple):
    """Somebody has to answer this remote call."""

    command_id: int
    subject: str
    method: str
    data: bytes


class Close(NamedTuple):
    """Nothing more to say."""

    why: Disconnect


Action = Send | Connected | Subscribe | Unsubscribe | Call | Close


class Connection:
    """Begins as a stranger; the first command must be ``connect``."""

    __slots__ = ("_commands", "_silent", "_terms", "_visits", "claims", "client", "subscriptions")

    def __init__(self, terms: Terms, client: str) -> None:
        self._terms = terms
        self._commands = 0
        self._silent = 0
        self._visits = 0
        self.client = client
        self.claims: Claims | None = None
        self.subscriptions: set[str] = set()

    def receive(self, commands: Iterable[Command], now: float) -> list[Action]:
        """What follows from the commands of one frame; ``now`` in Unix seconds."""
        self._silent = 0
        actions: list[Action] = []
        for command in commands:
            self._commands += 1
            if self._commands > MOST_COMMANDS:
                actions.append(Close(codes.TOO_MANY_COMMANDS))
            else:
                self._obey(command, now, actions)
            if actions and isinstance(actions[-1], Close):
                break
        return actions

    def visit(self, now: float) -> Disconnect | None:
        """Called once per ping interval, just before a ping goes out: whether it is time to give up."""
        self._commands = 0
        if self.claims is None:
            self._visits += 1
            return codes.STALE if self._visits > STRANGER_VISITS else None
        if self._silent >= SILENT_VISITS:
            return codes.NO_PONG
        self._silent += 1
        return codes.EXPIRED if now > self.claims.expires_at + EXPIRY_GRACE_SECONDS else None

    def withdraw(self, channels: Iterable[str], why: Unsubscribed) -> list[Action]:
        """The hub ends these subscriptions, as far as they exist."""
        actions: list[Action] = []
        for channel in sorted(self.subscriptions.intersection(channels)):
            self.subscriptions.discard(channel)
            actions += (Unsubscribe(channel), Send(unsubscribe_push(channel, why)))
        return actions

    def not_subscribed(self, channel: str, command_id: int, fault: Fault) -> list[Action]:
        """The channel could not be attached after all."""
        self.subscriptions.discard(channel)
        return [Send(error_reply(command_id, fault))]

    def _obey(self, command: Command, now: float, actions: list[Action]) -> None:
        kind = command.kind
        if not kind and command.id == 0:
            return  # a pong
        if kind == "send":
            actions.append(Close(codes.NOT_HANDLED))
        elif command.id <= 0 or (self.claims is None) != (kind == "connect"):
            actions.append(Close(codes.MALFORMED))
        elif kind == "":
            actions.append(Send(error_reply(command.id, codes.METHOD_NOT_FOUND)))
        elif kind in _REFUSED:
            actions.append(Send(error_reply(command.id, _REFUSED[kind])))
        else:
            _COMMANDS[kind](self, command, now, actions)

    def _connect(self, command: Command, now: float, actions: list[Action]) -> None:
        assert command.connect is not None
        claims = self._verify(command.connect.token, now, command.id, actions)
        if claims is None:
            return
        self.claims = claims
        result = {**self._lease(claims, now), "ping": self._terms.ping_seconds, "pong": True}
        actions += (Connected(claims.subject), Send(reply(command.id, "connect", result)))

    def _refresh(self, command: Command, now: float, actions: list[Action]) -> None:
        assert command.refresh is not None
        assert self.claims is not None
        try:
            claims = self._terms.verify(command.refresh.token, now)
        except TokenRefused as refused:
            # An error would end the client for good; a fresh connect asks for a fresh token.
            actions.append(Close(codes.EXPIRED if refused.expired else codes.INVALID_TOKEN))
            return
        if claims.session != self.claims.session:
            # Signed in anew: the connection is known by its sign-in, so it begins anew too.
            actions.append(Close(codes.EXPIRED))
            return
        if claims.subject != self.claims.subject or self._terms.revocations.is_revoked(claims):
            actions.append(Close(codes.INVALID_TOKEN))
            return
        self.claims = claims
        actions.append(Send(reply(command.id, "refresh", self._lease(claims, now))))
        lost = [channel for channel in self.subscriptions if not self._may(channel)]
        actions += self.withdraw(lost, codes.NOT_PERMITTED)

    def _verify(self, token: str, now: float, command_id: int, actions: list[Action]) -> Claims | None:
        try:
            claims = self._terms.verify(token, now)
        except TokenRefused as refused:
            # An expired token is answered by an error: the client then brings a new one.
            expired = Send(error_reply(command_id, codes.TOKEN_EXPIRED))
            actions.append(expired if refused.expired else Close(codes.INVALID_TOKEN))
            return None
        if self._terms.revocations.is_doubtful(claims):
            actions.append(Send(error_reply(command_id, codes.TOKEN_EXPIRED)))
            return None
        if self._terms.revocations.is_revoked(claims):
            actions.append(Close(codes.INVALID_TOKEN))
            return None
        return claims

    def _lease(self, claims: Claims, now: float) -> dict[str, Any]:
        ttl = max(1, int(claims.expires_at - now))
        return {"client": self.client, "version": self._terms.version, "expires": True, "ttl": ttl}

    def _subscribe(self, command: Command, _now: float, actions: list[Action]) -> None:
        wanted = command.subscribe
        assert wanted is not None
        fault = self._why_not(wanted)
        if fault is not None:
            actions.append(Send(error_reply(command.id, fault)))
            return
        self.subscriptions.add(wanted.channel)
        since = Since(wanted.offset, wanted.epoch) if wanted.recover else None
        reject = bool(wanted.flag & REJECT_UNRECOVERED)
        within = None if self._is_named(wanted.channel) else self._staffed_districts()
        actions.append(Subscribe(command.id, wanted.channel, since, reject, within))

    def _why_not(self, wanted: SubscribeRequest) -> Fault | None:
        channel = wanted.channel
        if not channel or len(channel) > MOST_CHANNEL_NAME or wanted.offset < 0:
            return codes.BAD_REQUEST
        kind = namespace(channel)
        if kind not in NAMESPACES or kind in self._terms.refused_namespaces:
            return codes.UNKNOWN_CHANNEL
        if channel in self.subscriptions:
            return codes.ALREADY_SUBSCRIBED
        if len(self.subscriptions) >= MOST_SUBSCRIPTIONS:
            return codes.LIMIT_EXCEEDED
        if not self._may(channel):
            return codes.PERMISSION_DENIED
        # A filter or a token that were passed over in silence would mean something else than was asked for.
        if bytes(wanted.tf) != b"null" or wanted.token or wanted.type or wanted.join_leave:
            return codes.NOT_AVAILABLE
        return None

    def _may(self, channel: str) -> bool:
        """Named by the token; or an incident, when the token makes its bearer staff of a district."""
        return self._is_named(channel) or (
            namespace(channel) == "incident" and bool(self._staffed_districts())
        )

    def _is_named(self, channel: str) -> bool:
        assert self.claims is not None
        return self._terms.revocations.may_subscribe(self.claims, channel)

    def _staffed_districts(self) -> frozenset[str]:
        assert self.claims is not None
        named = (channel for channel in self.claims.channels if namespace(channel) == "district")
        return frozenset(channel.partition(":")[2] for channel in named if self._is_named(channel))

    def off_duty(self, district_channels: Iterable[str]) -> list[Action]:
        """The shift is over: the district's live channels end, and incidents seen only as its staff."""
        borrowed = [
            name for name in self.subscriptions if namespace(name) == "incident" and not self._is_named(name)
        ]
        return self.withdraw([*district_channels, *borrowed], codes.OFF_DUTY)

    def _unsubscribe(self, command: Command, _now: float, actions: list[Action]) -> None:
        assert command.unsubscribe is not None
        channel = command.unsubscribe.channel
        if channel in self.subscriptions:
            self.subscriptions.discard(channel)
            actions.append(Unsubscribe(channel))
        actions.append(Send(reply(command.id, "unsubscribe", {})))

    def _ping(self, command: Command, _now: float, actions: list[Action]) -> None:
        actions.append(Send(reply(command.id, "ping", {})))

    def _rpc(self, command: Command, _now: float, actions: list[Action]) -> None:
        call: RpcRequest | None = command.rpc
        assert call is not None
        assert self.claims is not None
        actions.append(Call(command.id, self.claims.subject, call.method, bytes(call.data)))


# What nobody asked for is refused with the documented error, not ignored.
_REFUSED: dict[str, Fault] = {
    "publish": codes.PERMISSION_DENIED,
    "presence": codes.NOT_AVAILABLE,
    "presence_stats": codes.NOT_AVAILABLE,
    "history": codes.NOT_AVAILABLE,
    "sub_refresh": codes.NOT_AVAILABLE,
}
_COMMANDS: dict[str, Callable[[Connection, Command, float, list[Action]], None]] = {
    "connect": Connection._connect,
    "subscribe": Connection._subscribe,
    "unsubscribe": Connection._unsubscribe,
    "ping": Connection._ping,
    "rpc": Connection._rpc,
    "refresh": Connection._refresh,
}
