"""Duty: zones, rosters, unit statuses, consents, hand-overs; what a shift knows beyond its officer and district."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.tables.base import Instant

revision = "0017"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _zones_and_templates()
    _rosters()
    _places()
    _units()
    _consents()
    _handovers()
    _shifts()
    _whoever_is_on_duty_now()


def _zones_and_templates() -> None:
    op.create_table(
        "shift_templates",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("district", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("starts_minute", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["district"], ["districts.code"], name=op.f("fk_shift_templates_district")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_templates")),
    )
    op.create_index(op.f("ix_shift_templates_district"), "shift_templates", ["district"], unique=False)
    op.create_table(
        "zones",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("district", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("polygon", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["district"], ["districts.code"], name=op.f("fk_zones_district")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zones")),
    )
    op.create_index("uq_zones_district_code", "zones", ["district", "code"], unique=True)


def _rosters() -> None:
    op.create_table(
        "rosters",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("district", sa.String(length=12), nullable=False),
        sa.Column("week", sa.String(length=10), nullable=False),
        sa.Column("published_at", Instant(), nullable=True),
        sa.Column("published_by", sa.String(length=26), nullable=True),
        sa.ForeignKeyConstraint(["district"], ["districts.code"], name=op.f("fk_rosters_district")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rosters")),
    )
    op.create_index("uq_rosters_district_week", "rosters", ["district", "week"], unique=True)
    op.create_table(
        "roster_shifts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("roster_id", sa.String(length=26), nullable=False),
        sa.Column("district", sa.String(length=12), nullable=False),
        sa.Column("zone_id", sa.String(length=26), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["district"], ["districts.code"], name=op.f("fk_roster_shifts_district")),
        sa.ForeignKeyConstraint(["roster_id"], ["rosters.id"], name=op.f("fk_roster_shifts_roster_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_roster_shifts_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_shifts")),
    )
    op.create_index(
        "ix_roster_shifts_district_starts_at", "roster_shifts", ["district", "starts_at"], unique=False
    )
    op.create_index(op.f("ix_roster_shifts_roster_id"), "roster_shifts", ["roster_id"], unique=False)


def _places() -> None:
    op.create_table(
        "roster_places",
        sa.Column("roster_shift_id", sa.String(length=26), nullable=False),
        sa.Column("officer_id", sa.String(length=26), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_roster_places_officer_id")),
        sa.ForeignKeyConstraint(
            ["roster_shift_id"], ["roster_shifts.id"], name=op.f("fk_roster_places_roster_shift_id")
        ),
        sa.PrimaryKeyConstraint("roster_shift_id", "officer_id", name=op.f("pk_roster_places")),
    )
    op.create_index("ix_roster_places_officer_id", "roster_places", ["officer_id"], unique=False)


def _units() -> None:
    op.create_table(
        "unit_statuses",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("shift_id", sa.String(length=26), nullable=False),
        sa.Column("officer_id", sa.String(length=26), nullable=False),
        sa.Column("district", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("event", sa.String(length=10), nullable=False),
        sa.Column("incident_id", sa.String(length=26), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["district"], ["districts.code"], name=op.f("fk_unit_statuses_district")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_unit_statuses_officer_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_unit_statuses_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_statuses")),
    )
    op.create_index("ix_unit_statuses_district_at", "unit_statuses", ["district", "at"], unique=False)
    op.create_index("ix_unit_statuses_incident_id", "unit_statuses", ["incident_id", "at"], unique=False)
    op.create_index(op.f("ix_unit_statuses_shift_id"), "unit_statuses", ["shift_id"], unique=False)


def _consents() -> None:
    op.create_table(
        "position_consents",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("officer_id", sa.String(length=26), nullable=False),
        sa.Column("version", sa.String(length=10), nullable=False),
        sa.Column("keep_days", sa.Integer(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_position_consents_officer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position_consents")),
    )
    op.create_index(
        "ix_position_consents_officer_id_at", "position_consents", ["officer_id", "at"], unique=False
    )


def _handovers() -> None:
    op.create_table(
        "handovers",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("incident_id", sa.String(length=26), nullable=False),
        sa.Column("giver_id", sa.String(length=26), nullable=False),
        sa.Column("taker_id", sa.String(length=26), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["giver_id"], ["officers.id"], name=op.f("fk_handovers_giver_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_handovers_incident_id")),
        sa.ForeignKeyConstraint(["taker_id"], ["officers.id"], name=op.f("fk_handovers_taker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    op.create_index("ix_handovers_giver_id_status", "handovers", ["giver_id", "status"], unique=False)
    op.create_index("ix_handovers_taker_id_status", "handovers", ["taker_id", "status"], unique=False)
    op.create_index(
        "uq_handovers_open",
        "handovers",
        ["incident_id"],
        unique=True,
        sqlite_where=sa.text("status = 'asked'"),
        postgresql_where=sa.text("status = 'asked'"),
    )


def _shifts() -> None:
    with op.batch_alter_table("shifts") as shifts:
        shifts.add_column(sa.Column("zone_id", sa.String(length=26), nullable=True))
        shifts.add_column(sa.Column("roster_shift_id", sa.String(length=26), nullable=True))
        shifts.add_column(
            sa.Column("status", sa.String(length=16), server_default=sa.text("'available'"), nullable=False)
        )
        shifts.add_column(sa.Column("status_at", Instant(), nullable=True))
        shifts.add_column(sa.Column("signed_lat", sa.Float(), nullable=True))
        shifts.add_column(sa.Column("signed_lng", sa.Float(), nullable=True))
        shifts.add_column(sa.Column("signed_accuracy_m", sa.Float(), nullable=True))
        shifts.add_column(sa.Column("off_by", Instant(), nullable=True))
        shifts.add_column(sa.Column("ended_how", sa.String(length=10), nullable=True))
        shifts.add_column(sa.Column("returned", sa.Integer(), nullable=True))
    op.create_index(
        "ix_shifts_off_by",
        "shifts",
        ["off_by"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _whoever_is_on_duty_now() -> None:
    """An officer with an incident is at the place or on the way; how he came there nobody recorded."""
    shifts = sa.table("shifts", sa.column("officer_id"), sa.column("ended_at"), sa.column("status"))
    incidents = sa.table("incidents", sa.column("officer_id"), sa.column("status"))
    for found, status in (("accepted", "en_route"), ("on_scene", "on_scene")):
        has = sa.exists().where(incidents.c.officer_id == shifts.c.officer_id, incidents.c.status == found)
        op.execute(shifts.update().where(shifts.c.ended_at.is_(None), has).values(status=status))


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
