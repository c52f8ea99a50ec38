"""Rules in versions: what is in force since when, what was decided by it, and what people decided otherwise."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.tables.base import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_versions",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("table_name", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("author", sa.String(length=60), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("checked_at", Instant(), nullable=True),
        sa.Column("decided_by", sa.String(length=60), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'checked') AND decided_by IS NULL AND decided_at IS NULL"
            " OR status IN ('approved', 'rejected') AND decided_by IS NOT NULL AND decided_at IS NOT NULL"
            " AND checked_at IS NOT NULL",
            name=op.f("ck_rule_versions_decided"),
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> author", name=op.f("ck_rule_versions_second_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_versions")),
        sa.UniqueConstraint("id", "decided_by", "status", name=op.f("uq_rule_versions_id_decided_by_status")),
        sa.UniqueConstraint(
            "table_name", "scope", "number", name=op.f("uq_rule_versions_table_name_scope_number")
        ),
    )
    op.create_table(
        "rule_activations",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("table_name", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.String(length=26), nullable=True),
        sa.Column("approved_by", sa.String(length=60), nullable=True),
        sa.Column("approved", sa.String(length=10), nullable=True),
        sa.Column("active_from", Instant(), nullable=False),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("cancelled_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "version_id IS NULL AND approved_by IS NULL AND approved IS NULL"
            " OR version_id IS NOT NULL AND approved_by IS NOT NULL AND approved = 'approved'",
            name=op.f("ck_rule_activations_approved"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id", "approved_by", "approved"],
            ["rule_versions.id", "rule_versions.decided_by", "rule_versions.status"],
            name="fk_rule_activations_approved_version",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_activations")),
        sa.UniqueConstraint(
            "table_name", "scope", "number", name=op.f("uq_rule_activations_table_name_scope_number")
        ),
    )
    op.create_table(
        "rule_decisions",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("incident_id", sa.String(length=26), nullable=False),
        sa.Column("district", sa.String(length=12), nullable=False),
        sa.Column("table_name", sa.String(length=20), nullable=False),
        sa.Column("version_id", sa.String(length=26), nullable=False),
        sa.Column("matched", sa.Text(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("instead", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_rule_decisions_incident_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["rule_versions.id"], name=op.f("fk_rule_decisions_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_decisions")),
    )
    with op.batch_alter_table("rule_decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rule_decisions_incident_id"), ["incident_id"], unique=False)

    op.create_table(
        "rule_overrides",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("decision_id", sa.String(length=26), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("second_person", sa.Boolean(), nullable=False),
        sa.Column("confirmed_by", sa.String(length=60), nullable=True),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_rule_overrides_reason")),
        sa.CheckConstraint(
            'confirmed_by IS NULL OR confirmed_by <> "by"', name=op.f("ck_rule_overrides_second_person")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["rule_decisions.id"], name=op.f("fk_rule_overrides_decision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_overrides")),
    )
    with op.batch_alter_table("rule_overrides", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rule_overrides_decision_id"), ["decision_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
