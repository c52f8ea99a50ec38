"""The rules as data: what local law or local habit decides, read from files beside this module.

Each file has a sentence and a source. Which decision needs which rule is the caller's business; nothing here
knows the clock or the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Literal, TypeVar

import msgspec

Action = Literal["second_contact", "tell_commander", "offer", "widen", "amber"]
Subject = Literal["device", "address", "vehicle", "sticker"]


class LadderStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """At ``share`` of the response time do ``actions``; ``unless_answered``: not if the owner comes."""

    share: float
    actions: tuple[Action, ...]
    unless_answered: bool
    sentence: str


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """At most ``most`` requests per ``subject`` within ``seconds``."""

    name: str
    subject: Subject
    most: int
    seconds: int
    sentence: str


class _Response(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sentence: str
    source: str
    default_seconds: int
    by_kind_and_reason: dict[str, int]


class _Ladder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sentence: str
    source: str
    steps: tuple[LadderStep, ...]


class _Routing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sentence: str
    source: str
    offers_at_once: int
    acknowledge_seconds: int
    rings_m: tuple[int, ...]


class _Requests(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sentence: str
    source: str
    location_refused_delay_seconds: int
    wrong_tails: int
    lock_seconds: int
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of one installation; durations in seconds, distances in metres."""

    default_response_seconds: int
    responses: Mapping[str, int]
    ladder: tuple[LadderStep, ...]
    offers_at_once: int
    acknowledge_seconds: int
    rings_m: tuple[int, ...]
    location_refused_delay_seconds: int
    wrong_tails: int
    lock_seconds: int
    limits: tuple[Limit, ...]

    @classmethod
    def load(cls, respond_seconds: int | None = None) -> Rules:
        """The rules that are shipped; ``respond_seconds`` (WUFEN_RESPOND_SECONDS) replaces the default."""
        response = _read("response.json", _Response)
        ladder = _read("ladder.json", _Ladder)
        routing = _read("routing.json", _Routing)
        requests = _read("requests.json", _Requests)
        return cls(
            default_response_seconds=respond_seconds or response.default_seconds,
            responses={} if respond_seconds else response.by_kind_and_reason,
            ladder=ladder.steps,
            offers_at_once=routing.offers_at_once,
            acknowledge_seconds=routing.acknowledge_seconds,
            rings_m=routing.rings_m,
            location_refused_delay_seconds=requests.location_refused_delay_seconds,
            wrong_tails=requests.wrong_tails,
            lock_seconds=requests.lock_seconds,
            limits=requests.limits,
        )

    def response_seconds(self, kind: str, reason: str) -> int:
        """How long the people concerned have before an officer must."""
        return self.responses.get(f"{kind}:{reason}", self.default_response_seconds)


T = TypeVar("T")


def _read(name: str, shape: type[T]) -> T:
    text = resources.files(__package__).joinpath(name).read_bytes()
    return msgspec.json.decode(text, type=shape)
