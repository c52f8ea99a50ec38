"""What a connection may subscribe to: the claims of its token, and what was taken back since it was issued.

Pure and in memory, so that a resume asks no database. Who is on duty and who was revoked is told by the
control sequence of the log (``hub.control``); where tokens come from is the web's affair.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple


class Claims(NamedTuple):
    """What a valid token says. ``issued_at`` and ``expires_at`` in Unix seconds; ``session`` is
    ``session:<id>`` of the sign-in behind it, empty for none; ``info`` JSON for presence, empty for none;
    ``served`` the channels that the hub subscribes to by itself, each with JSON data or nothing;
    ``watched`` those of which it may be asked who is there.
    """

    subject: str
    channels: frozenset[str]
    issued_at: float
    expires_at: float
    session: str = ""
    info: bytes = b""
    served: Mapping[str, bytes] = MappingProxyType({})
    watched: frozenset[str] = frozenset()

    @property
    def holders(self) -> tuple[str, ...]:
        """Who can be revoked and takes this token along."""
        return tuple(filter(None, (self.subject, self.session)))


class Kept(Enum):
    """Where what was published in a channel is to be found again."""

    IN_THE_LOG = "log"
    IN_MEMORY = "memory"  # of one hub: the open channels of test mode
    LATEST = "latest"  # only the newest counts
    NOT_AT_ALL = "nowhere"


NAMESPACES = {
    "district": Kept.IN_THE_LOG,
    "incident": Kept.IN_THE_LOG,
    "officer": Kept.IN_THE_LOG,
    "board": Kept.LATEST,
    "positions": Kept.NOT_AT_ALL,
    "offers": Kept.NOT_AT_ALL,
    "phones": Kept.NOT_AT_ALL,
}

# What an officer loses with the end of his shift; his own channel stays.
ON_DUTY_ONLY = ("district", "positions")

MOST_REMEMBERED = (
    4096  # names of channels of which it is remembered where they are kept; each is asked for often
)


def namespace(channel: str) -> str:
    """The part before the colon; empty when there is none, or nothing after it."""
    name, colon, rest = channel.partition(":")
    return name if colon and rest else ""


@lru_cache(MOST_REMEMBERED)
def kept(channel: str) -> Kept:
    """What is not one of ours exists in test mode only, and lives in memory."""
    return NAMESPACES.get(namespace(channel), Kept.IN_MEMORY)


def duty_channels(district: str) -> tuple[str, ...]:
    """The channels of a district that are only for those on duty."""
    return tuple(f"{name}:{district}" for name in ON_DUTY_ONLY)


@dataclass(slots=True)
class Revocations:
    """What was taken back, and when (Unix seconds). Entries matter only as long as an older token may live."""

    subjects: dict[str, float] = field(default_factory=dict)
    channels: dict[tuple[str, str], float] = field(default_factory=dict)

    def revoke(self, subject: str, at: float) -> None:
        """Tokens of ``subject`` issued before ``at`` are worth nothing."""
        self.subjects[subject] = max(at, self.subjects.get(subject, 0.0))

    def off_duty(self, subject: str, district: str, at: float) -> None:
        """Tokens of ``subject`` issued before ``at`` are worth nothing for the district's live channels."""
        for channel in duty_channels(district):
            self.channels[subject, channel] = at

    def on_duty(self, subject: str, district: str) -> None:
        """Back again: an older token is right again too."""
        for channel in duty_channels(district):
            self.channels.pop((subject, channel), None)

    def is_revoked(self, claims: Claims) -> bool:
        """Whether the token is from before its subject was revoked."""
        return claims.issued_at <= self._revoked_at(claims)

    def is_doubtful(self, claims: Claims) -> bool:
        """Revoked, but maybe issued just afterwards: tokens count whole seconds, revocations do not."""
        return self.is_revoked(claims) and self._revoked_at(claims) < claims.issued_at + 1

    def _revoked_at(self, claims: Claims) -> float:
        subjects = self.subjects
        return max([subjects[holder] for holder in claims.holders if holder in subjects], default=-math.inf)

    def may_subscribe(self, claims: Claims, channel: str) -> bool:
        """Whether the token still opens the channel."""
        if channel not in claims.channels:
            return False
        return not self.channels or claims.issued_at > self.channels.get((claims.subject, channel), -math.inf)

    def forget_before(self, at: float) -> None:
        """Drops what no token can be older than; ``at`` is now less the longest life of a token."""
        self.subjects = {subject: when for subject, when in self.subjects.items() if when >= at}
        self.channels = {key: when for key, when in self.channels.items() if when >= at}
