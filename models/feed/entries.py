"""An entry: an event in its place in the log, as the database keeps it and as the doorbell carries it.

The two forms hold the same, so a hub that heard the doorbell and one that read the row are in the same
position. What the other channels than the district's show is derived in ``models.feed.channels``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec

# (deadline's id, when it is due); None when it is no longer open.
DeadlineChange = tuple[str, Annotated[datetime, msgspec.Meta(tz=True)] | None]


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """``data`` is the JSON text of the district channel's publication, exactly as it goes over the wire.

    On the doorbell it is an array of its fields in their order.
    """

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


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(list[Entry])
_deadlines_decoder = msgspec.json.Decoder(tuple[DeadlineChange, ...])


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
        deadlines=_deadlines_decoder.decode(row["deadlines"]),
    )


def deadlines_text(changes: Sequence[DeadlineChange]) -> str:
    """How the table keeps the changes of deadlines."""
    return _encoder.encode(changes).decode()


def to_bell(entries: Sequence[Entry]) -> bytes:
    """What the doorbell carries."""
    return _encoder.encode(entries)


def from_bell(message: bytes) -> list[Entry]:
    """The entries of a doorbell's message. Raises msgspec.DecodeError for anything else."""
    return _decoder.decode(message)
