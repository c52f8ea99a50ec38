"""For how long what is kept: the table ``retention``."""

from __future__ import annotations

from datetime import timedelta

from models.store import Store


def of(store: Store, what: str, district: str = "") -> timedelta:
    """How long ``what`` is kept; of what belongs to no district the installation's first city decides."""
    version = store.rules.in_force("retention", district, store.clock.now())
    return timedelta(days=version.compiled.ask({"what": what}).result["days"])
