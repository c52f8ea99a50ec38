"""Receipts of determinations, requests for review, and drawings that nobody claimed yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.tables.base import Instant

revision = "0072"
down_revision = "0116"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accident_drawings",
        sa.Column("file", sa.String(length=80), nullable=False),
        sa.Column("drawn_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("file"),
    )
    op.create_table(
        "accident_receipts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column(
            "document_id", sa.String(length=26), sa.ForeignKey("accident_documents.id"), nullable=False
        ),
        sa.Column("party_id", sa.String(length=26), sa.ForeignKey("participants.id"), nullable=False),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("noted_by", sa.String(length=20), nullable=True),
        sa.Column("signature_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("signature_sha256", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("document_id", "party_id"),
    )
    op.create_table(
        "accident_reviews",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("accident_id", sa.String(length=26), sa.ForeignKey("accidents.id"), nullable=False),
        sa.Column(
            "document_id", sa.String(length=26), sa.ForeignKey("accident_documents.id"), nullable=False
        ),
        sa.Column("party_id", sa.String(length=26), sa.ForeignKey("participants.id"), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("requested_at", Instant(), nullable=False),
        sa.Column("forward_by", Instant(), nullable=False),
        sa.Column("forwarded_at", Instant(), nullable=True),
        sa.Column("forwarded_by", sa.String(length=26), nullable=True),
        sa.Column("decide_by", Instant(), nullable=True),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by", sa.String(length=26), nullable=True),
        sa.Column("outcome", sa.String(length=8), nullable=True),
        sa.Column("reviewers", sa.String(length=42), nullable=True),
        sa.Column("conclusion_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("redo_by", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("accident_id"),
    )


def downgrade() -> None:
    op.drop_table("accident_reviews")
    op.drop_table("accident_receipts")
    op.drop_table("accident_drawings")
