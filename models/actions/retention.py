"""For how long what is kept: the table ``retention``."""

from __future__ import annotations

from datetime import timedelta

from models.rules.faults import LEAST_AUDIT_DAYS
from models.rules.shipped import shipped
from models.store import Store


def of(store: Store, what: str, district: str = "") -> timedelta:
    """How long ``what`` is kept; of what belongs to no district the installation's first city decides."""
    version = store.rules.in_force("retention", district, store.clock.now())
    try:
        result = version.compiled.ask({"what": what}).result
    except LookupError:
        # A version from before this kind of thing was kept says nothing of it.
        result = shipped()["retention"].ask({"what": what}).result
    days: int = result["days"]
    # One that is in force from before this was checked is not followed in this.
    return timedelta(days=max(days, LEAST_AUDIT_DAYS) if what == "audit" else days)
