"""The record of a car that was asked to be moved: what was asked, who answered, what followed and when. Pure.

It names nobody and has the plate masked, so that it is the same document for everybody who took part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.documents.sheet import Line, Say, Section, Sheet, duration, wall
from models.incident.response import between

MOST_STEPS = 200  # of an incident; the last ones count


@dataclass(frozen=True, slots=True)
class Step:
    """One event of the log. ``detail`` as it was told to all."""

    name: str
    at: datetime
    detail: Mapping[str, Any]


def move_record(incident: Any, steps: Sequence[Step], platform: str, district: str, say: Say) -> Sheet:
    """``incident`` is its row, closed."""
    return Sheet(
        kind="move_record",
        platform=platform,
        district=district,
        title=say("document.move_record"),
        sections=(
            Section(say("document.about"), _about(incident, district, say)),
            Section(say("document.clock"), _clock(incident, say)),
            Section(say("document.story"), tuple(_step(step, say) for step in steps[-MOST_STEPS:])),
        ),
        note=say("document.move_record.note"),
    )


def _about(incident: Any, district: str, say: Say) -> tuple[Line, ...]:
    lines = [
        Line(say("document.incident"), incident.id),
        Line(say("document.reason"), say(f"staff.reason.{incident.reason}")),
        Line(say("document.plate"), incident.plate_masked or "—"),
        Line(say("document.place"), " ".join(part for part in (district, incident.place) if part)),
        Line(say("document.waiting"), str(incident.requesters)),
        Line(say("document.photos"), str(incident.photos)),
    ]
    if incident.officer_number is not None:
        lines.append(
            Line(say("document.officer"), f"{incident.officer_number}　{incident.unit or ''}".strip())
        )
    if incident.outcome is not None:
        lines.append(Line(say("document.outcome"), say(f"staff.outcome.{incident.outcome}")))
    return tuple(lines)


def _clock(incident: Any, say: Say) -> tuple[Line, ...]:
    """Each instant as it was recorded, and how long after the request it was; what never happened has none."""
    instants = (
        "requested_at", "respond_by", "answered_at", "promised_by", "moved_at", "breached_at", "handed_over_at",
        "accepted_at", "arrived_at", "closed_at",
    )  # fmt: skip
    lines = []
    for name in instants:
        at = getattr(incident, name)
        after = "" if name == "requested_at" or at is None else duration(between(incident.requested_at, at))
        lines.append(Line(say(f"document.at.{name}"), f"{wall(at)}　{after and '+'}{after}".strip()))
    return tuple(lines)


def _step(step: Step, say: Say) -> Line:
    parts = [say(f"staff.event.{step.name}")]
    reply, minutes = step.detail.get("reply"), step.detail.get("minutes")
    if isinstance(reply, str):
        parts.append(say(f"staff.reply.{reply}"))
    if isinstance(minutes, int):
        parts.append(say("document.minutes", n=minutes))
    return Line(wall(step.at), " · ".join(parts))
