"""The ladder of an incident: each step a deadline that carries what the step does.

So an incident climbs the ladder that it began with, whatever becomes of the table meanwhile. When a step fires is
``deadlines``' affair, what it brings about ``consequences``'.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

import msgspec

from models.actions import deciding, variants
from models.actions.incident_change import IncidentChange


class LadderStep(msgspec.Struct, frozen=True):
    """``unless_answered``: not if the owner is coming. ``channel``: how an owner is told, None for the usual one."""

    step: int
    actions: tuple[str, ...]
    unless_answered: bool
    channel: str | None = None


_encoder, _decoder = msgspec.json.Encoder(), msgspec.json.Decoder(LadderStep)


async def put_up(change: IncidentChange) -> None:
    """Sets a deadline for each step that the table says of this incident."""
    now, store = change.now, change.change.store
    tried = await variants.tried_with(store, change.around, now, "ladder")
    given = deciding.facts_of(change.change.store, now)
    decision = deciding.ask(store, "ladder", now.district, now.requested_at, given, tried)
    deciding.keep(change.change, now.id, now.district, decision)
    for one in decision.matched.results:
        waits = timedelta(seconds=seconds_after(one, now.response_seconds))
        change.set_deadline(f"step:{one['step']}", now.requested_at + waits, text_of(one))


def step_of(subject: str) -> LadderStep:
    """The step that a deadline carries."""
    return _decoder.decode(subject)


def seconds_after(result: Mapping[str, Any], response_seconds: int) -> float:
    """Seconds from the request to the step that ``result`` describes."""
    if result["after_seconds"] is not None:
        return float(result["after_seconds"])
    return float(response_seconds * result["after_percent"] / 100)


def text_of(result: Mapping[str, Any]) -> str:
    """What the deadline of the step carries."""
    return _text(result["step"], tuple(result["actions"]), result["unless_answered"], result["channel"])


@lru_cache(maxsize=1_000)
def _text(step: int, actions: tuple[str, ...], unless_answered: bool, channel: str | None) -> str:
    return _encoder.encode(LadderStep(step, actions, unless_answered, channel)).decode()
