"""Refused requests, vehicles to look out for, turns of clearing away, and when a photo was taken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.tables.base import Instant

revision = "0012"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _refusals()
    _watch_flags()
    op.create_table(
        "clearings",
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.Column("done_at", Instant(), nullable=True),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("removed_in_all", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("what", name=op.f("pk_clearings")),
    )
    with op.batch_alter_table("photos") as photos:
        photos.add_column(sa.Column("taken_at", Instant(), nullable=True))


def _refusals() -> None:
    op.create_table(
        "refused_requests",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("reference", sa.String(length=8), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("last_at", Instant(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("hour", Instant(), nullable=False),
        sa.Column("district", sa.String(length=12), nullable=False),
        sa.Column("sticker_id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.String(length=26), nullable=False),
        sa.Column("row", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_digest", sa.LargeBinary(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("retry_at", Instant(), nullable=False),
        sa.Column("instead", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(length=60), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "instead IS NULL AND decided_by IS NULL AND reason IS NULL"
            " OR instead IS NOT NULL AND decided_by IS NOT NULL AND reason IS NOT NULL AND reason <> ''",
            name=op.f("ck_refused_requests_decided"),
        ),
        sa.ForeignKeyConstraint(["district"], ["districts.code"], name=op.f("fk_refused_requests_district")),
        sa.ForeignKeyConstraint(["sticker_id"], ["stickers.id"], name=op.f("fk_refused_requests_sticker_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["rule_versions.id"], name=op.f("fk_refused_requests_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_requests")),
        sa.UniqueConstraint(
            "sticker_id",
            "subject",
            "subject_digest",
            "row",
            "hour",
            name=op.f("uq_refused_requests_sticker_id_subject_subject_digest_row_hour"),
        ),
    )
    for column in ("reference", "last_at", "subject_digest"):
        op.create_index(op.f(f"ix_refused_requests_{column}"), "refused_requests", [column])


def _watch_flags() -> None:
    op.create_table(
        "watch_flags",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("plate_index", sa.LargeBinary(), nullable=False),
        sa.Column("plate_masked", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("dated", sa.String(length=10), nullable=True),
        sa.Column("begins_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("set_by", sa.String(length=60), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.Column("cleared_by", sa.String(length=60), nullable=True),
        sa.Column("cleared_at", Instant(), nullable=True),
        sa.Column("cleared_reason", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_flags")),
    )
    op.create_index(
        "uq_watch_flags_standing",
        "watch_flags",
        ["plate_index", "kind", "scope"],
        unique=True,
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
