"""A connection to talk with: tokens that say what they are, and what was answered."""

from __future__ import annotations

import json
from typing import Any

from hub.actions import (
    Action,
    Send,
)
from hub.connection import Connection
from hub.protocol import parse
from hub.rights import Claims, Revocations
from hub.standing import MOST_SUBSCRIPTIONS, Terms, TokenRefused

NOW = 1_000.0
MINE = frozenset({"district:511802", "positions:511802", "officer:zhang", "board:511802", "phones:simulator"})


# Channels that tokens name, by subject and time of issue.
SERVED_BY: dict[str, dict[str, bytes]] = {
    "served/900": {"district:511802": b"", "board:511802": b'{"hello":"wall"}'},
    "served/901": {"district:511802": b"", "board:511802": b"", "officer:zhang": b""},
    "many/900": {f"incident:{n}": b"" for n in range(MOST_SUBSCRIPTIONS + 1)},
    "strange/900": {"news": b""},
}


def verify(token: str, now: float) -> Claims:
    """Tokens of these tests: ``subject/issued at/expires at``."""
    try:
        subject, issued_at, expires_at = token.split("/")
    except ValueError:
        raise TokenRefused from None
    if float(expires_at) <= now:
        raise TokenRefused(expired=True)
    channels = SERVED_BY.get(f"{subject}/{issued_at}", {})
    allowed = MINE.union(channels)
    return Claims(subject, allowed, float(issued_at), float(expires_at), served=channels)


def verify_subscription(token: str, now: float) -> Claims:
    """Subscription tokens of these tests: ``subject/issued at/expires at/channel``."""
    token, _, channel = token.rpartition("/")
    return verify(token, now)._replace(channels=frozenset({channel}), info=b'{"desk":1}')


GOOD = "officer:zhang/900/1600"


class Talk:
    """A connection, and what it was told."""

    def __init__(self, *, refused: frozenset[str] = frozenset(), **terms_: Any) -> None:
        self.revocations = Revocations()
        terms = Terms(verify, verify_subscription, self.revocations, "wufen 0.1.0", 2, refused, **terms_)
        self.connection = Connection(terms, "c1")
        self._next = 0

    def say(self, now: float = NOW, **request: Any) -> list[Action]:
        self._next += 1
        return self.raw({"id": self._next, **request}, now=now)

    def raw(self, *commands: dict[str, Any], now: float = NOW) -> list[Action]:
        frame = "\n".join(json.dumps(command) for command in commands)
        return self.connection.receive(parse(frame.encode()), now)

    def connect(self, token: str = GOOD, now: float = NOW) -> list[Action]:
        return self.say(now, connect={"token": token})

    def subscribe(self, channel: str, **more: Any) -> list[Action]:
        return self.say(subscribe={"channel": channel, **more})


def connected() -> Talk:
    talk = Talk()
    talk.connect()
    return talk


def said(actions: list[Action]) -> list[dict[str, Any]]:
    return [json.loads(action.message) for action in actions if isinstance(action, Send)]


def error(actions: list[Action]) -> int:
    (reply,) = said(actions)
    return int(reply["error"]["code"])
