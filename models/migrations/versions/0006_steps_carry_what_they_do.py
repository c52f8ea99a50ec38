"""Steps of a ladder carry what they do: those of incidents that are open now, of the only ladder there was."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# What was shipped before rules had versions, as it was then.
_STEPS: tuple[tuple[list[str], bool], ...] = (
    (["second_contact"], True),
    (["offer"], True),
    (["widen", "tell_commander"], True),
    (["amber"], False),
)


def upgrade() -> None:
    deadlines = sa.table("deadlines", sa.column("kind"), sa.column("subject"), sa.column("status"))
    for number, (actions, unless_answered) in enumerate(_STEPS, start=1):
        step = {"step": number, "actions": actions, "unless_answered": unless_answered, "channel": None}
        old = (
            deadlines.c.kind == f"step:{number}",
            deadlines.c.status == "open",
            deadlines.c.subject.is_(None),
        )
        op.execute(deadlines.update().where(*old).values(subject=json.dumps(step)))


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
