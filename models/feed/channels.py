"""What each channel shows of an entry. The same text comes out whoever derives it, live or in a replay."""

from __future__ import annotations

import json
from typing import Any

from models.feed.entries import Entry
from models.incident.views import public_view


def publication(event: str, incident: dict[str, Any], at: str) -> str:
    """The JSON text of a publication of the district's channel."""
    return _text({"event": event, "incident": incident, "at": at})


def control(event: str, subject: str, at: str, district: str | None = None) -> str:
    """The JSON text of a control entry: ``subject`` is ``officer:<id>``, ``session:<id>``, …"""
    return _text({"event": event, "subject": subject, "district": district, "at": at})


def incident_data(entry: Entry) -> str:
    """The publication of ``incident:<id>``: as the people concerned may see it."""
    data = json.loads(entry.data)
    data["incident"] = public_view(data["incident"])
    return _text(data)


def officer_data(entry: Entry) -> str:
    """The publication of ``officer:<id>``: the district's, and the offer."""
    data = json.loads(entry.data)
    if entry.offer is not None:
        data["offer"] = json.loads(entry.offer)
    return _text(data)


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
