"""Where one connection stands: who it is, what it is subscribed to, and what it may.

Pure state; what a command makes of it is in ``hub.connecting``, ``hub.subscribing`` and ``hub.asking``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from msgspec import UNSET, Raw, UnsetType

from hub import codes
from hub.codes import Fault
from hub.protocol import ClientInfo
from hub.rights import Claims, Kept, Revocations, kept, namespace
from hub.welcome import Welcoming
from models.tables import CONTROL

CONTROL_SEQUENCE = f"district:{CONTROL}"  # is read like a district and is nobody's channel
MOST_CHANNEL_NAME = 255  # characters
MOST_SUBSCRIPTIONS = 128  # channels of one connection
MOST_COMMANDS = 500  # of one connection at once: all that a phone asks for when it comes back


class TokenRefused(Exception):
    """The token opens nothing; ``expired``: it was a good one once."""

    def __init__(self, *, expired: bool = False) -> None:
        super().__init__("expired" if expired else "invalid")
        self.expired = expired


@dataclass(frozen=True, slots=True)
class Terms:
    """What all connections of a hub have in common; times in Unix seconds.

    ``verify`` reads connection tokens, ``verify_subscription`` subscription tokens; both raise TokenRefused.

    ``most_commands`` may come at once, None: as many as one likes. ``crowded``: whether a subject has as many
    connections as one may have. ``test_mode``: strangers are let in, and channels outside our namespaces are
    open to everybody.
    """

    verify: Callable[[str, float], Claims]
    verify_subscription: Callable[[str, float], Claims]
    revocations: Revocations
    version: str
    ping_seconds: int
    refused_namespaces: frozenset[str] = frozenset()
    most_commands: int | None = MOST_COMMANDS
    crowded: Callable[[str], bool] = lambda _subject: False
    test_mode: bool = False


class Standing:
    """Begins as a stranger without claims. ``grants``: what subscription tokens say, by channel."""

    __slots__ = ("claims", "client", "grants", "subscriptions", "terms", "welcoming")

    def __init__(self, terms: Terms, client: str) -> None:
        self.terms = terms
        self.client = client
        self.claims: Claims | None = None
        self.subscriptions: set[str] = set()
        self.grants: dict[str, Claims] = {}
        self.welcoming: Welcoming | None = None  # while the reply to connect waits for channels

    @property
    def bearer(self) -> Claims:
        """The claims of somebody who has connected."""
        assert self.claims is not None
        return self.claims

    def info(self, channel: str) -> ClientInfo:
        """Who this is, as others in a channel are told."""
        bearer = self.bearer
        grant = self.grants.get(channel)
        granted = b"" if grant is None else grant.info
        return ClientInfo(bearer.subject, self.client, _raw(bearer.info), _raw(granted))

    def leave(self, channel: str) -> None:
        """No longer subscribed, for whatever reason."""
        self.subscriptions.discard(channel)
        self.grants.pop(channel, None)

    def bad_name(self, channel: str) -> Fault | None:
        """Why there can be no such channel on this hub."""
        if not channel or len(channel) > MOST_CHANNEL_NAME or not channel.isprintable():
            return codes.BAD_REQUEST
        if channel == CONTROL_SEQUENCE or namespace(channel) in self.terms.refused_namespaces:
            return codes.UNKNOWN_CHANNEL
        if kept(channel) is Kept.IN_MEMORY and not self.terms.test_mode:
            return codes.UNKNOWN_CHANNEL
        return None

    def may(self, channel: str) -> bool:
        """Named by the token; or an incident, when the token makes its bearer staff of a district."""
        if kept(channel) is Kept.IN_MEMORY or self.is_named(channel):
            return True
        return namespace(channel) == "incident" and bool(self.staffed_districts())

    def may_watch(self, channel: str) -> bool:
        """Whether it may be asked who is there: who follows a feed is more than the feed itself tells."""
        if kept(channel) is Kept.IN_MEMORY:
            return True
        return channel in self.bearer.watched and self.is_named(channel)

    def is_named(self, channel: str) -> bool:
        """Whether a token names the channel, and still opens it."""
        revocations = self.terms.revocations
        if revocations.may_subscribe(self.bearer, channel):
            return True
        grant = self.grants.get(channel)
        return grant is not None and revocations.may_subscribe(grant, channel)

    def within(self, channel: str) -> frozenset[str] | None:
        """The districts to one of which the incident must belong; None: the channel is open as it is."""
        if kept(channel) is Kept.IN_MEMORY or self.is_named(channel):
            return None
        return self.staffed_districts()

    def staffed_districts(self) -> frozenset[str]:
        """The districts whose live feed the token opens."""
        bearer, revocations = self.bearer, self.terms.revocations
        named = (channel for channel in bearer.channels if namespace(channel) == "district")
        return frozenset(
            channel.partition(":")[2] for channel in named if revocations.may_subscribe(bearer, channel)
        )


def _raw(info: bytes) -> Raw | UnsetType:
    return Raw(info) if info else UNSET
