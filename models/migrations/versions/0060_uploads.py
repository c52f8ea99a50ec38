"""What people send over a bad connection, the pictures that came of it, and what is covered on them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.tables.base import Instant

revision = "0060"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _uploads()
    _pictures()
    _regions()


def _uploads() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("writer", sa.String(length=26), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=True),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.Column("original", sa.String(length=80), nullable=True),
        sa.Column("media_type", sa.String(length=20), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("video", sa.String(length=80), nullable=True),
        sa.Column("taken_at", Instant(), nullable=True),
        sa.Column("place_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("received_at", Instant(), nullable=True),
        sa.Column("examined_at", Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("lease", sa.String(length=26), nullable=True),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_index("ix_uploads_holder_created_at", "uploads", ["holder", "created_at"])
    op.create_index("ix_uploads_address_created_at", "uploads", ["address", "created_at"])
    op.create_index("ix_uploads_about", "uploads", ["about"])
    op.create_index("ix_uploads_expires_at", "uploads", ["expires_at"])
    op.create_index(
        "ix_uploads_waiting",
        "uploads",
        ["received_at"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _pictures() -> None:
    op.create_table(
        "pictures",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("upload_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at_seconds", sa.Float(), nullable=True),
        sa.Column("file", sa.String(length=80), nullable=False),
        sa.Column("thumb", sa.String(length=80), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("covered", sa.String(length=80), nullable=True),
        sa.Column("covered_thumb", sa.String(length=80), nullable=True),
        sa.Column("likeness", sa.BigInteger(), nullable=False),
        sa.Column("drawings_wanted", sa.Integer(), nullable=False),
        sa.Column("drawings_done", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("lease", sa.String(length=26), nullable=True),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("made_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], name=op.f("fk_pictures_upload_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pictures")),
    )
    op.create_index("ix_pictures_upload_id", "pictures", ["upload_id"])
    op.create_index("ix_pictures_made_at", "pictures", ["made_at"])
    op.create_index(
        "ix_pictures_drawing",
        "pictures",
        ["made_at"],
        sqlite_where=sa.text("drawings_done < drawings_wanted"),
        postgresql_where=sa.text("drawings_done < drawings_wanted"),
    )


def _regions() -> None:
    op.create_table(
        "regions",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("picture_id", sa.String(length=26), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("top", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("removed_by", sa.String(length=80), nullable=True),
        sa.Column("removed_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["picture_id"], ["pictures.id"], name=op.f("fk_regions_picture_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regions")),
    )
    op.create_index("ix_regions_picture_id", "regions", ["picture_id"])


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
