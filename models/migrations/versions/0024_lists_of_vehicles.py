"""Lists of vehicles to look out for, where one turned up, bicycles and their plates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.tables.base import Instant

revision = "0024"
down_revision = "0008"
branch_labels = None
depends_on = None

_STANDS = "cleared_at IS NULL"


def upgrade() -> None:
    op.drop_index("uq_watch_flags_standing", "watch_flags")
    op.create_index(
        "uq_watch_flags_standing",
        "watch_flags",
        ["plate_index", "kind", "scope", "source"],
        unique=True,
        sqlite_where=sa.text(_STANDS),
        postgresql_where=sa.text(_STANDS),
    )
    with op.batch_alter_table("cities") as cities:
        cities.add_column(sa.Column("ebike_plates", sa.String(length=120), nullable=True))
    _imports()
    _hits()
    _non_motor()


def _imports() -> None:
    op.create_table(
        "watch_imports",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("new", "changed", "ended")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("unchanged", "refused")),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_imports")),
    )
    op.create_index("ix_watch_imports_scope_at", "watch_imports", ["scope", "at"])


def _hits() -> None:
    op.create_table(
        "watch_hits",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("incident_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("plate_class", sa.String(length=16), nullable=False),
        sa.Column("dated", sa.String(length=10), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_watch_hits_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_hits")),
        sa.UniqueConstraint(
            "incident_id", "kind", "plate_class", name=op.f("uq_watch_hits_incident_id_kind_plate_class")
        ),
    )


def _non_motor() -> None:
    op.create_table(
        "non_motor",
        sa.Column("vehicle_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("colour", sa.String(length=12), nullable=True),
        sa.Column("description", sa.String(length=120), nullable=True),
        sa.Column("frame_index", sa.LargeBinary(), nullable=True),
        sa.Column("frame_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("district", sa.String(length=12), nullable=False),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["district"], ["districts.code"], name=op.f("fk_non_motor_district")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_non_motor_vehicle_id")),
        sa.PrimaryKeyConstraint("vehicle_id", name=op.f("pk_non_motor")),
    )
    op.create_index(op.f("ix_non_motor_frame_index"), "non_motor", ["frame_index"])
    op.create_index("ix_non_motor_district_recorded_at", "non_motor", ["district", "recorded_at"])


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
