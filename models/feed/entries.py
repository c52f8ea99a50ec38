"""An entry: an event in its place in the log, as the database keeps it and as the doorbell carries it.

The two forms hold the same, so a hub that heard the doorbell and one that read the row are in the same
position. What the other channels than the district's show is derived in ``models.feed.channels``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from models.clock import parse_iso

# (deadline's id, when it is due); None when it is no longer open.
DeadlineChange = tuple[str, datetime | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """``data`` is the JSON text of the district channel's publication, exactly as it goes over the wire."""

    district: str
    offset: int
    epoch: str
    data: str
    incident: str | None = None
    incident_offset: int | None = None
    officer: str | None = None
    officer_offset: int | None = None
    offer: str | None = None
    deadlines: tuple[DeadlineChange, ...] = ()


class _Bell(msgspec.Struct, array_like=True):
    district: str
    offset: int
    epoch: str
    data: str
    incident: str | None
    incident_offset: int | None
    officer: str | None
    officer_offset: int | None
    offer: str | None
    deadlines: list[tuple[str, str | None]]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(list[_Bell])


def from_row(row: Mapping[Any, Any], epoch: str) -> Entry:
    """The entry of a row of the table ``events``."""
    return Entry(
        district=row["district"],
        offset=row["offset"],
        epoch=epoch,
        data=row["data"],
        incident=row["incident_id"],
        incident_offset=row["incident_offset"],
        officer=row["officer_id"],
        officer_offset=row["officer_offset"],
        offer=row["offer"],
        deadlines=_deadlines(json.loads(row["deadlines"])),
    )


def deadlines_text(changes: Sequence[DeadlineChange]) -> str:
    """How the table keeps the changes of deadlines."""
    return _encoder.encode(
        [(name, None if due is None else due.isoformat()) for name, due in changes]
    ).decode()


def to_bell(entries: Sequence[Entry]) -> bytes:
    """What the doorbell carries."""
    return _encoder.encode(
        [
            _Bell(
                entry.district,
                entry.offset,
                entry.epoch,
                entry.data,
                entry.incident,
                entry.incident_offset,
                entry.officer,
                entry.officer_offset,
                entry.offer,
                [(name, None if due is None else due.isoformat()) for name, due in entry.deadlines],
            )
            for entry in entries
        ]
    )


def from_bell(message: bytes) -> list[Entry]:
    """The entries of a doorbell's message. Raises msgspec.DecodeError for anything else."""
    return [
        Entry(
            bell.district,
            bell.offset,
            bell.epoch,
            bell.data,
            bell.incident,
            bell.incident_offset,
            bell.officer,
            bell.officer_offset,
            bell.offer,
            _deadlines(bell.deadlines),
        )
        for bell in _decoder.decode(message)
    ]


def _deadlines(changes: Sequence[Sequence[str | None]]) -> tuple[DeadlineChange, ...]:
    return tuple((str(name), None if due is None else parse_iso(due)) for name, due in changes)
