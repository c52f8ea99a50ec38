"""Versions of the rules, since when which is in force, what they decided, and what people decided otherwise."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from models.tables.base import Id, id_column, instant, metadata

rule_versions = Table(
    "rule_versions",
    metadata,
    id_column(),
    Column("table_name", String(20), nullable=False),
    # The district or city it is made for; empty: shipped with the program.
    Column("scope", String(12), nullable=False),
    # Counts the versions of one table in one scope.
    Column("number", Integer, nullable=False),
    # draft, checked, approved, rejected, withdrawn
    Column("status", String(10), nullable=False),
    # The decision model with its sentence, source and golden cases. Never changed: a change is a new version.
    Column("content", Text, nullable=False),
    Column("note", String(200), nullable=True),
    # officer:<id>, or shipped
    Column("author", String(60), nullable=False),
    instant("created_at", required=True),
    instant("checked_at"),
    # Never the author: the second person is not only the program's word.
    Column("decided_by", String(60), nullable=True),
    instant("decided_at"),
    Column("decided_reason", String(200), nullable=True),
    # By its author, before anybody decided.
    instant("withdrawn_at"),
    UniqueConstraint("table_name", "scope", "number"),
    # What an activation refers to: only a version that somebody approved has an approver to name.
    UniqueConstraint("id", "decided_by", "status"),
    CheckConstraint("decided_by IS NULL OR decided_by <> author", name="second_person"),
    CheckConstraint(
        "status IN ('draft', 'checked', 'withdrawn') AND decided_by IS NULL AND decided_at IS NULL"
        " OR status IN ('approved', 'rejected') AND decided_by IS NOT NULL AND decided_at IS NOT NULL"
        " AND checked_at IS NOT NULL",
        name="decided",
    ),
    CheckConstraint("(status = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn"),
)

rule_activations = Table(
    "rule_activations",
    metadata,
    id_column(),
    Column("table_name", String(20), nullable=False),
    Column("scope", String(12), nullable=False),
    # Counts the activations of one table in one scope; of those that have begun the last one counts.
    Column("number", Integer, nullable=False),
    # Empty: from now on what the wider scope says.
    Column("version_id", Id, nullable=True),
    Column("approved_by", String(60), nullable=True),
    Column("approved", String(10), nullable=True),
    instant("active_from", required=True),
    # activate, roll_back
    Column("how", String(10), nullable=False),
    Column("by", String(60), nullable=False),
    Column("reason", String(200), nullable=True),
    instant("at", required=True),
    # One that had not begun when it was taken back.
    instant("cancelled_at"),
    UniqueConstraint("table_name", "scope", "number"),
    # Nothing is in force that a second person has not approved.
    ForeignKeyConstraint(
        ["version_id", "approved_by", "approved"],
        ["rule_versions.id", "rule_versions.decided_by", "rule_versions.status"],
        name="fk_rule_activations_approved_version",
    ),
    CheckConstraint(
        "version_id IS NULL AND approved_by IS NULL AND approved IS NULL"
        " OR version_id IS NOT NULL AND approved_by IS NOT NULL AND approved = 'approved'",
        name="approved",
    ),
)

rule_decisions = Table(
    "rule_decisions",
    metadata,
    id_column(),
    instant("at", required=True),
    Column("incident_id", ForeignKey("incidents.id"), nullable=False, index=True),
    Column("district", String(12), nullable=False),
    Column("table_name", String(20), nullable=False),
    Column("version_id", ForeignKey("rule_versions.id"), nullable=False),
    # The ids of the rows that matched, in order, with a comma between them.
    Column("matched", Text, nullable=False),
    # JSON, without personal data: what was asked, and what was answered.
    Column("inputs", Text, nullable=False),
    Column("result", Text, nullable=False),
    # Where the answer came from if not from the table: WUFEN_RESPOND_SECONDS, the district's own number.
    Column("instead", String(40), nullable=True),
)

rule_overrides = Table(
    "rule_overrides",
    metadata,
    id_column(),
    Column("decision_id", ForeignKey("rule_decisions.id"), nullable=False, index=True),
    # Of which incident and table the decision is, so that what counts for an incident is found at once.
    Column("incident_id", ForeignKey("incidents.id"), nullable=False, index=True),
    Column("table_name", String(20), nullable=False),
    # Which part of the decision: a step of the ladder, whose evidence; empty: all of it.
    Column("part", String(20), nullable=False),
    # JSON, like the decision's.
    Column("result", Text, nullable=False),
    Column("reason", String(200), nullable=False),
    Column("by", String(60), nullable=False),
    instant("at", required=True),
    # Whether it waits for somebody else's word; the table said so when it decided.
    Column("second_person", Boolean, nullable=False),
    Column("confirmed_by", String(60), nullable=True),
    instant("confirmed_at"),
    # The second person's other word: then it never counts, and the decision may be decided otherwise anew.
    Column("refused_by", String(60), nullable=True),
    instant("refused_at"),
    Column("refused_reason", String(200), nullable=True),
    CheckConstraint("reason <> ''", name="reason"),
    CheckConstraint('confirmed_by IS NULL OR confirmed_by <> "by"', name="second_person"),
    CheckConstraint('refused_by IS NULL OR refused_by <> "by" AND confirmed_by IS NULL', name="refused"),
)
