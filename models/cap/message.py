"""A message of the Common Alerting Protocol about one grave accident. Pure: facts in, XML out.

OASIS CAP 1.2 (docs.oasis-open.org/emergency/cap/v1.2): elements in the order of its schema, words of its lists, times
with a zone that is never ``Z``. Restricted: it goes to those who hold a key, and says nothing of people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from xml.etree import ElementTree

from models.clock import BEIJING
from models.open311.xml import sayable

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
# So long a message holds that nothing follows.
LASTS = timedelta(hours=6)
RESTRICTION = "For emergency services and broadcasters that hold a key of this service."
Status = Literal["Actual", "Exercise", "Test"]
Kind = Literal["Alert", "Update", "Cancel"]


@dataclass(frozen=True, slots=True)
class Sent:
    """One message of an accident's, as later ones refer to it: when it was sent, under which identifier."""

    identifier: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Text:
    """What one language says."""

    language: str
    event: str
    headline: str
    description: str
    instruction: str
    area: str


@dataclass(frozen=True, slots=True)
class Message:
    """``place``: WGS-84 latitude, longitude and the radius in km around them. ``over``: the danger is past."""

    sender: str
    status: Status
    kind: Kind
    sent: Sent
    before: tuple[Sent, ...]
    texts: tuple[Text, ...]
    severity: Literal["Extreme", "Severe", "Moderate"]
    over: bool
    place: tuple[float, float, float] | None
    district: str


def written(message: Message) -> ElementTree.Element:
    """The element ``alert``."""
    ElementTree.register_namespace("", NAMESPACE)
    alert = ElementTree.Element(f"{{{NAMESPACE}}}alert")
    _add(alert, "identifier", message.sent.identifier)
    _add(alert, "sender", message.sender)
    _add(alert, "sent", time(message.sent.at))
    _add(alert, "status", message.status)
    _add(alert, "msgType", message.kind)
    _add(alert, "scope", "Restricted")
    _add(alert, "restriction", RESTRICTION)
    if message.before:
        before = (f"{message.sender},{one.identifier},{time(one.at)}" for one in message.before)
        _add(alert, "references", " ".join(before))
    for text in message.texts:
        _info(alert, message, text)
    return alert


def _info(alert: ElementTree.Element, message: Message, text: Text) -> None:
    info = ElementTree.SubElement(alert, f"{{{NAMESPACE}}}info")
    _add(info, "language", text.language)
    _add(info, "category", "Transport")
    _add(info, "event", text.event)
    _add(info, "responseType", "AllClear" if message.over else "Avoid")
    _add(info, "urgency", "Past" if message.over else "Immediate")
    _add(info, "severity", message.severity)
    _add(info, "certainty", "Observed")
    _add(info, "effective", time(message.sent.at))
    _add(info, "expires", time(message.sent.at + LASTS))
    _add(info, "headline", text.headline)
    _add(info, "description", text.description)
    _add(info, "instruction", text.instruction)
    area = ElementTree.SubElement(info, f"{{{NAMESPACE}}}area")
    _add(area, "areaDesc", text.area)
    if message.place is not None:
        lat, lng, radius = message.place
        _add(area, "circle", f"{lat:.5f},{lng:.5f} {radius:g}")
    code = ElementTree.SubElement(area, f"{{{NAMESPACE}}}geocode")
    _add(code, "valueName", "GB/T 2260")
    _add(code, "value", message.district)


def time(instant: datetime) -> str:
    """To the second, with the zone of the place: ``2026-11-28T16:00:00+08:00``."""
    return instant.astimezone(BEIJING).isoformat(timespec="seconds")


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = sayable(text)
