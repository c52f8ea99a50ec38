"""The review of a determination: by when it is asked for, passed on, concluded and made good. Pure.

A party who objects asks in writing within three days, once per accident; the next higher unit reviews it, two officers
at least, within thirty days; what it sends back is determined anew within ten (事故处理程序规定 71-79). Three, two and
ten days are working days (112); the thirty are not. The simplified procedure is no exception (decision 0110).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

import msgspec

from models.errors import InvalidField
from models.reports.working_days import due

ASK_DAYS, FORWARD_DAYS, REDO_DAYS = 3, 2, 10  # working days
REVIEW_TIME = timedelta(days=30)
LONGEST = 1000  # characters of each of the words
SHORTEST = 2

State = Literal["requested", "forwarded", "withdrawn", "upheld", "redo"]
Outcome = Literal["upheld", "redo"]
OUTCOMES: tuple[Outcome, ...] = ("upheld", "redo")


class Words(msgspec.Struct, frozen=True):
    """What a request has to say (71): what is asked for, why, and on what evidence."""

    request: str
    reasons: str
    evidence: str


class Review(Protocol):
    """A row, as far as it says how far it has come."""

    @property
    def withdrawn_at(self) -> datetime | None: ...
    @property
    def forwarded_at(self) -> datetime | None: ...
    @property
    def outcome(self) -> str | None: ...


def state_of(review: Review) -> State:
    if review.withdrawn_at is not None:
        return "withdrawn"
    if review.outcome is not None:
        return "redo" if review.outcome == "redo" else "upheld"
    return "requested" if review.forwarded_at is None else "forwarded"


def ask_by(served_at: datetime, exceptions: Mapping[date, bool]) -> datetime:
    """Until when it may be asked for; a determination is served in the instant in which it is made and told (24)."""
    return due(served_at, ASK_DAYS, exceptions)


def checked(words: Words) -> Words:
    """Without the blanks around them. Raises InvalidField, named, for what is missing or too long."""
    return Words(*(text_of(name, getattr(words, name)) for name in words.__struct_fields__))


def text_of(name: str, text: str) -> str:
    """Raises InvalidField for too little, too much, or what cannot be read."""
    plain = unicodedata.normalize("NFC", text).strip()
    if len(plain) < SHORTEST:
        raise InvalidField(field=name, why="required")
    if len(plain) > LONGEST:
        raise InvalidField(field=name, why="too_long", limit=LONGEST)
    if any(unicodedata.category(one) in {"Cc", "Cf", "Cs", "Co"} for one in plain if one != "\n"):
        raise InvalidField(field=name, why="wrong_type")
    return plain
