"""What is kept about requests rather than incidents: audit records, first answers, and lock-outs."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from models.tables.base import id_column, instant, metadata

# Append-only: triggers refuse every UPDATE, and every DELETE of what is younger than six months (migration 0013).
# One chain: each record's hash is over its columns and the hash before (``models.chain.encoding``).
audit = Table(
    "audit",
    metadata,
    id_column(),
    instant("at", required=True),
    # officer:<id>, participant:<id>, or system
    Column("actor", String(60), nullable=False),
    Column("role", String(16), nullable=False),
    # sign_in, look, issue_stickers, …
    Column("action", String(40), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("reason", String(200), nullable=True),
    Column("success", Boolean, nullable=False),
    # Its place in the chain; empty in a record of a release from before there was one.
    Column("number", BigInteger, nullable=True),
    Column("hash", LargeBinary, nullable=True),
)
Index("uq_audit_number", audit.c.number, unique=True)
Index("ix_audit_at", audit.c.at)
# Who looked at something.
Index("ix_audit_subject", audit.c.subject)
# Whether somebody has given a reason for a look already.
Index("ix_audit_actor_subject", audit.c.actor, audit.c.subject)

# Where a chain that is no district's ends, and since when it is kept. What was cleared away of its beginning went up
# to ``base``.
chains = Table(
    "chains",
    metadata,
    Column("name", String(12), primary_key=True),
    Column("head", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=True),
    Column("base", BigInteger, nullable=False),
    Column("base_hash", LargeBinary, nullable=True),
    instant("begun_at", required=True),
)

# The heads of all chains day by day, signed (``models.chain.anchors``). Triggers refuse every change and deletion.
anchors = Table(
    "anchors",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    # Beijing's day, 2026-11-28; empty where a new epoch begins.
    Column("day", String(10), nullable=True),
    instant("at", required=True),
    # What is signed, as it is.
    Column("text", Text, nullable=False),
    # The key's id in WUFEN_ANCHOR_KEYS.
    Column("key", String(16), nullable=False),
    Column("signature", LargeBinary, nullable=False),
    UniqueConstraint("day"),
)

first_answers = Table(
    "first_answers",
    metadata,
    # SHA-256 of caller, route and Idempotency-Key.
    Column("key", LargeBinary, primary_key=True),
    Column("body_hash", LargeBinary, nullable=False),
    # 0 while the first request is still at work.
    Column("status", Integer, nullable=False),
    # Sealed: an answer may carry a token.
    Column("answer_sealed", LargeBinary, nullable=True),
    instant("at", required=True, index=True),
)

lockouts = Table(
    "lockouts",
    metadata,
    # "tail:device:<hash>", "tail:sticker:<id>", "sign_in:<username hash>", …
    Column("subject", String(120), primary_key=True),
    Column("failures", Integer, nullable=False),
    instant("last_at", required=True),
    instant("locked_until"),
)

# The daily clearing away (`models.actions.clearing`): of each kind of thing one row.
clearings = Table(
    "clearings",
    metadata,
    Column("what", String(20), primary_key=True),
    # A worker has taken this turn; the next one is a while after.
    instant("begun_at", required=True),
    # The last turn that came to its end, and how many it removed; since when that has been so for all there is.
    instant("done_at"),
    Column("removed", Integer, nullable=False),
    Column("removed_in_all", BigInteger, nullable=False),
)
