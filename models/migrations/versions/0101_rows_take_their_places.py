"""What the log and the audit hold already takes its places in the chains, in a transaction of its own: on PostgreSQL

nobody who writes meanwhile waits for it. What an older release writes after it has no hash of its own; the next entry's
is made over it all the same.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from models.chain.encoding import AUDIT, AUDIT_COLUMNS, EVENT, EVENT_COLUMNS, ZERO, link
from models.clock import SystemClock
from models.tables.base import Instant

revision = "0101"
down_revision = "0100"
branch_labels = None
depends_on = None

AT_ONCE = 1_000

heads = sa.table("heads", sa.column("district"), sa.column("hash", sa.LargeBinary()), sa.column("hashed"))
_TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "at": Instant(),
    "success": sa.Boolean(),
    "hash": sa.LargeBinary(),
    "offset": sa.BigInteger(),
}
events = sa.table("events", *(sa.column(name, _TYPES.get(name)) for name in (*EVENT_COLUMNS, "hash")))
audit = sa.table("audit", *(sa.column(name, _TYPES.get(name)) for name in (*AUDIT_COLUMNS, "hash")))
chains = sa.table(
    "chains",
    *(sa.column(name) for name in ("name", "head", "base")),
    sa.column("hash", sa.LargeBinary()),
    sa.column("begun_at", Instant()),
)


# Audit records are not edited; these few columns are filled once. On PostgreSQL the function behind the trigger is
# another one for so long, so that the table is not locked.
_FILLING = """CREATE OR REPLACE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at <= now() - interval '183 days' THEN RETURN OLD; END IF;
    IF TG_OP = 'UPDATE' AND OLD.number IS NULL AND OLD.hash IS NULL
        AND (to_jsonb(OLD) - 'number' - 'hash') = (to_jsonb(NEW) - 'number' - 'hash') THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'audit records are not edited, and kept for six months';
END $$"""
_DONE = """CREATE OR REPLACE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at <= now() - interval '183 days' THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'audit records are not edited, and kept for six months';
END $$"""
_SQLITE_DONE = """CREATE TRIGGER audit_is_not_edited BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit records are not edited'); END"""


def upgrade() -> None:
    connection = op.get_bind()
    codes = connection.execute(sa.select(heads.c.district)).scalars().all()
    newest = [found for code in codes if (found := _events(connection, code))[1]]
    is_sqlite = connection.dialect.name == "sqlite"
    op.execute("DROP TRIGGER audit_is_not_edited" if is_sqlite else _FILLING)
    _audit(connection)
    op.execute(_SQLITE_DONE if is_sqlite else _DONE)
    # Last: whoever writes needs these rows.
    for district, hashed, value in sorted(newest):
        of = heads.c.district == district
        connection.execute(sa.update(heads).where(of).values(hashed=hashed, hash=value))


def _events(connection: sa.Connection, district: str) -> tuple[str, int, bytes]:
    columns = [events.c[name] for name in EVENT_COLUMNS]
    query = sa.select(*columns).where(events.c.district == district).order_by(events.c.offset).limit(AT_ONCE)
    mine = (events.c.district == district, events.c.offset == sa.bindparam("of"))
    fill = sa.update(events).where(*mine).values(hash=sa.bindparam("made"))
    at, newest = 0, ZERO
    while rows := connection.execute(query.where(events.c.offset > at)).all():
        filled = []
        for row in rows:
            newest = link(EVENT, newest, row)
            filled.append({"of": row.offset, "made": newest})
        connection.execute(fill, filled)
        at = rows[-1].offset
    return district, at, newest


def _audit(connection: sa.Connection) -> None:
    """In the order of their instants, which is all that is known of when they were written."""
    columns = [audit.c[name] for name in AUDIT_COLUMNS[1:]]
    query = (
        sa.select(*columns).where(audit.c.number.is_(None)).order_by(audit.c.at, audit.c.id).limit(AT_ONCE)
    )
    fill = sa.update(audit).where(audit.c.id == sa.bindparam("of"))
    fill = fill.values(number=sa.bindparam("place"), hash=sa.bindparam("made"))
    number, newest = 0, ZERO
    while rows := connection.execute(query).all():
        filled = []
        for row in rows:
            number += 1
            newest = link(AUDIT, newest, (number, *row))
            filled.append({"of": row.id, "place": number, "made": newest})
        connection.execute(fill, filled)
    begun = {"head": number, "hash": newest if number else None, "base": 0, "begun_at": SystemClock().now()}
    connection.execute(sa.insert(chains).values(name="audit", **begun))


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
