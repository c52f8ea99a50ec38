"""Looking at personal data: a reason once per incident, and a record of each try, the refused ones too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.access.deeds import Deed
from models.access.rights import may, role_of
from models.actions import audit
from models.actions.idempotency import Keeping
from models.actions.reasoned import given_reason
from models.caller import Officer
from models.errors import Forbidden, NotFound
from models.store import Store
from models.tables import audit as records
from models.tables import incidents

# A whole plate; the owner's phone, through the hub; names; what else is known of the vehicle.
What = Literal["plate", "phone", "name", "history"]
SHORTEST_REASON = 2
_DEEDS: Mapping[What, Deed] = {
    "plate": "look.plate",
    "phone": "look.phone",
    "name": "look.name",
    "history": "look.history",
}


async def give_reason(
    store: Store,
    officer: Officer,
    incident_id: str,
    what: What,
    reason: str,
    *,
    then: Keeping[str] | None = None,
) -> None:
    """From now on the officer may look at it for this incident. Raises NotFound, Forbidden, InvalidField.

    What is refused is recorded as well.
    """
    reason = given_reason(reason, shortest=SHORTEST_REASON)
    subject, action = f"incident:{incident_id}", _DEEDS[what]
    async with store.database.read() as connection:
        query = select(incidents.c.district).where(incidents.c.id == incident_id)
        district = (await connection.execute(query)).scalar_one_or_none()
    if district is None:
        raise NotFound
    allowed = district in officer.districts and may(role_of(officer), action)
    async with store.change() as change:
        await audit.record(change, officer, action, subject, reason=reason, success=allowed)
        if allowed and then is not None:
            await then(change, incident_id)
    if not allowed:
        raise Forbidden


async def reasons_given(connection: AsyncConnection, officer: Officer, incident_id: str) -> frozenset[str]:
    """What the officer has given a reason for, of ``What``."""
    query = select(records.c.action).where(
        records.c.actor == officer.subject,
        records.c.subject == f"incident:{incident_id}",
        records.c.action.in_(list(_DEEDS.values())),
        records.c.success,
    )
    found = (await connection.execute(query.distinct())).scalars()
    return frozenset(action.removeprefix("look.") for action in found)
