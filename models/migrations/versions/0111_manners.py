"""When a person wants quiet, and for which channel the simulated phone stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0111"
down_revision = "0125"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("contact_channels") as contact_channels:
        contact_channels.add_column(sa.Column("quiet_from", sa.Integer(), nullable=True))
        contact_channels.add_column(sa.Column("quiet_to", sa.Integer(), nullable=True))
    with op.batch_alter_table("simulator_messages") as simulator_messages:
        simulator_messages.add_column(sa.Column("channel", sa.String(length=16), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
