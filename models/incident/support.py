"""Who supports the officer that has an incident: called as backup, beside him, each with his own instants. Pure.

An incident has one holder; what closes it is his. A supporting unit comes, arrives, and leaves or is freed when the
incident ends. Instants that were not recorded stay empty.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import msgspec

from models.incident.incident import Incident

MOST_WANTED = 5  # units that one call for backup may want: beyond, it is another operation


class Supporter(msgspec.Struct, frozen=True, kw_only=True):
    """``to_confirm``: a commander sent him and he has not said yet that he goes. Instants are aware, in UTC."""

    officer_id: str
    officer: str
    unit: str
    since: datetime
    to_confirm: bool = False
    arrived_at: datetime | None = None


_decoder = msgspec.json.Decoder(tuple[Supporter, ...])
_encoder = msgspec.json.Encoder()


def supporters(incident: Incident) -> tuple[Supporter, ...]:
    """Who supports it now, in the order of their coming."""
    return () if incident.supporting == "[]" else _decoder.decode(incident.supporting)


def supporter(incident: Incident, officer_id: str) -> Supporter | None:
    """The officer as a supporting unit of this incident, None if he is none."""
    return next((one for one in supporters(incident) if one.officer_id == officer_id), None)


def with_supporter(incident: Incident, one: Supporter) -> str:
    """The supporting units with this one, in his place if he is among them already."""
    known = supporters(incident)
    if any(other.officer_id == one.officer_id for other in known):
        return _text(tuple(one if other.officer_id == one.officer_id else other for other in known))
    return _text((*known, one))


def without_supporter(incident: Incident, officer_id: str) -> str:
    """The supporting units without him."""
    return _text(tuple(one for one in supporters(incident) if one.officer_id != officer_id))


def only_of(incident: Incident, officer_ids: Collection[str]) -> str:
    """The supporting units that are among these."""
    return _text(tuple(one for one in supporters(incident) if one.officer_id in officer_ids))


def still_wanted(incident: Incident) -> int:
    """How many more units the call for backup wants."""
    if incident.backup_at is None or incident.status not in {"accepted", "on_scene"}:
        return 0
    return max(0, incident.backup_wanted - len(supporters(incident)))


def _text(all_of_them: tuple[Supporter, ...]) -> str:
    return _encoder.encode(all_of_them).decode()
