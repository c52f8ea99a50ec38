"""What each channel shows of an entry. The same text comes out whoever derives it, live or in a replay."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from models.incident.views import public_view


def publication(event: str, incident: dict[str, Any], at: str) -> str:
    """The JSON text of a publication of the district's channel."""
    return _text({"event": event, "incident": incident, "at": at})


def panic_publication(event: str, panic: dict[str, Any], at: str) -> str:
    """The JSON text of a panic's publication: of no incident, so that there is no ``incident`` in it."""
    return _text({"event": event, "panic": panic, "at": at})


def report_publication(event: str, report: dict[str, Any], at: str) -> str:
    """The JSON text of a report's publication: what waits for a review, and nothing of who is meant or who told."""
    return _text({"event": event, "report": report, "at": at})


def control(event: str, subject: str, at: str, district: str | None = None) -> str:
    """The JSON text of a control entry: ``subject`` is ``officer:<id>``, ``session:<id>``, …"""
    return _text({"event": event, "subject": subject, "district": district, "at": at})


def officer_alert(event: str, officer_id: str, alert: dict[str, Any], at: str) -> str:
    """The JSON text of what one officer is told and no district's channel shows: it stands in the control sequence."""
    return _text({"event": event, "subject": f"officer:{officer_id}", "alert": alert, "at": at})


def incident_data(district_data: str) -> str:
    """The publication of ``incident:<id>``: as the people concerned may see it."""
    data = json.loads(district_data)
    data["incident"] = public_view(data["incident"])
    return _text(data)


def officer_data(district_data: str, offer: str | None) -> str:
    """The publication of ``officer:<id>``: the district's, and the offer. Both are JSON texts of ours."""
    return district_data if offer is None else f'{district_data[:-1]},"offer":{offer}}}'


def _text(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode()
