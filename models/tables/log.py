"""The event log: the record of everything that happened, and the feed at the same time.

One row is one place in its district's sequence ``(district, offset)``; where it stands in the channels of
its incident and of an officer are columns of the same row. The district code ``control`` is a sequence for
the hubs alone (duty, revocations) and no channel. Triggers refuse every change of a row and every deletion.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from models.tables.base import DistrictCode, Id, instant, metadata

CONTROL = "control"

heads = Table(
    "heads",
    metadata,
    Column("district", DistrictCode, primary_key=True),
    # The offset of the newest entry. Taken under this row's lock, last before commit: so offset order is
    # commit order, without holes.
    Column("head", BigInteger, nullable=False),
    # The hash of the entry ``hashed``, of which the next one's is made. That is the newest entry, save while a
    # release from before the hashes still writes.
    Column("hash", LargeBinary, nullable=True),
    Column("hashed", BigInteger, nullable=True),
)

epochs = Table(
    "epochs",
    metadata,
    # A restore from backup begins a new epoch; the newest row counts.
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("epoch", String(16), nullable=False),
    instant("began_at", required=True),
)

events = Table(
    "events",
    metadata,
    Column("district", DistrictCode, primary_key=True),
    Column("offset", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(16), nullable=False),
    instant("at", required=True),
    Column("incident_id", Id, nullable=True),
    Column("incident_offset", Integer, nullable=True),
    Column("officer_id", Id, nullable=True),
    Column("officer_offset", Integer, nullable=True),
    # The publication of the district's channel, as it goes over the wire.
    Column("data", Text, nullable=False),
    # The offer's view, for the officer's channel only.
    Column("offer", Text, nullable=True),
    # [[deadline id, "due at" or null when it is no longer open], …]: what every hub must know.
    Column("deadlines", Text, nullable=False),
    # For the record, never in a feed: who did it, and with what.
    Column("actor", String(60), nullable=False),
    Column("detail", Text, nullable=False),
    # SHA-256 over all columns above and the hash before (``models.chain.encoding``).
    Column("hash", LargeBinary, nullable=True),
)
Index("uq_events_incident", events.c.incident_id, events.c.incident_offset, unique=True)
Index("uq_events_officer", events.c.officer_id, events.c.officer_offset, unique=True)
