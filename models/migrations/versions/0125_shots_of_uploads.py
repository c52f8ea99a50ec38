"""An upload says which photo of the guide it is, before it has come whole."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0125"
down_revision = "0082"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("uploads", sa.Column("shot", sa.String(length=10), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
