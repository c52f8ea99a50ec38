"""Writing notices, with the change that causes them. Sending them is a worker's."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from models.actions.incident_change import IncidentChange
from models.tables import contacts, notices, officer_districts, officers, ownerships, participants

DEFAULT_CHANNEL = "simulator"


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach an owner; ``position`` 1 is told first."""

    id: str
    position: int


async def contacts_of(change: IncidentChange) -> list[Contact]:
    """The contacts of the vehicle's present owner, first one first."""
    query = (
        select(contacts.c.id, contacts.c.position)
        .join(ownerships, ownerships.c.owner_id == contacts.c.owner_id)
        .where(ownerships.c.vehicle_id == change.now.vehicle_id, ownerships.c.ended_at.is_(None))
        .where(contacts.c.verified_at.is_not(None))
        .order_by(contacts.c.position)
    )
    return [Contact(row.id, row.position) for row in await change.change.connection.execute(query)]


def tell_owner(change: IncidentChange, contact: Contact, template: str, due_at: datetime) -> None:
    """A notice with a link of its own: each contact has a token, so that each can be ended alone."""
    store = change.change.store
    token = store.ids.secret()
    change.add(
        participants,
        {
            "id": store.ids.new(),
            "incident_id": change.now.id,
            "role": "owner",
            "token_hash": token_hash(token),
            "vehicle_id": change.now.vehicle_id,
            "contact_id": contact.id,
            "joined_at": change.at,
        },
    )
    _write(change, template, f"contact:{contact.position}", due_at, secret=token, contact_id=contact.id)


async def tell_commanders(change: IncidentChange, template: str) -> int:
    """A notice to each commander of the incident's district; returns how many there are."""
    query = (
        select(officers.c.id)
        .join(officer_districts, officer_districts.c.officer_id == officers.c.id)
        .where(officer_districts.c.district == change.now.district)
        .where(officers.c.role == "commander", officers.c.active)
        .order_by(officers.c.id)
    )
    ids = list((await change.change.connection.execute(query)).scalars())
    for officer_id in ids:
        _write(change, template, f"officer:{officer_id}", change.at, officer_id=officer_id)
    return len(ids)


def cancel_notices(change: IncidentChange) -> None:
    """What was not sent yet is not worth sending any more."""
    change.later(
        update(notices)
        .where(notices.c.incident_id == change.now.id, notices.c.status == "queued")
        .values(status="cancelled")
    )


def token_hash(token: str) -> bytes:
    """What the tables keep of a bearer token: SHA-256, since a token of 256 random bits needs no salt."""
    return hashlib.sha256(token.encode()).digest()


def _write(
    change: IncidentChange,
    template: str,
    recipient: str,
    due_at: datetime,
    *,
    secret: str | None = None,
    contact_id: str | None = None,
    officer_id: str | None = None,
) -> None:
    store = change.change.store
    notice_id = store.ids.new()
    sealed = None if secret is None else store.vault.seal("notices.secret_sealed", notice_id, secret)
    params: dict[str, Any] = {
        "reason": change.now.reason,
        "plate": change.now.plate_masked,
        "district": change.now.district,
    }
    change.add(
        notices,
        {
            "id": notice_id,
            "key": f"{change.now.id}:{change.now.version}:{template}:{recipient}:{DEFAULT_CHANNEL}",
            "incident_id": change.now.id,
            "template": template,
            "params": json.dumps(params, ensure_ascii=False),
            "secret_sealed": sealed,
            "contact_id": contact_id,
            "officer_id": officer_id,
            "channel": DEFAULT_CHANNEL,
            "status": "queued",
            "created_at": change.at,
            "due_at": due_at,
        },
    )
    change.change.notices_written = True
