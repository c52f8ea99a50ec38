"""What an Open311 endpoint of somebody else answers, read with care: XML of a stranger. Pure.

Specification: GeoReport v2; XML is what every server speaks. What it does not name is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree

from models.clock import parse_iso

LONGEST = 256 * 1024  # bytes of an answer that are read
LONGEST_NUMBER = 80


class AnswerUnreadable(ValueError):
    """No XML, or none of GeoReport v2."""


@dataclass(frozen=True, slots=True)
class Told:
    """One request as the endpoint tells it. ``status``: open or closed, None where it says neither."""

    number: str | None
    token: str | None
    status: str | None
    expected: datetime | None
    description: str
    notice: str | None


def requests_of(content: bytes) -> list[Told]:
    """The requests of an answer. Raises AnswerUnreadable."""
    root = _root(content)
    if root.tag not in {"service_requests", "requests"}:
        raise AnswerUnreadable(root.tag)
    return [_told(one) for one in root.iter("request")]


def error_of(content: bytes) -> str:
    """What an error says, at most 160 characters; empty where it says nothing that can be read."""
    try:
        root = _root(content)
    except AnswerUnreadable:
        return ""
    said = [one.findtext("description") or "" for one in root.iter("error")]
    return "; ".join(text.strip() for text in said if text.strip())[:160]


def _root(content: bytes) -> ElementTree.Element:
    try:
        text = content.decode("utf-8-sig")
        # No entity is ever declared: what a document type can do to whoever reads it, it does not do here.
        if "<!" in text.replace("<![CDATA[", "").replace("<!--", ""):
            raise AnswerUnreadable("a document type")
        return ElementTree.fromstring(text)
    except (UnicodeDecodeError, ElementTree.ParseError) as error:
        raise AnswerUnreadable(type(error).__name__) from None


def _told(one: ElementTree.Element) -> Told:
    status = (one.findtext("status") or "").strip().lower()
    return Told(
        number=_word(one, "service_request_id"),
        token=_word(one, "token"),
        status=status if status in {"open", "closed"} else None,
        expected=_instant(one.findtext("expected_datetime")),
        description=one.findtext("description") or "",
        notice=_word(one, "status_notes"),
    )


def _word(one: ElementTree.Element, name: str) -> str | None:
    return (one.findtext(name) or "").strip()[:LONGEST_NUMBER] or None


def _instant(text: str | None) -> datetime | None:
    try:
        return parse_iso(text.strip()) if text and text.strip() else None
    except ValueError:
        return None
