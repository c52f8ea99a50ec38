"""Officers, their sessions and shifts; owners and their contacts. Names and phones only ever sealed."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
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

officers = Table(
    "officers",
    metadata,
    id_column(),
    Column("username", String(60), nullable=False, unique=True),
    Column("password_hash", String(200), nullable=False),
    Column("role", String(16), nullable=False),
    Column("service_number", String(20), nullable=False, unique=True),
    Column("unit", String(60), nullable=False),
    Column("name_sealed", LargeBinary, nullable=True),
    # How many entries the channel officer:<id> has; taken under the row's lock.
    Column("feed_offset", Integer, nullable=False, server_default=text("0")),
    # Demo accounts: production refuses to start with one of them.
    Column("sample", Boolean, nullable=False, server_default=text("false")),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    instant("created_at", required=True),
)

officer_districts = Table(
    "officer_districts",
    metadata,
    Column("officer_id", ForeignKey("officers.id"), primary_key=True),
    Column("district", ForeignKey("districts.code"), primary_key=True),
)

sessions = Table(
    "sessions",
    metadata,
    id_column(),
    Column("officer_id", ForeignKey("officers.id"), nullable=True),
    # The door: police, auxiliary, or wall (a display without a person).
    Column("audience", String(16), nullable=False),
    # SHA-256 of the token: whoever reads the table cannot sign in with it.
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    instant("created_at", required=True),
    instant("expires_at", required=True),
    instant("revoked_at"),
    # What kind of device and browser, as its owner would call it; never the whole header.
    Column("device", String(60), nullable=True),
    # When a person last did something with it, to the minute.
    instant("last_used_at"),
    # Asleep: it opens nothing until the person has said again who he is.
    instant("locked_at"),
)
Index("ix_sessions_officer_id", sessions.c.officer_id)

# Who asks for an account; one that was approved is an officer from then on, one that was refused stays a record.
registrations = Table(
    "registrations",
    metadata,
    id_column(),
    # The door: police or auxiliary.
    Column("door", String(16), nullable=False),
    Column("username", String(60), nullable=False, index=True),
    Column("password_hash", String(200), nullable=False),
    Column("service_number", String(20), nullable=False),
    Column("unit", String(60), nullable=False),
    Column("name_sealed", LargeBinary, nullable=False),
    Column("district", ForeignKey("districts.code"), nullable=False),
    instant("at", required=True),
    # waiting, approved, refused
    Column("status", String(10), nullable=False),
    Column("reason", String(200), nullable=True),
    Column("decided_by", ForeignKey("officers.id"), nullable=True),
    instant("decided_at"),
    Column("officer_id", ForeignKey("officers.id"), nullable=True),
)
Index("ix_registrations_district_status", registrations.c.district, registrations.c.status)

# TOTP (RFC 6238) by officer. Until it is confirmed by a first code it asks nobody for anything.
second_factors = Table(
    "second_factors",
    metadata,
    Column("officer_id", ForeignKey("officers.id"), primary_key=True),
    Column("secret_sealed", LargeBinary, nullable=False),
    instant("at", required=True),
    instant("confirmed_at"),
    # The newest time step of which a code was taken: none of it or before is taken again.
    Column("last_step", BigInteger, nullable=False, server_default=text("0")),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    id_column(),
    Column("officer_id", ForeignKey("officers.id"), nullable=False, index=True),
    # SHA-256: they are 80 random bits.
    Column("code_hash", LargeBinary, nullable=False),
    instant("used_at"),
)

shifts = Table(
    "shifts",
    metadata,
    id_column(),
    Column("officer_id", ForeignKey("officers.id"), nullable=False),
    Column("district", ForeignKey("districts.code"), nullable=False),
    instant("started_at", required=True),
    instant("ended_at"),
    # Last known position, WGS-84 degrees; accuracy in metres.
    Column("lat", Float, nullable=True),
    Column("lng", Float, nullable=True),
    Column("accuracy_m", Float, nullable=True),
    instant("position_at"),
    # The zone he stands for, and the rostered shift he came for; empty: the whole district, unplanned.
    Column("zone_id", Id, nullable=True),
    Column("roster_shift_id", Id, nullable=True),
    # How he gets about (``models.duty.units.VEHICLES``); empty: he did not say.
    Column("vehicle", String(10), nullable=True),
    # A base type of ``models.duty.units``; the way there is in ``unit_statuses``.
    Column("status", String(16), nullable=False, server_default=text("'available'")),
    instant("status_at"),
    # Where he signed on, as far as he gave it: kept with the shift as long as positions are.
    Column("signed_lat", Float, nullable=True),
    Column("signed_lng", Float, nullable=True),
    Column("signed_accuracy_m", Float, nullable=True),
    # The deadline of the shift: whoever is still on duty then goes off by himself.
    instant("off_by"),
    # self, grace, moved (to another district)
    Column("ended_how", String(10), nullable=True),
    # How many incidents went back to the queue with it.
    Column("returned", Integer, nullable=True),
)
Index(
    "ix_shifts_off_by",
    shifts.c.off_by,
    sqlite_where=shifts.c.ended_at.is_(None),
    postgresql_where=shifts.c.ended_at.is_(None),
)
# Nobody is on duty twice.
Index(
    "uq_shifts_open",
    shifts.c.officer_id,
    unique=True,
    sqlite_where=shifts.c.ended_at.is_(None),
    postgresql_where=shifts.c.ended_at.is_(None),
)
Index("ix_shifts_district_ended_at", shifts.c.district, shifts.c.ended_at)

owners = Table(
    "owners",
    metadata,
    id_column(),
    Column("name_sealed", LargeBinary, nullable=True),
    instant("created_at", required=True),
)

contacts = Table(
    "contacts",
    metadata,
    id_column(),
    Column("owner_id", ForeignKey("owners.id"), nullable=False, index=True),
    # 1 is told first, 2 is the second contact.
    Column("position", Integer, nullable=False),
    Column("phone_sealed", LargeBinary, nullable=False),
    # Blind index of the phone: equal phones are found without being read.
    Column("phone_index", LargeBinary, nullable=False, index=True),
    instant("verified_at"),
)
Index("uq_contacts_owner_position", contacts.c.owner_id, contacts.c.position, unique=True)
