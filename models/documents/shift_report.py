"""The report of a shift that has ended: when, where, in which status for how long, and each incident of it. Pure.

It counts what was done and how fast, and nothing by penalties (道路交通安全违法行为处理程序规定 66).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.documents.sheet import Line, Say, Section, Sheet, duration, wall
from models.incident.response import UnitFigures, median


@dataclass(frozen=True, slots=True)
class Stretch:
    """A unit status from an instant on."""

    status: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """An incident of the shift: its row, and the officer's own figures of it, if he set out."""

    incident: Any
    figures: UnitFigures | None


@dataclass(frozen=True, slots=True)
class Shift:
    """What a report is made of. ``offers``: how many by how they ended; ``records``: parking records filed."""

    row: Any
    officer: str
    unit: str
    zone: str | None
    stretches: Sequence[Stretch]
    parts: Sequence[Part]
    offers: Mapping[str, int]
    records: int


def shift_report(shift: Shift, platform: str, district: str, say: Say) -> Sheet:
    """Of a shift that has ended."""
    return Sheet(
        kind="shift_report",
        platform=platform,
        district=district,
        title=say("document.shift_report"),
        sections=(
            Section(say("document.shift"), _shift(shift, district, say)),
            Section(say("document.statuses"), _statuses(shift, say)),
            Section(say("document.figures"), _figures(shift, say)),
            Section(
                say("document.incidents", n=len(shift.parts)), tuple(_part(one, say) for one in shift.parts)
            ),
        ),
        note=say("document.shift_report.note"),
    )


def _shift(shift: Shift, district: str, say: Say) -> tuple[Line, ...]:
    row = shift.row
    lines = [
        Line(say("document.officer"), f"{shift.officer}　{shift.unit}"),
        Line(say("document.zone"), " ".join(part for part in (district, shift.zone) if part)),
        Line(say("document.began"), wall(row.started_at)),
        Line(say("document.ended"), wall(row.ended_at)),
        Line(say("document.length"), duration((row.ended_at - row.started_at).total_seconds())),
        Line(say("document.ended_how"), say(f"document.ended_how.{row.ended_how or 'self'}")),
    ]
    if row.returned:
        lines.append(Line(say("document.returned"), str(row.returned)))
    return tuple(lines)


def seconds_by_status(stretches: Sequence[Stretch], ended_at: datetime) -> dict[str, float]:
    """How long the unit was in each status until its shift ended; ``stretches`` in their order."""
    found: dict[str, float] = {}
    ends = [*(one.at for one in stretches[1:]), ended_at]
    for one, end in zip(stretches, ends, strict=True):
        until = min(max(end, one.at), max(ended_at, one.at))
        found[one.status] = found.get(one.status, 0.0) + (until - one.at).total_seconds()
    found.pop("off_duty", None)
    return found


def _statuses(shift: Shift, say: Say) -> tuple[Line, ...]:
    spent = seconds_by_status(shift.stretches, shift.row.ended_at)
    return tuple(Line(say(f"staff.unit.{status}"), duration(seconds)) for status, seconds in spent.items())


def _figures(shift: Shift, say: Say) -> tuple[Line, ...]:
    known = [one.figures for one in shift.parts if one.figures is not None]
    outcomes = Counter(one.incident.kind for one in shift.parts)
    kinds = "　".join(f"{say(f'document.kind.{kind}')} {n}" for kind, n in sorted(outcomes.items()))
    return (
        Line(say("document.set_out"), str(len(known))),
        Line(say("document.kinds"), kinds or "—"),
        Line(say("document.turnout"), _spread([one.turnout for one in known])),
        Line(say("document.travel"), _spread([one.travel for one in known])),
        Line(say("document.on_scene"), _spread([one.on_scene for one in known])),
        Line(say("document.offers"), _offers(shift.offers, say)),
        Line(say("document.records"), str(shift.records)),
    )


def _spread(values: Sequence[float | None]) -> str:
    """The median, with its n: a figure of two cases is one of two cases."""
    found = [one for one in values if one is not None]
    return f"{duration(median(found))}　n={len(found)}"


def _offers(offers: Mapping[str, int], say: Say) -> str:
    told = [f"{say(f'document.offer.{name}')} {n}" for name, n in sorted(offers.items()) if n]
    return "　".join(told) or "—"


def _part(part: Part, say: Say) -> Line:
    one, mine = part.incident, part.figures
    words = [
        say(f"document.kind.{one.kind}"),
        say(f"staff.reason.{one.reason}"),
        one.place or "",
        "" if mine is None else f"{say('document.travel')} {duration(mine.travel)}",
        "" if one.outcome is None else say(f"staff.outcome.{one.outcome}"),
    ]
    at = one.requested_at if mine is None else mine.dispatched_at
    return Line(wall(at), " · ".join(word for word in words if word))
