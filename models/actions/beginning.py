"""An incident about a car begins: how it is in its first instant by the rules, and the decisions that say so.

Leaves to others: who may bring it about, whom it is told, and what is due when (``requests``, ``parking_effect``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from models import plates
from models.actions import deciding, response_time, variants
from models.actions.deciding import Decision
from models.actions.variants import Variants
from models.actions.watch_hits import Met
from models.actions.zoning import columns_of
from models.duty.zones import Zone
from models.geography import Location
from models.incident.incident import Incident
from models.store import Change


@dataclass(frozen=True, slots=True)
class Car:
    """Which car stands in the way, and where: ``place`` in words, ``location`` as far as it is known, its ``zone``."""

    vehicle_id: str
    number: str = field(repr=False)
    location: Location | None
    sticker_id: str | None = None
    place: str | None = None
    zone: Zone | None = None


@dataclass(frozen=True, slots=True)
class Beginning:
    """``decisions``: what the reason means, the seconds to respond, what may be promised."""

    incident: Incident
    decisions: tuple[Decision, ...]
    met: Met

    def keep(self, change: Change) -> None:
        """Has the decisions written with everything else in this transaction."""
        for decision in self.decisions:
            deciding.keep(change, self.incident.id, self.incident.district, decision)


def begin(
    change: Change, car: Car, district: str, reason: str, *, own: int | None, trying: Variants
) -> Beginning:
    """As somebody who is blocked asks for it, at ``change.at``. ``own``: the district's seconds to respond."""
    store, at, where = change.store, change.at, car.location
    about = deciding.meaning(store, district, "move_car", reason, at)
    seconds, response = response_time.of(
        change, district, reason, own, variants.tried(store, "response", trying)
    )
    facts = deciding.facts(store, district, "move_car", reason, at)
    promises = deciding.ask(store, "promises", district, at, facts, variants.tried(store, "promises", trying))
    incident = Incident(
        id=store.ids.new(),
        kind="move_car",
        status="waiting",
        outcome=None,
        district=district,
        version=1,
        feed_offset=1,
        reason=reason,
        priority=about.result["priority"],
        escalation=0,
        sticker_id=car.sticker_id,
        vehicle_id=car.vehicle_id,
        plate_masked=plates.mask(car.number),
        place=car.place,
        lat=None if where is None else where.lat,
        lng=None if where is None else where.lng,
        accuracy_m=None if where is None else where.accuracy_m,
        response_seconds=seconds,
        promise_minutes=",".join(map(str, promises.result["promise_minutes"])),
        requested_at=at,
        respond_by=at + timedelta(seconds=seconds),
        **columns_of(car.zone),
    )
    met = Met(incident.id, district, plates.mask(car.number), reason, car.number)
    return Beginning(incident, (about, response, promises), met)
