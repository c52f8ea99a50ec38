"""The author of a version that nobody has decided about may withdraw it; it stays where it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.tables.base import Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_DECIDED = (
    "status IN ('draft', 'checked', 'withdrawn') AND decided_by IS NULL AND decided_at IS NULL"
    " OR status IN ('approved', 'rejected') AND decided_by IS NOT NULL AND decided_at IS NOT NULL"
    " AND checked_at IS NOT NULL"
)
_WITHDRAWN = "(status = 'withdrawn') = (withdrawn_at IS NOT NULL)"


def upgrade() -> None:
    with op.batch_alter_table("rule_versions") as table:
        table.add_column(sa.Column("withdrawn_at", Instant(), nullable=True))
        table.drop_constraint(op.f("ck_rule_versions_decided"), type_="check")
        table.create_check_constraint(op.f("ck_rule_versions_decided"), _DECIDED)
        table.create_check_constraint(op.f("ck_rule_versions_withdrawn"), _WITHDRAWN)


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
