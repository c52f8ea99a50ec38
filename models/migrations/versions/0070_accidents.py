"""Accidents that are settled on the road: parties, shots, documents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.tables.base import Instant

revision = "0070"
down_revision = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accidents",
        sa.Column("id", sa.String(length=26), sa.ForeignKey("incidents.id"), nullable=False),
        sa.Column("answers", sa.String(length=120), nullable=False),
        sa.Column("path", sa.String(length=10), nullable=False),
        sa.Column("move", sa.Boolean(), nullable=False),
        sa.Column("rescue", sa.Boolean(), nullable=False),
        sa.Column("call_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("terms", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("form", sa.String(length=16), nullable=True),
        sa.Column("did_a", sa.String(length=20), nullable=True),
        sa.Column("did_b", sa.String(length=20), nullable=True),
        sa.Column("suggested", sa.String(length=12), nullable=True),
        sa.Column("grade_a", sa.String(length=12), nullable=True),
        sa.Column("rule_version", sa.String(length=26), nullable=True),
        sa.Column("weather", sa.String(length=12), nullable=True),
        sa.Column("happened_at", Instant(), nullable=False),
        sa.Column("join_digest", sa.LargeBinary(), nullable=True),
        sa.Column("join_until", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("join_digest"),
    )
    op.create_table(
        "accident_parties",
        sa.Column("id", sa.String(length=26), sa.ForeignKey("participants.id"), nullable=False),
        sa.Column("accident_id", sa.String(length=26), sa.ForeignKey("accidents.id"), nullable=False),
        sa.Column("side", sa.String(length=1), nullable=False),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("plate_masked", sa.String(length=12), nullable=True),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("signed_terms", sa.Integer(), nullable=True),
        sa.Column("signed_at", Instant(), nullable=True),
        sa.Column("signature_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("signature_sha256", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("accident_id", "side"),
    )
    op.create_table(
        "accident_shots",
        sa.Column("accident_id", sa.String(length=26), sa.ForeignKey("accidents.id"), nullable=False),
        sa.Column("shot", sa.String(length=10), nullable=False),
        sa.Column("photo_id", sa.String(length=26), sa.ForeignKey("photos.id"), nullable=False),
        sa.PrimaryKeyConstraint("accident_id", "shot"),
    )
    op.create_index("ix_accident_shots_photo_id", "accident_shots", ["photo_id"])
    op.create_table(
        "accident_documents",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("accident_id", sa.String(length=26), sa.ForeignKey("accidents.id"), nullable=False),
        sa.Column("kind", sa.String(length=14), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("file", sa.String(length=80), nullable=True),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("officer_number", sa.String(length=20), nullable=True),
        sa.Column("unit", sa.String(length=60), nullable=True),
        sa.Column("grade_a", sa.String(length=12), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=26), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_index("ix_accident_documents_accident_id", "accident_documents", ["accident_id"])


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
