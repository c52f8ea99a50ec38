"""Cities and their districts, by the codes of GB/T 2260; an extension unit has its own code and a parent."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from models.tables.base import DistrictCode, metadata

cities = Table(
    "cities",
    metadata,
    Column("code", DistrictCode, primary_key=True),
    Column("name", String(40), nullable=False),
    Column("name_en", String(60), nullable=False),
    # The platform's name on pages and stickers: each city brands its own.
    Column("platform", String(40), nullable=False),
)

districts = Table(
    "districts",
    metadata,
    Column("code", DistrictCode, primary_key=True),
    Column("city_code", ForeignKey("cities.code"), nullable=False),
    # An extension unit (an economic development zone, say) lies inside a district of the standard.
    Column("parent_code", ForeignKey("districts.code"), nullable=True),
    Column("name", String(40), nullable=False),
    Column("name_en", String(60), nullable=False),
    # Seconds; empty takes the rule's default (WUFEN_RESPOND_SECONDS).
    Column("respond_seconds", Integer, nullable=True),
)
