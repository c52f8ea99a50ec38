"""What the rules want of photos, asked for one incident and whoever shows them; and whether there are enough.

Leaves to others: how it is judged (`models.incident.evidence`), and how a photo joins an incident (`photos`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import deciding, variants
from models.actions.around import Around
from models.actions.deciding import Decision
from models.actions.incident_change import IncidentChange
from models.caller import Caller, Officer, Participant
from models.incident.commands import Command, HandOver, Resolve
from models.incident.evidence import Wanted, check_enough
from models.incident.incident import Incident
from models.store import Store
from models.tables import photos

By = Literal["citizen", "auxiliary", "police"]
_PURPOSES = {"move_car": "move_car", "accident": "accident", "report": "illegal_parking", "hazard": "hazard"}
_CITIZENS, _STAFF = ("requester:%", "owner:%", "party:%"), ("police:%", "auxiliary:%", "commander:%")


def shown_by(caller: Caller) -> By:
    """As whom the rules know who shows a photo."""
    if not isinstance(caller, Officer):
        return "citizen"
    return "auxiliary" if caller.role == "auxiliary" else "police"


async def wanted_of(
    store: Store, connection: AsyncConnection, incident: Incident, by: By
) -> tuple[Decision, Wanted]:
    """What the table says of photos shown ``by`` them, and what is wanted: the same, unless somebody decided otherwise

    for this incident.
    """
    given = {"by": by, "purpose": _PURPOSES[incident.kind]}
    around = Around(connection)
    tried = await variants.tried_with(store, around, incident, "evidence")
    decision = deciding.ask(store, "evidence", incident.district, incident.requested_at, given, tried)
    instead = await around.instead(incident.id, "evidence", by)
    if instead is None:
        return decision, Wanted.of(decision.result)
    return replace(decision, instead=instead.source), Wanted.of(instead.result)


def most_before_asking(store: Store, district: str, at: datetime) -> int:
    """How many photos may go with a request to move a car, for a page that says it before anybody has asked.

    What is on trial is not looked at.
    """
    given = {"by": "citizen", "purpose": _PURPOSES["move_car"]}
    most: int = deciding.ask(store, "evidence", district, at, given).result["photos_most"]
    return most


async def taken(connection: AsyncConnection, incident_id: str, by: By) -> list[datetime]:
    """When the photos of this side, citizens or staff, were taken, or arrived where the phone did not say."""
    side = _CITIZENS if by == "citizen" else _STAFF
    query = select(
        func.coalesce(photos.c.taken_at, photos.c.uploaded_at, type_=photos.c.uploaded_at.type)
    ).where(photos.c.incident_id == incident_id, or_(*(photos.c.by.like(one) for one in side)))
    return list((await connection.execute(query)).scalars())


async def check(changing: IncidentChange, command: Command, caller: Caller) -> None:
    """Raises Conflict where the table wants photos first: of a requester who calls the officers to a car before the

    time is up, and of the officer who closes it as dealt with. Time itself waits for no photo, nor does an accident.
    """
    to_a_car = changing.now.kind == "move_car"
    early = to_a_car and isinstance(command, HandOver) and isinstance(caller, Participant)
    dealt_with = (
        isinstance(command, Resolve)
        and command.outcome == "resolved"
        and isinstance(caller, Officer)
        and caller.role != "commander"
    )
    if not early and not dealt_with:
        return
    change, by = changing.change, shown_by(caller)
    _, wanted = await wanted_of(change.store, change.connection, changing.now, by)
    if wanted.least:
        check_enough(wanted, await taken(change.connection, changing.now.id, by))
