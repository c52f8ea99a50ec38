"""What happens to an incident: one event, and the incident after it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from models.incident.incident import Incident


@dataclass(frozen=True, slots=True)
class Happened:
    """One event: its name, and the incident after it."""

    event: str
    incident: Incident


def step(incident: Incident, event: str, **changes: Any) -> Happened:
    """One event that changes ``incident``: the next version, the next place in its channel."""
    after = replace(incident, version=incident.version + 1, feed_offset=incident.feed_offset + 1, **changes)
    return Happened(event, after)
