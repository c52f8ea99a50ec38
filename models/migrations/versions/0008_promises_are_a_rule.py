"""Which minutes an owner may promise is a rule, and an incident keeps what it began with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0013"
branch_labels = None
depends_on = None

_BEFORE = "3,5,10"  # the only ones there were


def upgrade() -> None:
    op.add_column("incidents", sa.Column("promise_minutes", sa.String(length=20), nullable=True))
    incidents = sa.table("incidents", sa.column("promise_minutes"))
    op.execute(incidents.update().values(promise_minutes=_BEFORE))
    with op.batch_alter_table("incidents") as table:
        table.alter_column("promise_minutes", existing_type=sa.String(length=20), nullable=False)


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
