"""Cities' own wording of sentences, and its revision."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.clock import SystemClock
from models.ids import RandomIds
from models.tables.base import Instant

revision = "0007"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "city_texts",
        sa.Column("city_code", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("made_by", sa.String(length=60), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["city_code"], ["cities.code"], name=op.f("fk_city_texts_city_code")),
        sa.PrimaryKeyConstraint("city_code", "language", "key", "number", name=op.f("pk_city_texts")),
    )
    table = sa.table(
        "configuration", sa.column("topic"), sa.column("revision"), sa.column("changed_at", Instant())
    )
    now, ids = SystemClock().now(), RandomIds()
    op.execute(table.insert().values(topic="texts", revision=ids.new(), changed_at=now))


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
