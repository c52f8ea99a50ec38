"""Under which variants a request comes, and which version of a table is asked instead of the one in force.

They are settled once, before anything is asked of a request, and written with its incident: so the groups can be
compared later, and an incident that outlives a widening stays in the group in which it began. Only what is on trial
somewhere is written; everything else follows from the versions of the flags and the instant.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.around import Around
from models.actions.incident_change import IncidentChange
from models.flags.definitions import OF_THE_STICKER, rule_of
from models.flags.flags import Variant
from models.incident.incident import Incident
from models.rules.book import Version
from models.store import Store
from models.tables import incident_variants, ownerships

Variants = Mapping[str, Variant]  # by flag


async def of_request(
    store: Store, connection: AsyncConnection, vehicle_id: str, *, district: str, sticker_district: str
) -> Variants:
    """Of a request that is made now about a vehicle which stands in ``district``.

    A version of which this process does not know the rows yet counts for nobody.
    """
    flags = store.flags
    if not flags.trials:
        return {}
    units: dict[str, str | None] = {"vehicle": vehicle_id}
    if any(flags.unit(key) == "owner" for key in flags.trials):
        units["owner"] = await owner_of(connection, vehicle_id)
    found: dict[str, Variant] = {}
    for key in flags.trials:
        rule = rule_of(key)
        if rule is None:
            found[key] = flags.variant(key, district, units=units)
        elif store.rules.on_trial(rule[1]) is not None:
            where = sticker_district if rule[0] in OF_THE_STICKER else district
            found[key] = flags.variant(key, where, units=units)
    return found


def note(new: IncidentChange, variants: Variants) -> None:
    """Has the variants of a new incident written with it, and known to what is asked next."""
    new.around.knows_variants(new.now.id, variants)
    for key, variant in variants.items():
        new.add(incident_variants, {"incident_id": new.now.id, "flag": key, "variant": variant})


def tried(store: Store, table: str, variants: Variants) -> Version | None:
    """The version of ``table`` that is tried with who comes under these variants; None: the one in force decides."""
    for key, variant in variants.items():
        rule = rule_of(key)
        if variant == "on" and rule is not None and rule[0] == table:
            return store.rules.on_trial(rule[1])
    return None


async def tried_with(store: Store, around: Around, incident: Incident, table: str) -> Version | None:
    """The version that is tried with an incident under way: it began in the pilot, and that is still running there.

    A pilot that is paused, rolled back or killed decides nothing any more, not even of what began in it.
    """
    running = [key for key in store.flags.trials if _runs(store, key, incident.district)]
    if not any(rule[0] == table for rule in map(rule_of, running) if rule is not None):
        return None
    began = await around.variants(incident.id)
    return tried(store, table, {key: began[key] for key in running if key in began})


def _runs(store: Store, key: str, district: str) -> bool:
    return store.flags.set.stage(key, district).state == "pilot"


async def owner_of(connection: AsyncConnection, vehicle_id: str) -> str | None:
    """The vehicle's present owner."""
    query = select(ownerships.c.owner_id).where(
        ownerships.c.vehicle_id == vehicle_id, ownerships.c.ended_at.is_(None)
    )
    owner: str | None = (await connection.execute(query)).scalar_one_or_none()
    return owner
