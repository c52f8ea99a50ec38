"""Which keys seal and index, how far older seals have been made anew, and files that nobody names any more."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table, text

from models.tables.base import instant, metadata

# The keys themselves are in no table. Without a row of a kind the first of the ring seals.
sealing_keys = Table(
    "sealing_keys",
    metadata,
    # field, index
    Column("kind", String(5), primary_key=True),
    Column("key_id", String(16), primary_key=True),
    # coming (known to everybody, used by nobody), sealing, old (still opens), retired
    Column("state", String(8), nullable=False),
    instant("known_at", required=True),
    # When it began to seal, and when it went.
    instant("since"),
    instant("retired_at"),
)

# One pass after the other over each place until one finds nothing.
resealings = Table(
    "resealings",
    metadata,
    # table.column
    Column("place", String(80), primary_key=True),
    # The key under which everything is to be.
    Column("key_id", String(16), nullable=False),
    # The last row of this pass that was looked at (its primary key; bytes in hex); empty: none yet.
    Column("after", String(200), nullable=True),
    instant("began_at", required=True),
    Column("found", Integer, nullable=False, server_default=text("0")),
    # Rows of this pass that cannot be opened, and so stay as they are.
    Column("damaged", Integer, nullable=False, server_default=text("0")),
    # Made anew under this key, in all.
    Column("done", BigInteger, nullable=False, server_default=text("0")),
    instant("done_at"),
)

# Removed from the media folder a while later, unless a row names them: somebody may just have read the row of before.
leftover_files = Table(
    "leftover_files",
    metadata,
    Column("name", String(80), primary_key=True),
    instant("at", required=True, index=True),
)
