"""The zone of an incident, the vehicle of a unit, and who was asked last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("incidents") as incidents:
        incidents.add_column(sa.Column("zone", sa.String(length=20), nullable=True))
        incidents.add_column(sa.Column("zone_name", sa.String(length=40), nullable=True))
        incidents.add_column(sa.Column("zone_name_en", sa.String(length=60), nullable=True))
    with op.batch_alter_table("shifts") as shifts:
        shifts.add_column(sa.Column("vehicle", sa.String(length=10), nullable=True))
    op.create_index("ix_offers_officer_id_offered_at", "offers", ["officer_id", "offered_at"])


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
