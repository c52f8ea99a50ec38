"""What a city sets up for its channels, what a person lets us use, and what providers say of a notice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.clock import SystemClock
from models.ids import RandomIds
from models.tables.base import Instant

revision = "0110"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _setups()
    _contacts()
    with op.batch_alter_table("notices") as notices:
        notices.add_column(sa.Column("city_code", sa.String(length=12), nullable=True))
        notices.add_column(sa.Column("thread", sa.String(length=26), nullable=True))
        notices.add_column(sa.Column("step", sa.Integer(), nullable=False, server_default=sa.text("1")))
        notices.add_column(sa.Column("code", sa.String(length=60), nullable=True))
        notices.add_column(sa.Column("provider_id", sa.String(length=120), nullable=True))
        for name in ("asked_at", "held_since", "delivered_at", "answered_at"):
            notices.add_column(sa.Column(name, Instant(), nullable=True))
        notices.create_foreign_key(op.f("fk_notices_city_code"), "cities", ["city_code"], ["code"])
        notices.create_index(op.f("ix_notices_thread"), ["thread"])
        notices.create_index("uq_notices_channel_provider_id", ["channel", "provider_id"], unique=True)
    table = sa.table(
        "configuration", sa.column("topic"), sa.column("revision"), sa.column("changed_at", Instant())
    )
    now, ids = SystemClock().now(), RandomIds()
    op.execute(table.insert().values(topic="channels", revision=ids.new(), changed_at=now))


def _setups() -> None:
    op.create_table(
        "channel_setups",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("city_code", sa.String(length=12), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("timeout_seconds", sa.Float(), nullable=True),
        sa.Column("a_minute", sa.Integer(), nullable=True),
        sa.Column("given", sa.Text(), nullable=False),
        sa.Column("secrets_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("changed_by", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["city_code"], ["cities.code"], name=op.f("fk_channel_setups_city_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_setups")),
        sa.UniqueConstraint("city_code", "channel", name=op.f("uq_channel_setups_city_code_channel")),
    )


def _contacts() -> None:
    op.create_table(
        "contact_channels",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("contact_id", sa.String(length=26), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("address_index", sa.LargeBinary(), nullable=True),
        sa.Column("allowed", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_contact_channels_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_channels")),
        sa.UniqueConstraint("contact_id", "channel", name=op.f("uq_contact_channels_contact_id_channel")),
    )
    op.create_index(op.f("ix_contact_channels_address_index"), "contact_channels", ["address_index"])


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
