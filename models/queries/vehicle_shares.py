"""The two shares of vehicles that stand on a board: again within the window (S57), gone after the notice (S56).

Each goes through months of notices, so a board asks at most once a minute and district, however often it is drawn.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from models.queries.vehicle_figures import vehicle_figures
from models.store import Store

PERIOD = timedelta(days=30)  # ends now
KEPT = timedelta(minutes=1)


class VehicleShares:
    """Remembers the last answer of each district."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, tuple[datetime, dict[str, Any]]] = {}

    async def of(self, district: str) -> dict[str, Any]:
        """``{"days", "window_days", "repeat", "left"}``, each share as count, n and share; a minute old at most."""
        now = self._store.clock.now()
        known = self._known.get(district)
        if known is not None and timedelta(0) <= now - known[0] < KEPT:
            return known[1]
        found = await vehicle_figures(self._store, district, now - PERIOD, now)
        view = {"days": PERIOD.days, "window_days": found["window_days"], **found["now"]}
        self._known[district] = now, view
        return view
