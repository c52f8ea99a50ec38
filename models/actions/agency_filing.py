"""What is filed with an agency's own endpoint: one row for each hazard and agency, claimed by a worker under a lease.

Leaves to others: speaking to the endpoint (``workers.filing``), and the rules of the incident.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Update, select, update

from models.actions.incident_change import IncidentChange
from models.tables import agency_filings

OPEN = ("due", "token", "filed")


async def file(changing: IncidentChange, agency: Any, *, new: bool = False) -> None:
    """Has it filed with ``agency``, if that has an endpoint; what was under way with another ends.

    ``new``: the hazard is new, and nothing of it is filed anywhere.
    """
    if not new:
        changing.later(ended(changing.now.id).where(agency_filings.c.agency_id != agency.id))
        if await _exists(changing, agency.id):
            changing.later(_due_again(changing, agency.id))
            return
    if agency.channel != "open311" or not agency.endpoint:
        return
    row = {
        "id": changing.change.store.ids.row(),
        "incident_id": changing.now.id,
        "agency_id": agency.id,
        "status": "due",
        "due_at": changing.at,
    }
    changing.add(agency_filings, row)


async def again(changing: IncidentChange) -> None:
    """Reopened: the agency that last had it gets it anew, under a number of its own."""
    query = (
        select(agency_filings.c.agency_id)
        .where(agency_filings.c.incident_id == changing.now.id)
        .order_by(agency_filings.c.due_at.desc())
        .limit(1)
    )
    last = (await changing.change.connection.execute(query)).scalar_one_or_none()
    if last is not None:
        changing.later(_due_again(changing, last))


def ended(incident_id: str) -> Update:
    """Nothing more is sent or asked of it."""
    return (
        update(agency_filings)
        .where(agency_filings.c.incident_id == incident_id, agency_filings.c.status.in_(OPEN))
        .values(status="ended", lease_until=None)
    )


async def _exists(changing: IncidentChange, agency_id: str) -> bool:
    query = select(agency_filings.c.id).where(
        agency_filings.c.incident_id == changing.now.id, agency_filings.c.agency_id == agency_id
    )
    return (await changing.change.connection.execute(query)).first() is not None


def _due_again(changing: IncidentChange, agency_id: str) -> Update:
    return (
        update(agency_filings)
        .where(agency_filings.c.incident_id == changing.now.id, agency_filings.c.agency_id == agency_id)
        .values(
            status="due",
            attempts=0,
            due_at=changing.at,
            lease_until=None,
            token=None,
            service_request_id=None,
            remote_status=None,
            error=None,
        )
    )
