"""Revisions of the configuration: rules and flags."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.clock import SystemClock
from models.ids import RandomIds
from models.tables.base import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "configuration",
        sa.Column("topic", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.String(length=26), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("topic", name=op.f("pk_configuration")),
    )
    table = sa.table(
        "configuration", sa.column("topic"), sa.column("revision"), sa.column("changed_at", Instant())
    )
    now, ids = SystemClock().now(), RandomIds()
    for topic in ("rules", "flags"):
        op.execute(table.insert().values(topic=topic, revision=ids.new(), changed_at=now))


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
