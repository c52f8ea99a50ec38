"""How long the people concerned have before an officer must.

The nearest word counts, and in one place the approved table before the plain number: the district's table, the
district's number, the city's table, the number of the whole installation (WUFEN_RESPOND_SECONDS), the shipped table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from models.actions import deciding
from models.actions.deciding import Decision
from models.rules.book import Version
from models.store import Change, Store


def before_asking(
    store: Store, district: str, reasons: Iterable[str], own: int | None, at: datetime
) -> dict[str, int]:
    """Seconds by reason, for a page that says it before anybody has asked. What is on trial is not looked at."""
    found = {}
    for reason in reasons:
        given = deciding.facts(store, district, "move_car", reason, at)
        found[reason] = _nearest(store, deciding.ask(store, "response", district, at, given), own)[0]
    return found


def of(
    change: Change, district: str, reason: str, own: int | None, tried: Version | None
) -> tuple[int, Decision]:
    """Seconds for a request to move a car that begins now, and the decision to keep. ``own``: the district's number.

    ``tried``: the version that is on trial with this car.
    """
    given = deciding.facts(change.store, district, "move_car", reason, change.at)
    decision = deciding.ask(change.store, "response", district, change.at, given, tried)
    return _nearest(change.store, decision, own)


def by_table(change: Change, district: str, kind: str, reason: str) -> tuple[int, Decision]:
    """Seconds of an incident of another kind: what the table says, which has no plain number beside it."""
    given = deciding.facts(change.store, district, kind, reason, change.at)
    decision = deciding.ask(change.store, "response", district, change.at, given)
    return decision.result["seconds"], decision


def _nearest(store: Store, decision: Decision, own: int | None) -> tuple[int, Decision]:
    everywhere = store.settings.respond_seconds
    if own and decision.scope != "district":
        return own, replace(decision, instead=f"district:{own}")
    if everywhere and decision.scope == "shipped":
        return everywhere, replace(decision, instead=f"setting:{everywhere}")
    return decision.result["seconds"], decision
