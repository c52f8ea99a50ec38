"""Every code that the hub sends, with what it makes a client do: errors, unsubscribes, disconnects.

The numbers and their meaning are those of the Centrifuge client protocol, so that official clients do the
right thing by themselves. One table; nothing else in the hub writes a number.
"""

from __future__ import annotations

from typing import NamedTuple


class Fault(NamedTuple):
    """The error of one command; the connection lives on. ``temporary``: trying again makes sense."""

    code: int
    message: str
    temporary: bool = False


INTERNAL = Fault(100, "internal server error", True)
UNAUTHORIZED = Fault(101, "unauthorized")
UNKNOWN_CHANNEL = Fault(102, "unknown channel")
PERMISSION_DENIED = Fault(103, "permission denied")
METHOD_NOT_FOUND = Fault(104, "method not found")
ALREADY_SUBSCRIBED = Fault(105, "already subscribed")
LIMIT_EXCEEDED = Fault(106, "limit exceeded")
BAD_REQUEST = Fault(107, "bad request")
NOT_AVAILABLE = Fault(108, "not available")
TOKEN_EXPIRED = Fault(109, "token expired")
TOO_MANY_REQUESTS = Fault(111, "too many requests", True)
UNRECOVERABLE_POSITION = Fault(112, "unrecoverable position")


class Unsubscribed(NamedTuple):
    """Why the hub ended a subscription."""

    code: int
    reason: str

    @property
    def comes_back(self) -> bool:
        """From 2500 on the client subscribes again by itself."""
        return self.code >= 2500


NOT_PERMITTED = Unsubscribed(2000, "server unsubscribe")
OFF_DUTY = Unsubscribed(2000, "off duty")
INSUFFICIENT_STATE = Unsubscribed(2500, "insufficient state")
SUBSCRIPTION_EXPIRED = Unsubscribed(2501, "subscription expired")


class Disconnect(NamedTuple):
    """Why the hub ended a connection: the code and reason of the WebSocket's close frame."""

    code: int
    reason: str

    @property
    def reconnects(self) -> bool:
        """3000–3499 and 4000–4499: the client comes back; 3500–3999 and 4500–4999: it stays away.

        Codes of the WebSocket itself (1000–1999) are a transport that broke: the client comes back, save
        after 1009, where the same message would break it again.
        """
        if self.code < 3000:
            return self.code != MESSAGE_TOO_BIG
        return self.code % 1000 < 500


MESSAGE_TOO_BIG = 1009  # RFC 6455 section 7.4.1

SHUTDOWN = Disconnect(3001, "shutdown")
SERVER_ERROR = Disconnect(3004, "internal server error")
EXPIRED = Disconnect(3005, "connection expired")
SLOW = Disconnect(3008, "slow")
NO_PONG = Disconnect(3012, "no pong")
TOO_MANY_COMMANDS = Disconnect(3013, "too many requests")
INVALID_TOKEN = Disconnect(3500, "invalid token")
MALFORMED = Disconnect(3501, "bad request")
STALE = Disconnect(3502, "stale")
REVOKED = Disconnect(3503, "force disconnect")
MOST_CHANNELS = Disconnect(3505, "channel limit")
WRONG_FORMAT = Disconnect(3506, "inappropriate protocol")
FORBIDDEN = Disconnect(3507, "permission denied")
NOT_HANDLED = Disconnect(3508, "not available")

FAULTS: tuple[Fault, ...] = (
    INTERNAL,
    UNAUTHORIZED,
    UNKNOWN_CHANNEL,
    PERMISSION_DENIED,
    METHOD_NOT_FOUND,
    ALREADY_SUBSCRIBED,
    LIMIT_EXCEEDED,
    BAD_REQUEST,
    NOT_AVAILABLE,
    TOKEN_EXPIRED,
    TOO_MANY_REQUESTS,
    UNRECOVERABLE_POSITION,
)
UNSUBSCRIBES: tuple[Unsubscribed, ...] = (NOT_PERMITTED, OFF_DUTY, INSUFFICIENT_STATE, SUBSCRIPTION_EXPIRED)
DISCONNECTS: tuple[Disconnect, ...] = (
    SHUTDOWN,
    SERVER_ERROR,
    EXPIRED,
    SLOW,
    NO_PONG,
    TOO_MANY_COMMANDS,
    INVALID_TOKEN,
    MALFORMED,
    STALE,
    REVOKED,
    MOST_CHANNELS,
    WRONG_FORMAT,
    FORBIDDEN,
    NOT_HANDLED,
)
