"""How long the people concerned have before an officer must.

The nearest word counts, and in one place the approved table before the plain number: the district's table, the
district's number, the city's table, the number of the whole installation (WUFEN_RESPOND_SECONDS), the shipped table.
"""

from __future__ import annotations

from dataclasses import replace

from models.actions import deciding
from models.actions.deciding import Decision
from models.rules.book import Version
from models.store import Change


def of(
    change: Change, district: str, reason: str, own: int | None, tried: Version | None
) -> tuple[int, Decision]:
    """Seconds for a request to move a car that begins now, and the decision to keep. ``own``: the district's number.

    ``tried``: the version that is on trial with this car.
    """
    given = deciding.facts(change.store, district, "move_car", reason, change.at)
    decision = deciding.ask(change.store, "response", district, change.at, given, tried)
    everywhere = change.store.settings.respond_seconds
    if own and decision.scope != "district":
        return own, replace(decision, instead=f"district:{own}")
    if everywhere and decision.scope == "shipped":
        return everywhere, replace(decision, instead=f"setting:{everywhere}")
    return decision.result["seconds"], decision
