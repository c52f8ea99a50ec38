"""Hazards of the road: who answers for each, the bodies that do and how they hear of one, who follows it."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from models.tables.base import id_column, instant, metadata

agencies = Table(
    "agencies",
    metadata,
    id_column(),
    Column("city_code", ForeignKey("cities.code"), nullable=False),
    # How the city's bundle calls it.
    Column("code", String(20), nullable=False),
    # Empty: for the whole city, as far as a district has none of its own.
    Column("district", ForeignKey("districts.code"), nullable=True),
    # What it answers for, in the words of the table ``hazards``: roads, lighting, …
    Column("body", String(20), nullable=False),
    Column("name", String(40), nullable=False),
    Column("name_en", String(60), nullable=False),
    # file: it fetches a file; open311: we file with its endpoint.
    Column("channel", String(10), nullable=False),
    Column("endpoint", String(200), nullable=True),
    Column("jurisdiction", String(80), nullable=True),
    # Its service codes by our categories (JSON); without: it has the same words as we.
    Column("services", Text, nullable=True),
    # Whom to call there, and the key that its endpoint wants: never in a bundle.
    Column("contact_sealed", LargeBinary, nullable=True),
    Column("key_sealed", LargeBinary, nullable=True),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    UniqueConstraint("city_code", "code"),
)

hazards = Table(
    "hazards",
    metadata,
    Column("incident_id", ForeignKey("incidents.id"), primary_key=True),
    # What the table said when it began: that stays, whatever becomes of the table.
    Column("body", String(20), nullable=False),
    Column("reopen_days", Integer, nullable=False),
    Column("reopens_most", Integer, nullable=False),
    Column("expire_days", Integer, nullable=False),
    # Who has it to mend; empty: officers, or the district's commanders where no body is named.
    Column("agency_id", ForeignKey("agencies.id"), nullable=True, index=True),
    # phone, open311
    Column("source", String(10), nullable=False),
    # Until when followers may say that it is not mended.
    instant("reopen_until"),
)

hazard_contacts = Table(
    "hazard_contacts",
    metadata,
    id_column(),
    Column("participant_id", ForeignKey("participants.id"), nullable=False, index=True),
    # By it the same phone is known again, whoever left it: it is told once, and not too often.
    Column("phone_index", LargeBinary, nullable=False, index=True),
    # Empty once it was stopped or replaced.
    Column("phone_sealed", LargeBinary, nullable=True),
    # The follower's own link, which a message carries.
    Column("token_sealed", LargeBinary, nullable=True),
    instant("left_at", required=True),
    # Stopped by a tap: nobody leaves this phone here again.
    instant("stopped_at"),
    # How often and when it was told; how often on which day, in the city's time.
    Column("told", Integer, nullable=False, server_default=text("0")),
    instant("told_at"),
    Column("told_on", String(10), nullable=True),
    Column("told_that_day", Integer, nullable=False, server_default=text("0")),
)

agency_filings = Table(
    "agency_filings",
    metadata,
    id_column(),
    Column("incident_id", ForeignKey("incidents.id"), nullable=False),
    Column("agency_id", ForeignKey("agencies.id"), nullable=False),
    # due: to be sent; token: sent, its number comes later; filed: it has a number; failed, ended
    Column("status", String(10), nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    instant("due_at", required=True),
    instant("lease_until"),
    Column("token", String(80), nullable=True),
    Column("service_request_id", String(80), nullable=True),
    # Its last word: open or closed, and its note.
    Column("remote_status", String(10), nullable=True),
    Column("error", String(200), nullable=True),
    instant("filed_at"),
    UniqueConstraint("incident_id", "agency_id"),
)
Index("ix_agency_filings_status_due_at", agency_filings.c.status, agency_filings.c.due_at)

api_keys = Table(
    "api_keys",
    metadata,
    id_column(),
    # Whose it is, as the administrator calls it.
    Column("name", String(60), nullable=False),
    Column("key_hash", LargeBinary, nullable=False, unique=True),
    # open311: may file hazards; cap: may read the messages of grave accidents; agency: may fetch what that one has.
    Column("purpose", String(10), nullable=False),
    Column("agency_id", ForeignKey("agencies.id"), nullable=True),
    Column("most_an_hour", Integer, nullable=False),
    instant("created_at", required=True),
    Column("created_by", String(60), nullable=False),
    instant("revoked_at"),
)
