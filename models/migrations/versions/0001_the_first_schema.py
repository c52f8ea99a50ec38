"""The first schema."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

from models.clock import SystemClock
from models.tables.base import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("success", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index("ix_audit_at", ["at"], unique=False)

    op.create_table(
        "cities",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_cities")),
    )
    op.create_table(
        "epochs",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.String(length=16), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_epochs")),
    )
    op.create_table(
        "events",
        sa.Column("district", sa.String(length=12), nullable=False),
        sa.Column("offset", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("incident_id", sa.String(length=26), nullable=True),
        sa.Column("incident_offset", sa.Integer(), nullable=True),
        sa.Column("officer_id", sa.String(length=26), nullable=True),
        sa.Column("officer_offset", sa.Integer(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("offer", sa.Text(), nullable=True),
        sa.Column("deadlines", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("district", "offset", name=op.f("pk_events")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index("uq_events_incident", ["incident_id", "incident_offset"], unique=True)
        batch_op.create_index("uq_events_officer", ["officer_id", "officer_offset"], unique=True)

    op.create_table(
        "first_answers",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_first_answers")),
    )
    with op.batch_alter_table("first_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_first_answers_at"), ["at"], unique=False)

    op.create_table(
        "heads",
        sa.Column("district", sa.String(length=12), nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("district", name=op.f("pk_heads")),
    )
    op.create_table(
        "lockouts",
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", Instant(), nullable=False),
        sa.Column("locked_until", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_lockouts")),
    )
    op.create_table(
        "officers",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("service_number", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=60), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("feed_offset", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("sample", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officers")),
        sa.UniqueConstraint("service_number", name=op.f("uq_officers_service_number")),
        sa.UniqueConstraint("username", name=op.f("uq_officers_username")),
    )
    op.create_table(
        "owners",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owners")),
    )
    op.create_table(
        "vehicles",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("plate", sa.String(length=12), nullable=False),
        sa.Column("plate_class", sa.String(length=16), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicles")),
        sa.UniqueConstraint("plate", "plate_class", name=op.f("uq_vehicles_plate_plate_class")),
    )
    op.create_table(
        "contacts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("owner_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("verified_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["owners.id"], name=op.f("fk_contacts_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
    )
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contacts_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contacts_phone_index"), ["phone_index"], unique=False)
        batch_op.create_index("uq_contacts_owner_position", ["owner_id", "position"], unique=True)

    op.create_table(
        "districts",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("city_code", sa.String(length=12), nullable=False),
        sa.Column("parent_code", sa.String(length=12), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("respond_seconds", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["city_code"], ["cities.code"], name=op.f("fk_districts_city_code")),
        sa.ForeignKeyConstraint(["parent_code"], ["districts.code"], name=op.f("fk_districts_parent_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_districts")),
    )
    op.create_table(
        "ownerships",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("vehicle_id", sa.String(length=26), nullable=False),
        sa.Column("owner_id", sa.String(length=26), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["owners.id"], name=op.f("fk_ownerships_owner_id")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_ownerships_vehicle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ownerships")),
    )
    with op.batch_alter_table("ownerships", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ownerships_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            "uq_ownerships_open",
            ["vehicle_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("officer_id", sa.String(length=26), nullable=True),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_sessions_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
    )
    op.create_table(
        "officer_districts",
        sa.Column("officer_id", sa.String(length=26), nullable=False),
        sa.Column("district", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["district"], ["districts.code"], name=op.f("fk_officer_districts_district")),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_officer_districts_officer_id")
        ),
        sa.PrimaryKeyConstraint("officer_id", "district", name=op.f("pk_officer_districts")),
    )
    op.create_table(
        "shifts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("officer_id", sa.String(length=26), nullable=False),
        sa.Column("district", sa.String(length=12), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lng", sa.Float(), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("position_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["district"], ["districts.code"], name=op.f("fk_shifts_district")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_shifts_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
    )
    with op.batch_alter_table("shifts", schema=None) as batch_op:
        batch_op.create_index("ix_shifts_district_ended_at", ["district", "ended_at"], unique=False)
        batch_op.create_index(
            "uq_shifts_open",
            ["officer_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "sticker_batches",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("district", sa.String(length=12), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("issued_by", sa.String(length=60), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["district"], ["districts.code"], name=op.f("fk_sticker_batches_district")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sticker_batches")),
    )
    op.create_table(
        "stickers",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=43), nullable=False),
        sa.Column("district", sa.String(length=12), nullable=False),
        sa.Column("batch_id", sa.String(length=26), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("vehicle_id", sa.String(length=26), nullable=True),
        sa.Column("replaced_by", sa.String(length=26), nullable=True),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("bound_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["sticker_batches.id"], name=op.f("fk_stickers_batch_id")),
        sa.ForeignKeyConstraint(["district"], ["districts.code"], name=op.f("fk_stickers_district")),
        sa.ForeignKeyConstraint(["replaced_by"], ["stickers.id"], name=op.f("fk_stickers_replaced_by")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_stickers_vehicle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stickers")),
        sa.UniqueConstraint("code", name=op.f("uq_stickers_code")),
    )
    with op.batch_alter_table("stickers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stickers_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stickers_vehicle_id"), ["vehicle_id"], unique=False)

    op.create_table(
        "bindings",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("sticker_id", sa.String(length=26), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("plate", sa.String(length=12), nullable=False),
        sa.Column("plate_class", sa.String(length=16), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["sticker_id"], ["stickers.id"], name=op.f("fk_bindings_sticker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bindings")),
    )
    with op.batch_alter_table("bindings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bindings_sticker_id"), ["sticker_id"], unique=False)

    op.create_table(
        "incidents",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("district", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("feed_offset", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("escalation", sa.Integer(), nullable=False),
        sa.Column("sticker_id", sa.String(length=26), nullable=True),
        sa.Column("vehicle_id", sa.String(length=26), nullable=True),
        sa.Column("plate_masked", sa.String(length=12), nullable=True),
        sa.Column("place", sa.String(length=120), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lng", sa.Float(), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("response_seconds", sa.Integer(), nullable=False),
        sa.Column("requested_at", Instant(), nullable=False),
        sa.Column("respond_by", Instant(), nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("moved_at", Instant(), nullable=True),
        sa.Column("accepted_at", Instant(), nullable=True),
        sa.Column("reply", sa.String(length=10), nullable=True),
        sa.Column("promised_by", Instant(), nullable=True),
        sa.Column("deferred", sa.Boolean(), nullable=False),
        sa.Column("handed_over_at", Instant(), nullable=True),
        sa.Column("arrived_at", Instant(), nullable=True),
        sa.Column("breached_at", Instant(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("nobody_on_duty", sa.Boolean(), nullable=False),
        sa.Column("officer_id", sa.String(length=26), nullable=True),
        sa.Column("officer_number", sa.String(length=20), nullable=True),
        sa.Column("unit", sa.String(length=60), nullable=True),
        sa.Column("requesters", sa.Integer(), nullable=False),
        sa.Column("photos", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["district"], ["districts.code"], name=op.f("fk_incidents_district")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_incidents_officer_id")),
        sa.ForeignKeyConstraint(["sticker_id"], ["stickers.id"], name=op.f("fk_incidents_sticker_id")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_incidents_vehicle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.create_index(
            "ix_incidents_district_requested_at", ["district", "requested_at"], unique=False
        )
        batch_op.create_index("ix_incidents_district_status", ["district", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_incidents_officer_id"), ["officer_id"], unique=False)
        batch_op.create_index(
            "uq_incidents_open_vehicle",
            ["vehicle_id"],
            unique=True,
            sqlite_where=sa.text("status != 'closed' AND kind = 'move_car'"),
            postgresql_where=sa.text("status != 'closed' AND kind = 'move_car'"),
        )

    op.create_table(
        "deadlines",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("incident_id", sa.String(length=26), nullable=False),
        sa.Column("district", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_deadlines_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadlines")),
    )
    with op.batch_alter_table("deadlines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deadlines_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(
            "ix_deadlines_open",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )

    op.create_table(
        "notices",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("incident_id", sa.String(length=26), nullable=True),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("contact_id", sa.String(length=26), nullable=True),
        sa.Column("officer_id", sa.String(length=26), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("failure", sa.String(length=200), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("lease", sa.String(length=43), nullable=True),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("seen_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_notices_contact_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_notices_incident_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_notices_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("key", name=op.f("uq_notices_key")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notices_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(
            "ix_notices_queued",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("status = 'queued'"),
            postgresql_where=sa.text("status = 'queued'"),
        )

    op.create_table(
        "offers",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("incident_id", sa.String(length=26), nullable=False),
        sa.Column("officer_id", sa.String(length=26), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("offered_at", Instant(), nullable=False),
        sa.Column("ack_by", Instant(), nullable=False),
        sa.Column("received_at", Instant(), nullable=True),
        sa.Column("seen_at", Instant(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_offers_incident_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_offers_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
    )
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offers_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index("ix_offers_officer_id_status", ["officer_id", "status"], unique=False)

    op.create_table(
        "participants",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("incident_id", sa.String(length=26), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("device", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("vehicle_id", sa.String(length=26), nullable=True),
        sa.Column("sticker_id", sa.String(length=26), nullable=True),
        sa.Column("contact_id", sa.String(length=26), nullable=True),
        sa.Column("message_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("joined_at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("stars", sa.Integer(), nullable=True),
        sa.Column("comment_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_participants_contact_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_participants_incident_id")),
        sa.ForeignKeyConstraint(["sticker_id"], ["stickers.id"], name=op.f("fk_participants_sticker_id")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_participants_vehicle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_participants_token_hash")),
    )
    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.create_index("ix_participants_address_joined_at", ["address", "joined_at"], unique=False)
        batch_op.create_index("ix_participants_device_joined_at", ["device", "joined_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_participants_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index("ix_participants_vehicle_joined_at", ["vehicle_id", "joined_at"], unique=False)

    op.create_table(
        "photos",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("incident_id", sa.String(length=26), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("file", sa.String(length=80), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_photos_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos")),
    )
    with op.batch_alter_table("photos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_photos_incident_id"), ["incident_id"], unique=False)

    op.create_table(
        "simulator_messages",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("notice_id", sa.String(length=26), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("phone_masked", sa.String(length=20), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=200), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_simulator_messages_notice_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_simulator_messages")),
        sa.UniqueConstraint("notice_id", name=op.f("uq_simulator_messages_notice_id")),
    )
    with op.batch_alter_table("simulator_messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_simulator_messages_phone"), ["phone"], unique=False)
    _begin_the_log()


def _begin_the_log() -> None:
    """The control sequence that hubs obey, and the first epoch."""
    heads = sa.table("heads", sa.column("district"), sa.column("head"))
    op.execute(heads.insert().values(district="control", head=0))
    epochs = sa.table("epochs", sa.column("number"), sa.column("epoch"), sa.column("began_at", Instant()))
    now = SystemClock().now()
    op.execute(epochs.insert().values(number=1, epoch=secrets.token_urlsafe(6), began_at=now))


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
