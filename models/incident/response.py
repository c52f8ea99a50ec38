"""The response figures of one incident, from the events of the log alone. Pure, and never back-filled.

An instant that was not recorded is None, and so is every figure that needs it: an officer who never said that he
arrived has no travel time, whatever happened later. Definitions (Crimestar's CAD glossary, TicketsCAD's reports):

- *dispatched*: when a unit was told by name, by the offer that it then accepted or by a commander's order;
  *en route*: when it said that it goes. Who took it from the feed unasked was dispatched just then and has no turnout.
- queue: created → first dispatch · turnout: dispatched → en route · travel: en route (else dispatched) → on scene
- response: created → first on scene · on scene: on scene → clear · consumed: en route → clear
- total: the consumed time of all units together

A unit is *clear* when it gave the incident back, when it was taken from it, or when the incident ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

ENDS = frozenset({"settled", "resolved", "cancelled", "merged", "expired"})


@dataclass(frozen=True, slots=True)
class Fact:
    """One event of an incident. ``actor`` as the record names it (``police:<id>``); ``officer_id``: who was told."""

    name: str
    at: datetime
    actor: str
    officer_id: str | None = None


class UnitFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One unit's part; seconds."""

    officer_id: str
    dispatched_at: datetime
    en_route_at: datetime | None = None
    on_scene_at: datetime | None = None
    clear_at: datetime | None = None

    @property
    def turnout(self) -> float | None:
        # Taken from the feed: told and gone in the same instant is no turnout that anybody measured.
        taken = self.dispatched_at == self.en_route_at
        return None if taken else between(self.dispatched_at, self.en_route_at)

    @property
    def travel(self) -> float | None:
        return between(self.en_route_at or self.dispatched_at, self.on_scene_at)

    @property
    def on_scene(self) -> float | None:
        return between(self.on_scene_at, self.clear_at)

    @property
    def consumed(self) -> float | None:
        return between(self.en_route_at, self.clear_at)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one incident, in seconds. ``counts``: whether it belongs into a district's figures."""

    queue: float | None
    turnout: float | None
    travel: float | None
    response: float | None
    on_scene: float | None
    consumed: float | None
    total: float | None
    units: tuple[UnitFigures, ...]
    self_initiated: bool
    cancelled_before_dispatch: bool

    @property
    def counts(self) -> bool:
        """Not what an officer found himself, nor what was over before anybody was sent."""
        return not self.self_initiated and not self.cancelled_before_dispatch


FIGURES = ("queue", "turnout", "travel", "response", "on_scene", "consumed", "total")


def between(since: datetime | None, until: datetime | None) -> float | None:
    """Seconds from one recorded instant to another; None when one of them was not recorded."""
    return None if since is None or until is None else (until - since).total_seconds()


def figures(facts: Sequence[Fact]) -> Figures:
    """The figures of an incident whose events are ``facts``, from its first one on, in their order."""
    facts = _as_they_stand(facts)
    created_at = facts[0].at
    units = _units(facts)
    first = min(units, key=lambda one: one.dispatched_at, default=None)
    arrived = [one for one in units if one.on_scene_at is not None]
    there = min(arrived, key=lambda one: one.on_scene_at or one.dispatched_at, default=None)
    consumed = [one.consumed for one in units if one.consumed is not None]
    over = facts[-1].name in ENDS or any(one.name in ENDS for one in facts)
    return Figures(
        queue=None if first is None else between(created_at, first.dispatched_at),
        turnout=None if first is None else first.turnout,
        travel=None if there is None else there.travel,
        response=None if there is None else between(created_at, there.on_scene_at),
        on_scene=None if there is None else there.on_scene,
        consumed=None if there is None else there.consumed,
        total=sum(consumed) if consumed else None,
        units=tuple(units),
        self_initiated=_role(facts[0].actor) in {"police", "auxiliary", "commander"},
        cancelled_before_dispatch=over and not units,
    )


def _as_they_stand(facts: Sequence[Fact]) -> list[Fact]:
    """Without merges that were taken back: nobody was clear. Who did not get it back was clear with the merge."""
    standing: list[Fact] = []
    for at, fact in enumerate(facts):
        undone = next((n for n in range(at, len(facts)) if facts[n].name == "unmerged"), None)
        if fact.name == "merged" and undone is not None:
            left = facts[undone + 1] if undone + 1 < len(facts) else None
            if left is not None and (left.name, left.at) == ("released", facts[undone].at):
                standing.append(Fact("released", fact.at, fact.actor))
        elif fact.name != "unmerged":
            standing.append(fact)
    return standing


class _Units:
    """The units of one incident as the events are read; one that comes back is a unit of its own."""

    def __init__(self) -> None:
        self.done: list[UnitFigures] = []
        self._there: dict[str, UnitFigures] = {}
        self.holder: str | None = None
        self._told: dict[str, datetime] = {}

    def told(self, officer_id: str, at: datetime) -> None:
        self._told[officer_id] = at

    def not_told(self, officer_id: str) -> None:
        self._told.pop(officer_id, None)

    def sent(self, officer_id: str, at: datetime) -> None:
        self._there[officer_id] = UnitFigures(officer_id=officer_id, dispatched_at=at)

    def goes(self, officer_id: str, at: datetime) -> None:
        known = self._there.get(officer_id)
        if known is None:
            told_at = self._told.get(officer_id, at)
            known = UnitFigures(officer_id=officer_id, dispatched_at=told_at)
        if known.en_route_at is None:
            known = msgspec.structs.replace(known, en_route_at=at)
        self._there[officer_id] = known

    def arrives(self, officer_id: str, at: datetime) -> None:
        known = self._there.get(officer_id)
        if known is not None and known.on_scene_at is None:
            self._there[officer_id] = msgspec.structs.replace(known, on_scene_at=at)

    def clear(self, officer_id: str | None, at: datetime) -> None:
        if officer_id is not None and (known := self._there.pop(officer_id, None)) is not None:
            self.done.append(msgspec.structs.replace(known, clear_at=at))

    def clear_all(self, at: datetime) -> None:
        for officer_id in list(self._there):
            self.clear(officer_id, at)
        self.holder = None

    def all(self) -> list[UnitFigures]:
        return sorted([*self.done, *self._there.values()], key=lambda one: one.dispatched_at)


def _units(facts: Sequence[Fact]) -> list[UnitFigures]:
    units = _Units()
    for fact in facts:
        _read(units, fact)
    return units.all()


def _read(units: _Units, fact: Fact) -> None:
    by, told = _id(fact.actor), fact.officer_id
    match fact.name:
        case "offered" if told is not None:
            units.told(told, fact.at)
        case "declined" | "lapsed" if told is not None:
            units.not_told(told)
        case "assigned" | "reassigned" if told is not None:
            units.clear(units.holder, fact.at)
            units.holder = told
            units.sent(told, fact.at)
        case "support_sent" if told is not None:
            units.sent(told, fact.at)
        case "accepted":
            units.holder = by
            units.goes(by, fact.at)
        case "relieved":
            units.clear(units.holder, fact.at)
            units.holder = by
            units.goes(by, fact.at)
        case "supporting":
            units.goes(by, fact.at)
        case "arrived" | "support_arrived":
            units.arrives(by, fact.at)
        case "support_left":
            units.clear(by, fact.at)
        case "released" | "transferred":
            units.clear_all(fact.at)
        case name if name in ENDS:
            units.clear_all(fact.at)


def _id(actor: str) -> str:
    return actor.partition(":")[2]


def _role(actor: str) -> str:
    return actor.partition(":")[0]


def median(values: Sequence[float]) -> float | None:
    """The middle one, or the mean of the two in the middle; None of none."""
    if not values:
        return None
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def p90(values: Sequence[float]) -> float | None:
    """The 90th percentile by nearest rank: the least value that nine in ten do not exceed; None of none."""
    if not values:
        return None
    return sorted(values)[-(-9 * len(values) // 10) - 1]
