"""Flags by version, the rollouts that move them, and under which variants each incident was."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from models.tables.base import Instant, id_column, instant, metadata

flags = Table(
    "flags",
    metadata,
    # module.move_car, feature.request_photos, …: what the code asks for.
    Column("key", String(60), primary_key=True),
    # The newest counts; none is ever changed.
    Column("version", Integer, primary_key=True, autoincrement=False),
    # JSON as models.flags.content has it.
    Column("content", Text, nullable=False),
    # officer:<id>, or system
    Column("made_by", String(60), nullable=False),
    instant("made_at", required=True),
    Column("reason", String(200), nullable=True),
    # JSON as models.flags.steps has it: the step of a rollout that made this version; empty: somebody set a stage.
    Column("step", Text, nullable=True),
)
Index("ix_flags_made_at", flags.c.made_at)

rollouts = Table(
    "rollouts",
    metadata,
    id_column(),
    Column("flag", String(60), nullable=False),
    # JSON: the districts it is about, and what each had before.
    Column("before", Text, nullable=False),
    Column("percent", Integer, nullable=False),
    # running, paused, finished, rolled_back
    Column("status", String(12), nullable=False),
    # JSON: what must not become worse, as it counts now; what counted before is in the flag's versions.
    Column("guards", Text, nullable=False),
    instant("started_at", required=True),
    Column("started_by", String(60), nullable=False),
    instant("ended_at"),
    Column("ended_by", String(60), nullable=True),
    Column("reason", String(200), nullable=True),
    # When the guards were last looked at: whichever worker moves it on is the one that looks.
    instant("checked_at", required=True),
)
Index("ix_rollouts_status", rollouts.c.status)

incident_variants = Table(
    "incident_variants",
    metadata,
    Column("incident_id", ForeignKey("incidents.id"), primary_key=True),
    Column("flag", String(60), primary_key=True),
    # on, off, live, outside
    Column("variant", String(10), nullable=False),
)

# Requests that failed by our own fault while something was on trial: they left no incident. One row a minute.
trial_faults = Table(
    "trial_faults",
    metadata,
    Column("flag", String(60), primary_key=True),
    Column("variant", String(10), primary_key=True),
    Column("district", String(12), primary_key=True),
    Column("minute", Instant, primary_key=True),
    Column("count", Integer, nullable=False),
)
