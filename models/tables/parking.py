"""Parking on record: photos that officers take of parked cars, the stays they prove, and each time one was seen."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    text,
)

from models.tables.base import Id, id_column, instant, metadata

captures = Table(
    "captures",
    metadata,
    # Made by the phone, so that a photo that waited without network is the same one when it arrives twice.
    id_column(),
    Column("officer_id", ForeignKey("officers.id"), nullable=False),
    # SHA-256 of the original upload; the original itself lies sealed in the media folder, under ``original``.
    Column("sha256", LargeBinary, nullable=False),
    Column("original", String(80), nullable=False),
    # The stamped display copy and its thumbnail in the media folder.
    Column("file", String(80), nullable=False),
    Column("thumb", String(80), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    # The phone's clock when the shutter was released, the picture's own word on it, and ours when it arrived.
    instant("device_at", required=True),
    instant("taken_at"),
    instant("received_at", required=True),
    # WGS-84 degrees; accuracy in metres.
    Column("lat", Float, nullable=True),
    Column("lng", Float, nullable=True),
    Column("accuracy_m", Float, nullable=True),
    # none, queued, read, unread (``models.actions.readings``); who has the lease has the number of attempts.
    Column("reading", String(10), nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    instant("lease_until"),
    # What was read, with how much confidence (JSON), sealed: it is a plate. Erased once a record is filed.
    Column("candidates_sealed", LargeBinary, nullable=True),
    Column("read_ms", Integer, nullable=True),
)
Index("ix_captures_officer_id_received_at", captures.c.officer_id, captures.c.received_at)
Index(
    "ix_captures_queued",
    captures.c.received_at,
    sqlite_where=captures.c.reading == text("'queued'"),
    postgresql_where=captures.c.reading == text("'queued'"),
)

parking_records = Table(
    "parking_records",
    metadata,
    id_column(),
    Column("district", ForeignKey("districts.code"), nullable=False),
    # The code of the zone in which it stands, if the zone has a border.
    Column("zone", String(20), nullable=True),
    # Empty while it is a draft without effect.
    Column("incident_id", ForeignKey("incidents.id"), nullable=True, unique=True),
    Column("vehicle_id", ForeignKey("vehicles.id"), nullable=True, index=True),
    # Both emptied when the record is as old as the table ``retention`` keeps incidents.
    Column("plate_sealed", LargeBinary, nullable=True),
    Column("plate_index", LargeBinary, nullable=True),
    Column("plate_masked", String(12), nullable=False),
    Column("plate_class", String(16), nullable=False),
    # What the officer saw, and the offence's code by the table ``offence``; empty where the table names none.
    Column("grounds", String(20), nullable=False),
    Column("offence", Integer, nullable=True),
    # waits, returned, noticed, left, none, warning, penalty, withdrawn (``models.parking.states``)
    Column("state", String(10), nullable=False),
    Column("place", String(120), nullable=True),
    Column("lat", Float, nullable=True),
    Column("lng", Float, nullable=True),
    Column("accuracy_m", Float, nullable=True),
    # Who made it: by service number, as on his uniform.
    Column("author_id", ForeignKey("officers.id"), nullable=False),
    Column("author_number", String(20), nullable=False),
    Column("author_role", String(14), nullable=False),
    Column("unit", String(60), nullable=False),
    # When the car was first seen (the phone's clock), when it was filed, when it took effect, when it ended.
    instant("captured_at", required=True),
    instant("filed_at", required=True),
    instant("effective_at"),
    instant("ended_at"),
    # The newest notice of the same stay.
    instant("last_seen_at", required=True),
    Column("notices", Integer, nullable=False),
    # What stands on the paper notice: opaque, short enough to be written by hand.
    Column("code", String(12), nullable=False, unique=True),
    Column("countersigned_by", Id, nullable=True),
    Column("countersigned_number", String(20), nullable=True),
    instant("countersigned_at"),
    Column("returned_reason", String(200), nullable=True),
    # Whose word ended it; a draft of a penalty that weighs needs another one's.
    Column("ended_by", Id, nullable=True),
    Column("second_person", Boolean, nullable=False, server_default=text("false")),
    Column("confirmed_by", Id, nullable=True),
    instant("confirmed_at"),
    Column("withdrawn_by", Id, nullable=True),
    Column("withdrawn_reason", String(200), nullable=True),
    # The export that told the official register of it, and as what.
    Column("export_id", Id, nullable=True, index=True),
    Column("exported_state", String(10), nullable=True),
    instant("exported_at"),
)
Index(
    "ix_parking_records_plate_index_last_seen_at",
    parking_records.c.plate_index,
    parking_records.c.last_seen_at,
)
Index("ix_parking_records_author_id_filed_at", parking_records.c.author_id, parking_records.c.filed_at)
Index("ix_parking_records_district_state", parking_records.c.district, parking_records.c.state)
Index("ix_parking_records_district_filed_at", parking_records.c.district, parking_records.c.filed_at)

parking_notices = Table(
    "parking_notices",
    metadata,
    id_column(),
    Column("record_id", ForeignKey("parking_records.id"), nullable=False, index=True),
    Column("capture_id", ForeignKey("captures.id"), nullable=False, unique=True),
    # first, again (the same stay, seen once more), left, stays
    Column("kind", String(10), nullable=False),
    Column("officer_id", ForeignKey("officers.id"), nullable=False),
    Column("officer_number", String(20), nullable=False),
    instant("at", required=True),
)
