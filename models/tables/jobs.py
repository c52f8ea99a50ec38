"""Work beside requests: who does it, what is done once a period, and the daily counts that outlive the notices."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from models.tables.base import Instant, instant, metadata

# One row a process that takes jobs; it says every few seconds that it lives.
worker_lives = Table(
    "worker_lives",
    metadata,
    Column("name", String(80), primary_key=True),
    # What it does: worker, reader, examiner, exporter.
    Column("kind", String(20), nullable=False),
    instant("started_at", required=True),
    instant("heard_at", required=True),
    # When it was told to stop, and did; empty for one that lives, or died.
    instant("stopped_at"),
)

# What is done once a period (``models.actions.periods``): the row is the claim, and written with what was done.
periods = Table(
    "periods",
    metadata,
    Column("what", String(30), primary_key=True),
    Column("begins_at", Instant, primary_key=True),
    instant("done_at"),
    Column("tries", Integer, nullable=False),
    # Not tried again before.
    instant("again_at"),
    Column("error", String(60), nullable=True),
)

# Notices of one day in Beijing by what became of them. No person is in it, so that it stays.
notice_days = Table(
    "notice_days",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("city_code", ForeignKey("cities.code"), primary_key=True),
    Column("channel", String(16), primary_key=True),
    Column("state", String(10), primary_key=True),
    Column("notices", Integer, nullable=False),
)
