"""Cities and their districts, by the codes of GB/T 2260; an extension unit has its own code and a parent.

What is local to a city stands here as data and comes in a bundle (``models.city``, docs/cities.md).
"""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Integer, String, Table, Text

from models.tables.base import DistrictCode, metadata

cities = Table(
    "cities",
    metadata,
    Column("code", DistrictCode, primary_key=True),
    Column("name", String(40), nullable=False),
    Column("name_en", String(60), nullable=False),
    # The platform's name on pages and stickers: each city brands its own.
    Column("platform", String(40), nullable=False),
    # What its stickers say and their colour (#rrggbb); empty: as the product prints them.
    Column("sticker_headline", String(8), nullable=True),
    Column("sticker_headline_en", String(40), nullable=True),
    Column("sticker_note", String(14), nullable=True),
    Column("sticker_colour", String(7), nullable=True),
    # What plates of electric bicycles look like there (``models.local_plates``); empty: as anybody likes.
    Column("ebike_plates", String(120), nullable=True),
    # The wall's drawing (``models.city.drawing``) as JSON; empty: the wall lays the districts out itself.
    Column("drawing", Text, nullable=True),
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
    # Registered motor vehicles: what the share of those with a sticker is counted against. Empty: unknown.
    Column("vehicles", Integer, nullable=True),
    # Its seat, degrees in WGS-84: where the wall's view of it has its middle.
    Column("lat", Float, nullable=True),
    Column("lng", Float, nullable=True),
)
