"""Puts rules in force as two administrators do."""

from __future__ import annotations

from models.actions import rule_activations, rule_changes
from models.rules.content import Content, Golden, Row
from models.rules.definitions import DEFINITIONS
from models.rules.shipped import shipped
from models.store import Store
from tests.support.city import MINGSHAN, YUCHENG, officer
from tests.support.clock import FakeClock

AUTHOR = officer("A1", "administrator", YUCHENG, MINGSHAN)
SECOND = officer("A2", "administrator", YUCHENG, MINGSHAN)


async def in_force(store: Store, clock: FakeClock, table: str, scope: str, *rows: dict[str, str]) -> str:
    """A version of ``rows`` decides in ``scope`` from now on; its id."""
    version_id = await approved(store, table, scope, *rows)
    await rule_activations.activate(store, SECOND, version_id, at=None)
    clock.advance(rule_activations.LEAD.total_seconds())
    await store.configuration.refresh()
    return version_id


async def approved(store: Store, table: str, scope: str, *rows: dict[str, str]) -> str:
    """A version that a second person has approved, and nothing more; its id."""
    version_id = await waiting(store, table, scope, *rows)
    await rule_changes.decide(store, SECOND, version_id, approve=True, reason=None)
    return version_id


async def waiting(store: Store, table: str, scope: str, *rows: dict[str, str]) -> str:
    """A version that is checked and waits for a second person; its id."""
    content = Content(
        table,
        shipped()[table].content.sentence,
        {"en": "a test"},
        tuple(Row(f"row_{number}", row) for number, row in enumerate(rows, start=1)),
        (_any(table, rows),),
    )
    made = await rule_changes.draft(store, AUTHOR, content, scope, note=None)
    await rule_changes.submit(store, AUTHOR, made.id)
    return made.id


def _any(table: str, rows: tuple[dict[str, str], ...]) -> Golden:
    """A case that every table passes whose rows all match the usual inputs, or of which one decides."""
    collects = DEFINITIONS[table].policy == "collect"
    return Golden({"en": "any"}, {}, [{} for _ in rows] if collects else {})
