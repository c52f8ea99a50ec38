"""Tokens of providers, of which all processes use the same; and which of their callbacks were dealt with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.tables.base import Instant

revision = "0114"
down_revision = "0110"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provider_tokens",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("lease", sa.String(length=43), nullable=True),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("forced_at", Instant(), nullable=True),
        sa.Column("forced_today", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_provider_tokens")),
    )
    op.create_table(
        "provider_calls",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_provider_calls")),
    )
    op.create_index(op.f("ix_provider_calls_at"), "provider_calls", ["at"])


def downgrade() -> None:
    op.drop_table("provider_calls")
    op.drop_table("provider_tokens")
