"""A database of an older release with incidents under way: what was set then still fires after the upgrade."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from models.actions.ladder import LadderStep, step_of
from models.migrate import upgrade


def test_steps_that_were_set_before_steps_carried_what_they_do_are_given_it(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    upgrade(f"sqlite:///{path}", "0003")
    rows = [(f"d{number}", f"step:{number}", "open") for number in (1, 2, 3, 4)]
    with sqlite3.connect(path) as database:
        database.executemany(
            "INSERT INTO deadlines (id, incident_id, district, kind, due_at, status)"
            " VALUES (?, 'i', '511802', ?, '2026-11-02T08:01:00.000000Z', ?)",
            [*rows, ("d5", "respond", "open"), ("d6", "step:1", "fired")],
        )
    upgrade(f"sqlite:///{path}")
    with sqlite3.connect(path) as database:
        found = dict(database.execute("SELECT id, subject FROM deadlines"))
    assert [step_of(found[f"d{number}"]) for number in (1, 2, 3, 4)] == [
        LadderStep(1, ("second_contact",), True),
        LadderStep(2, ("offer",), True),
        LadderStep(3, ("widen", "tell_commander"), True),
        LadderStep(4, ("amber",), False),
    ]
    assert (found["d5"], found["d6"]) == (None, None)
