"""Documents of the record, as PDF."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.tables.base import Instant

revision = "0121"
down_revision = "0102"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=26), nullable=False),
        sa.Column("district", sa.String(length=12), nullable=False),
        sa.Column("print", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("file", sa.String(length=80), nullable=True),
        sa.Column("about_at", Instant(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.ForeignKeyConstraint(
            ["district"], ["districts.code"], name=op.f("fk_documents_district_districts")
        ),
        sa.UniqueConstraint("code", name=op.f("uq_documents_code")),
        sa.UniqueConstraint("kind", "subject", "print", name="uq_documents_kind_subject_print"),
    )


def downgrade() -> None:
    op.drop_table("documents")
