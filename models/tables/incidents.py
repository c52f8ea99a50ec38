"""Incidents, the people concerned in them, their photos, and what was offered and is due."""

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
    Text,
    and_,
    text,
)

from models.tables.base import Id, id_column, instant, metadata

incidents = Table(
    "incidents",
    metadata,
    id_column(),
    Column("kind", String(10), nullable=False),
    Column("status", String(10), nullable=False),
    Column("outcome", String(10), nullable=True),
    Column("district", ForeignKey("districts.code"), nullable=False),
    # Compare-and-set: every change is saved with WHERE version = the version that was seen.
    Column("version", Integer, nullable=False),
    # Entries of the channel incident:<id> so far.
    Column("feed_offset", Integer, nullable=False),
    Column("reason", String(20), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("escalation", Integer, nullable=False),
    Column("sticker_id", ForeignKey("stickers.id"), nullable=True),
    Column("vehicle_id", ForeignKey("vehicles.id"), nullable=True),
    Column("plate_masked", String(12), nullable=True),
    Column("place", String(120), nullable=True),
    # WGS-84 degrees; accuracy in metres.
    Column("lat", Float, nullable=True),
    Column("lng", Float, nullable=True),
    Column("accuracy_m", Float, nullable=True),
    # The zone in which it lay when it was filed, as it was called then; empty: no zone's border says so.
    Column("zone", String(20), nullable=True),
    Column("zone_name", String(40), nullable=True),
    Column("zone_name_en", String(60), nullable=True),
    Column("response_seconds", Integer, nullable=False),
    # Minutes that the owner may promise, decided when it began: 3,5,10
    Column("promise_minutes", String(20), nullable=False),
    instant("requested_at", required=True),
    instant("respond_by", required=True),
    # The three instants of the promise; never back-filled.
    instant("answered_at"),
    instant("moved_at"),
    instant("accepted_at"),
    Column("reply", String(10), nullable=True),
    instant("promised_by"),
    Column("deferred", Boolean, nullable=False),
    instant("handed_over_at"),
    instant("arrived_at"),
    instant("breached_at"),
    instant("closed_at"),
    Column("nobody_on_duty", Boolean, nullable=False),
    Column("officer_id", ForeignKey("officers.id"), nullable=True, index=True),
    # What the feed shows of the officer: printed on every uniform.
    Column("officer_number", String(20), nullable=True),
    Column("unit", String(60), nullable=True),
    Column("requesters", Integer, nullable=False),
    # requester, or officer: whoever began it.
    Column("origin", String(10), nullable=False, server_default=text("'requester'")),
    Column("photos", Integer, nullable=False),
    # The officer has it by a commander's order and has not said yet that he goes.
    Column("to_confirm", Boolean, nullable=False, server_default=text("false")),
    # The incident that this duplicate was merged into.
    Column("merged_into", Id, nullable=True, index=True),
    # Backup: since when it is called, for how many units, and who came (JSON, ``models.incident.support``).
    instant("backup_at"),
    Column("backup_wanted", Integer, nullable=False, server_default=text("0")),
    Column("supporting", Text, nullable=False, server_default=text("'[]'")),
)
# One car has one open request.
_OPEN_REQUEST = and_(incidents.c.status != text("'closed'"), incidents.c.kind == text("'move_car'"))
Index(
    "uq_incidents_open_vehicle",
    incidents.c.vehicle_id,
    unique=True,
    sqlite_where=_OPEN_REQUEST,
    postgresql_where=_OPEN_REQUEST,
)
Index("ix_incidents_district_status", incidents.c.district, incidents.c.status)
Index("ix_incidents_district_requested_at", incidents.c.district, incidents.c.requested_at)

participants = Table(
    "participants",
    metadata,
    id_column(),
    Column("incident_id", ForeignKey("incidents.id"), nullable=False, index=True),
    # requester, owner, party
    Column("role", String(10), nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("device", LargeBinary, nullable=True),
    Column("address", LargeBinary, nullable=True),
    Column("vehicle_id", ForeignKey("vehicles.id"), nullable=True),
    Column("sticker_id", ForeignKey("stickers.id"), nullable=True),
    # Through which of his contacts an owner came: his notice is then seen.
    Column("contact_id", ForeignKey("contacts.id"), nullable=True),
    # Free text from a stranger may hold anything, so it is sealed like a name.
    Column("message_sealed", LargeBinary, nullable=True),
    instant("joined_at", required=True),
    instant("withdrawn_at"),
    # Empty until the incident closes; then 24 h later.
    instant("expires_at"),
    Column("stars", Integer, nullable=True),
    Column("comment_sealed", LargeBinary, nullable=True),
)
Index("ix_participants_device_joined_at", participants.c.device, participants.c.joined_at)
Index("ix_participants_address_joined_at", participants.c.address, participants.c.joined_at)
Index("ix_participants_vehicle_joined_at", participants.c.vehicle_id, participants.c.joined_at)

photos = Table(
    "photos",
    metadata,
    # One that came as an upload has the upload's id, and is seen by its pictures (``models.actions.sight``).
    id_column(),
    Column("incident_id", ForeignKey("incidents.id"), nullable=False, index=True),
    Column("by", String(60), nullable=False),
    # SHA-256 of the original upload, and the name of the display copy in the media folder.
    Column("sha256", LargeBinary, nullable=False),
    Column("file", String(80), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    instant("uploaded_at", required=True),
    # When it was taken, as the phone wrote into it; nobody vouches for it. Empty: the phone says nothing.
    instant("taken_at"),
)

offers = Table(
    "offers",
    metadata,
    id_column(),
    Column("incident_id", ForeignKey("incidents.id"), nullable=False, index=True),
    Column("officer_id", ForeignKey("officers.id"), nullable=False),
    # pending, received, seen, accepted, declined, lapsed, withdrawn
    Column("status", String(10), nullable=False),
    instant("offered_at", required=True),
    instant("ack_by", required=True),
    instant("received_at"),
    instant("seen_at"),
    instant("decided_at"),
    Column("reason", String(200), nullable=True),
    # take: asks whether he takes it; assign: it is his already; support, assign_support: beside its officer.
    Column("kind", String(16), nullable=False, server_default=text("'take'")),
    # Why he, and why now (JSON): stage, place in the order, metres, age of the position, ring; or whose order.
    Column("why", Text, nullable=True),
)
Index("ix_offers_officer_id_status", offers.c.officer_id, offers.c.status)
# Who was asked last, and when: routing asks it of everybody on duty.
Index("ix_offers_officer_id_offered_at", offers.c.officer_id, offers.c.offered_at)

deadlines = Table(
    "deadlines",
    metadata,
    id_column(),
    Column("incident_id", ForeignKey("incidents.id"), nullable=False, index=True),
    Column("district", String(12), nullable=False),
    # respond, promise, offer, expire (of a hazard), or step:<n> of the ladder
    Column("kind", String(20), nullable=False),
    # What the deadline is about beyond its incident: the offer's id, say.
    Column("subject", Text, nullable=True),
    instant("due_at", required=True),
    # open, fired, cancelled
    Column("status", String(10), nullable=False),
    instant("settled_at"),
)
Index(
    "ix_deadlines_open",
    deadlines.c.due_at,
    sqlite_where=deadlines.c.status == text("'open'"),
    postgresql_where=deadlines.c.status == text("'open'"),
)
