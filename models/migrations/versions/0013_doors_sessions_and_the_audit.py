"""Registrations, second factors, what is known of a session; and an audit that nobody edits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.tables.base import Instant

revision = "0013"
down_revision = "0010"
branch_labels = None
depends_on = None

# Network logs are kept for six months at least (网络安全法 art. 21): not even the database's owner deletes younger
# ones by an ordinary statement.
_SQLITE = (
    """CREATE TRIGGER audit_is_not_edited BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'audit records are not edited'); END""",
    """CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
    WHEN OLD.at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-183 days')
    BEGIN SELECT RAISE(ABORT, 'audit records are kept for six months'); END""",
)
_POSTGRESQL = (
    """CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND OLD.at <= now() - interval '183 days' THEN RETURN OLD; END IF;
        RAISE EXCEPTION 'audit records are not edited, and kept for six months';
    END $$""",
    """CREATE TRIGGER audit_is_not_edited BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit()""",
    """CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit()""",
)


def upgrade() -> None:
    with op.batch_alter_table("sessions") as sessions:
        sessions.add_column(sa.Column("device", sa.String(length=60), nullable=True))
        sessions.add_column(sa.Column("last_used_at", Instant(), nullable=True))
        sessions.add_column(sa.Column("locked_at", Instant(), nullable=True))
    op.create_index("ix_sessions_officer_id", "sessions", ["officer_id"])
    _registrations()
    _second_factors()
    op.create_index("ix_audit_actor_subject", "audit", ["actor", "subject"])
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def _registrations() -> None:
    op.create_table(
        "registrations",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("door", sa.String(length=16), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("service_number", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=60), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("district", sa.String(length=12), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("decided_by", sa.String(length=26), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("officer_id", sa.String(length=26), nullable=True),
        sa.ForeignKeyConstraint(["district"], ["districts.code"], name="fk_registrations_district"),
        sa.ForeignKeyConstraint(["decided_by"], ["officers.id"], name="fk_registrations_decided_by"),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name="fk_registrations_officer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_registrations"),
    )
    op.create_index("ix_registrations_username", "registrations", ["username"])
    op.create_index("ix_registrations_district_status", "registrations", ["district", "status"])


def _second_factors() -> None:
    op.create_table(
        "second_factors",
        sa.Column("officer_id", sa.String(length=26), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name="fk_second_factors_officer_id"),
        sa.PrimaryKeyConstraint("officer_id", name="pk_second_factors"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("officer_id", sa.String(length=26), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name="fk_recovery_codes_officer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_codes"),
    )
    op.create_index("ix_recovery_codes_officer_id", "recovery_codes", ["officer_id"])


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
