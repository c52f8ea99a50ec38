"""Keys of sealed fields and blind indexes are changed while everything runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.clock import SystemClock
from models.ids import RandomIds
from models.tables.base import Instant

revision = "0103"
down_revision = "0115"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sealing_keys",
        sa.Column("kind", sa.String(length=5), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("known_at", Instant(), nullable=False),
        sa.Column("since", Instant(), nullable=True),
        sa.Column("retired_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "key_id", name=op.f("pk_sealing_keys")),
    )
    op.create_table(
        "resealings",
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("after", sa.String(length=200), nullable=True),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("found", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("damaged", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("done", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("done_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_resealings")),
    )
    op.create_table(
        "leftover_files",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leftover_files")),
    )
    op.create_index(op.f("ix_leftover_files_at"), "leftover_files", ["at"])
    op.add_column("watch_flags", sa.Column("plate_sealed", sa.LargeBinary(), nullable=True))
    table = sa.table(
        "configuration", sa.column("topic"), sa.column("revision"), sa.column("changed_at", Instant())
    )
    now, ids = SystemClock().now(), RandomIds()
    op.execute(table.insert().values(topic="keys", revision=ids.new(), changed_at=now))


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
