"""A contact of the owner could be told on no channel at all: nobody waits for an answer that cannot come.

The second contact is told at once; without one, or if he cannot be told either, officers are asked now. The ladder of
the incident goes on beside it, and does not tell again whom this has told already. It is no part of what was recorded
of the notices: when a worker dies in between, the ladder's own steps do the same, later.
"""

from __future__ import annotations

from models.actions import notify, offers
from models.actions.incident_change import IncidentChange, load, until_saved
from models.errors import NotFound
from models.store import Change, Store

SYSTEM = "system"


async def follow(store: Store, incident_id: str) -> None:
    """Tells the second contact, or asks officers. Nothing where the incident is no longer the owner's."""

    async def work(change: Change) -> None:
        incident = await load(change, incident_id)
        if incident.status != "waiting" or incident.answered_at is not None or incident.kind != "move_car":
            return
        changing = IncidentChange(change, incident, incident, SYSTEM)
        others = (await notify.contacts_of(changing))[1:2]
        untold = [one for one in others if not await notify.is_told(changing, one)]
        if not untold and await offers.any_open(changing):
            return
        # By this the ladder knows that its step of this number is done.
        changing.step("escalated", escalation=incident.escalation + 1)
        for contact in untold:
            notify.tell_owner(changing, contact, "reminder", change.at)
        if not untold:
            await offers.make_offers(changing, "offer")
        changing.save()

    try:
        await until_saved(lambda: store.commit("command", {incident_id}, work))
    except NotFound:
        return
