"""Overrides name incident, table and part, so that what counts is found at once; a second person may refuse one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.tables.base import Instant

revision = "0011"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("rule_overrides") as overrides:
        overrides.add_column(sa.Column("incident_id", sa.String(length=26), nullable=True))
        overrides.add_column(sa.Column("table_name", sa.String(length=20), nullable=True))
        overrides.add_column(sa.Column("part", sa.String(length=20), nullable=False, server_default=""))
        overrides.add_column(sa.Column("refused_by", sa.String(length=60), nullable=True))
        overrides.add_column(sa.Column("refused_at", Instant(), nullable=True))
        overrides.add_column(sa.Column("refused_reason", sa.String(length=200), nullable=True))
    for column in ("incident_id", "table_name"):
        op.execute(
            f"UPDATE rule_overrides SET {column} = (SELECT d.{column} FROM rule_decisions d"
            " WHERE d.id = rule_overrides.decision_id)"
        )
    with op.batch_alter_table("rule_overrides") as overrides:
        overrides.alter_column("incident_id", existing_type=sa.String(length=26), nullable=False)
        overrides.alter_column("table_name", existing_type=sa.String(length=20), nullable=False)
        overrides.alter_column("part", existing_type=sa.String(length=20), server_default=None)
        overrides.create_foreign_key(
            op.f("fk_rule_overrides_incident_id"), "incidents", ["incident_id"], ["id"]
        )
        overrides.create_check_constraint(
            op.f("ck_rule_overrides_refused"),
            'refused_by IS NULL OR refused_by <> "by" AND confirmed_by IS NULL',
        )
        overrides.create_index(op.f("ix_rule_overrides_incident_id"), ["incident_id"])


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
