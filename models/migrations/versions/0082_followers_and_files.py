"""Phones that followers of a hazard left, keys of agencies, and refusals that are about no car."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.tables.base import Instant

revision = "0082"
down_revision = "0120"
branch_labels = None
depends_on = None

_NO_STICKER = sa.text("sticker_id IS NULL")
_DECIDED = (
    "instead IS NULL AND decided_by IS NULL AND reason IS NULL"
    " OR instead IS NOT NULL AND decided_by IS NOT NULL AND reason IS NOT NULL AND reason <> ''"
)


def upgrade() -> None:
    _contacts()
    with op.batch_alter_table("api_keys") as keys:
        keys.add_column(sa.Column("agency_id", sa.String(length=26), nullable=True))
        keys.create_foreign_key(op.f("fk_api_keys_agency_id"), "agencies", ["agency_id"], ["id"])
    _refusals(nullable=True)
    op.create_index(
        "uq_refused_requests_no_sticker",
        "refused_requests",
        ["subject", "subject_digest", "row", "hour"],
        unique=True,
        sqlite_where=_NO_STICKER,
        postgresql_where=_NO_STICKER,
    )


def _contacts() -> None:
    op.create_table(
        "hazard_contacts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("participant_id", sa.String(length=26), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("left_at", Instant(), nullable=False),
        sa.Column("stopped_at", Instant(), nullable=True),
        sa.Column("told", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("told_at", Instant(), nullable=True),
        sa.Column("told_on", sa.String(length=10), nullable=True),
        sa.Column("told_that_day", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_hazard_contacts_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hazard_contacts")),
    )
    for column in ("participant_id", "phone_index"):
        op.create_index(op.f(f"ix_hazard_contacts_{column}"), "hazard_contacts", [column])


def _refusals(*, nullable: bool) -> None:
    # Where a table is made anew, its checks have to be named again.
    checks = (sa.CheckConstraint(_DECIDED, name=op.f("ck_refused_requests_decided")),)
    sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table("refused_requests", table_args=checks if sqlite else ()) as refusals:
        refusals.alter_column("sticker_id", existing_type=sa.String(length=26), nullable=nullable)


def downgrade() -> None:
    op.drop_index("uq_refused_requests_no_sticker", "refused_requests")
    op.execute("DELETE FROM refused_requests WHERE sticker_id IS NULL")
    _refusals(nullable=False)
    with op.batch_alter_table("api_keys") as keys:
        keys.drop_constraint(op.f("fk_api_keys_agency_id"), type_="foreignkey")
        keys.drop_column("agency_id")
    op.drop_table("hazard_contacts")
