"""What cities say in their own words instead of the product's."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from models.tables.base import instant, metadata

city_texts = Table(
    "city_texts",
    metadata,
    Column("city_code", ForeignKey("cities.code"), primary_key=True),
    # zh, en
    Column("language", String(2), primary_key=True),
    # A key of the catalogue: driver.send, …
    Column("key", String(80), primary_key=True),
    # The newest counts; none is ever changed.
    Column("number", Integer, primary_key=True, autoincrement=False),
    # Empty: from then on the product's again.
    Column("text", Text, nullable=True),
    # officer:<id>, or operator for one that came in a bundle
    Column("made_by", String(60), nullable=False),
    instant("made_at", required=True),
)
