"""What every step of a version has in common: who may take it, on which version, and its record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from models.access.deeds import Deed
from models.access.rights import may
from models.actions import audit
from models.actions.idempotency import Keeping
from models.caller import Officer
from models.errors import Conflict, Forbidden, NotFound, RuleFaulty
from models.rules import faults
from models.rules.book import EVERYWHERE
from models.rules.content import from_model
from models.store import Change
from models.tables import districts, rule_versions

_ANOTHER = {"draft": "not_draft", "checked": "not_checked", "approved": "not_approved"}


@dataclass(frozen=True, slots=True)
class Changed:
    """A version after a step; ``active_from`` when it was put in force."""

    id: str
    number: int
    status: str
    active_from: datetime | None = None


Then = Keeping[Changed]


async def version(change: Change, by: Officer, version_id: str, *possible: str) -> Any:
    """A version in one of these statuses, locked, of a scope that is his. Raises NotFound, Forbidden, Conflict."""
    query = select(rule_versions).where(rule_versions.c.id == version_id).with_for_update()
    row = (await change.connection.execute(query)).first()
    if row is None or row.scope == EVERYWHERE:
        raise NotFound
    await check_scope(change, by, row.scope)
    if row.status not in possible:
        raise Conflict(why=_ANOTHER[possible[-1]])
    return row


async def check_scope(change: Change, by: Officer, scope: str) -> None:
    """A district's rules are its administrators', a city's those of whoever administers all of its districts."""
    if not may(by.role, "draft_rules"):
        raise Forbidden
    if scope in by.districts:
        return
    query = select(districts.c.code).where(districts.c.city_code == scope)
    codes = set((await change.connection.execute(query)).scalars())
    if not codes:
        raise NotFound(field="scope")
    if not codes <= by.districts:
        raise Forbidden(field="scope")


def refuse_faulty(row: Any) -> None:
    """Raises RuleFaulty: what was checked by another release is checked again at each step."""
    found = faults.find(from_model(row.content))
    if found:
        raise RuleFaulty(faults=len(found))


async def end(
    change: Change, by: Officer, action: Deed, done: Changed, reason: str | None, then: Then | None
) -> None:
    """The record of a step, and the answer that is kept with it."""
    await audit.record(change, by, action, f"rule:{done.id}", reason=reason)
    if then is not None:
        await then(change, done)
