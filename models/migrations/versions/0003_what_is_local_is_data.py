"""What is local to a city becomes data: its stickers' design, the wall's drawing, vehicles and seats of districts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("cities") as cities:
        cities.add_column(sa.Column("sticker_headline", sa.String(length=8), nullable=True))
        cities.add_column(sa.Column("sticker_headline_en", sa.String(length=40), nullable=True))
        cities.add_column(sa.Column("sticker_note", sa.String(length=14), nullable=True))
        cities.add_column(sa.Column("sticker_colour", sa.String(length=7), nullable=True))
        cities.add_column(sa.Column("drawing", sa.Text(), nullable=True))
    with op.batch_alter_table("districts") as districts:
        districts.add_column(sa.Column("vehicles", sa.Integer(), nullable=True))
        districts.add_column(sa.Column("lat", sa.Float(), nullable=True))
        districts.add_column(sa.Column("lng", sa.Float(), nullable=True))
