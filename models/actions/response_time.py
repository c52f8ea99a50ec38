"""How long the people concerned have before an officer must.

The nearest word counts, and in one place the approved table before the plain number: the district's table, the
district's number, the city's table, the number of the whole installation (WUFEN_RESPOND_SECONDS), the shipped table.
"""

from __future__ import annotations

from dataclasses import replace

from models.actions import deciding
from models.actions.deciding import Decision
from models.flags.definitions import rule_of
from models.rules.book import Version
from models.store import Change, Store


def of(change: Change, district: str, reason: str, own: int | None, vehicle_id: str) -> tuple[int, Decision]:
    """Seconds for a request to move a car that begins now, and the decision to keep. ``own``: the district's number.

    The vehicle decides whether a version that is on trial is asked.
    """
    given = deciding.facts("move_car", reason, change.at)
    tried = _tried(change.store, district, vehicle_id)
    decision = deciding.ask(change.store, "response", district, change.at, given, tried)
    everywhere = change.store.settings.respond_seconds
    if own and decision.scope != "district":
        return own, replace(decision, instead=f"district:{own}")
    if everywhere and decision.scope == "shipped":
        return everywhere, replace(decision, instead=f"setting:{everywhere}")
    return decision.result["seconds"], decision


def _tried(store: Store, district: str, vehicle_id: str) -> Version | None:
    for key in store.flags.trials:
        rule = rule_of(key)
        if rule and rule[0] == "response" and store.flags.is_on(key, district, unit=vehicle_id):
            return store.rules.on_trial(rule[1])
    return None
