"""The database itself refuses to change or delete what stands in the log and in anchors."""

from __future__ import annotations

from alembic import op

revision = "0102"
down_revision = "0101"
branch_labels = None
depends_on = None

_FUNCTION = """CREATE FUNCTION refuse_change_of_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$"""


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.execute(_FUNCTION)
    for table in ("events", "anchors"):
        for statement in _sqlite(table) if is_sqlite else _postgresql(table):
            op.execute(statement)


def _sqlite(table: str) -> list[str]:
    # INSERT OR REPLACE deletes without a word to a trigger of deletions.
    key = "district = NEW.district AND offset = NEW.offset" if table == "events" else "number = NEW.number"
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    taken = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key})"
    return [
        f"CREATE TRIGGER {table}_are_not_edited BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_are_not_deleted BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_are_not_replaced BEFORE INSERT ON {table} {taken} {refuse}",
    ]


def _postgresql(table: str) -> list[str]:
    refuse = "EXECUTE FUNCTION refuse_change_of_record()"
    return [
        f"CREATE TRIGGER {table}_are_not_edited BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {table}_are_not_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
    ]


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
