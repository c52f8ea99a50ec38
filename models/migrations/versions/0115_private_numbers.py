"""Numbers that stand for two others while an incident lasts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.tables.base import Instant

revision = "0115"
down_revision = "0121"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "private_numbers",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("incident_id", sa.String(length=26), nullable=False),
        sa.Column("participant_id", sa.String(length=26), nullable=False),
        sa.Column("contact_id", sa.String(length=26), nullable=False),
        sa.Column("caller_index", sa.LargeBinary(), nullable=False),
        sa.Column("city_code", sa.String(length=12), nullable=False),
        sa.Column("subscription", sa.String(length=60), nullable=True),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("unbind_at", Instant(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.{key}"], name=op.f(f"fk_private_numbers_{name}"))
            for name, table, key in (
                ("incident_id", "incidents", "id"),
                ("participant_id", "participants", "id"),
                ("contact_id", "contacts", "id"),
                ("city_code", "cities", "code"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_private_numbers")),
    )
    op.create_index(op.f("ix_private_numbers_incident_id"), "private_numbers", ["incident_id"])
    op.create_index(
        "ix_private_numbers_open",
        "private_numbers",
        ["expires_at"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("private_numbers")
