"""What is kept about requests rather than incidents: audit records, first answers, and lock-outs."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table

from models.tables.base import id_column, instant, metadata

# Append-only: triggers refuse every UPDATE, and every DELETE of what is younger than six months (migration 0013).
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
)
Index("ix_audit_at", audit.c.at)
# Whether somebody has given a reason for a look already.
Index("ix_audit_actor_subject", audit.c.actor, audit.c.subject)

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
