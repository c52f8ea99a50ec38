"""What an operator changes while the service runs: its revisions, by which every process sees that it changed."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from models.tables.base import Id, instant, metadata

configuration = Table(
    "configuration",
    metadata,
    # rules, flags, texts, channels: what is read and put in place together.
    Column("topic", String(16), primary_key=True),
    # Another random one at each change. No count: a database that was restored from a backup must not look
    # like the one that a process knows.
    Column("revision", Id, nullable=False),
    instant("changed_at", required=True),
)
