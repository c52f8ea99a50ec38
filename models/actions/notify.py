"""Writing notices, with the change that causes them. Sending them is a worker's."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select, update

from models.actions import reach
from models.actions.around import Contact
from models.actions.incident_change import IncidentChange
from models.tables import notices, participants


async def is_told(change: IncidentChange, contact: Contact) -> bool:
    """Whether this contact has had, or is having, a notice of this incident."""
    query = select(notices.c.id).where(
        notices.c.incident_id == change.now.id, notices.c.contact_id == contact.id
    )
    return (await change.change.connection.execute(query.limit(1))).first() is not None


async def contacts_of(change: IncidentChange) -> list[Contact]:
    """The contacts of the vehicle's present owner, first one first."""
    return await change.around.contacts(change.now.vehicle_id)


def tell_owner(
    change: IncidentChange, contact: Contact, template: str, due_at: datetime, *, channel: str | None = None
) -> None:
    """A notice with a link of its own: each contact has a token, so that each can be ended alone.

    ``channel``: where the table ``reach`` is begun instead of its first step.
    """
    store = change.change.store
    token = store.ids.secret()
    change.add(
        participants,
        {
            "id": store.ids.row(),
            "incident_id": change.now.id,
            "role": "owner",
            "token_hash": token_hash(token),
            "vehicle_id": change.now.vehicle_id,
            "contact_id": contact.id,
            "joined_at": change.at,
        },
    )
    _write(
        change,
        template,
        f"contact:{contact.position}",
        due_at,
        secret=token,
        contact_id=contact.id,
        channel=channel,
    )


async def tell_commanders(change: IncidentChange, template: str) -> int:
    """A notice to each commander of the incident's district; returns how many there are."""
    ids = await change.around.commanders(change.now.district)
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


def owner_answered(change: IncidentChange) -> None:
    """Whoever answers has had his notices; nobody of his is told any more that an answer is waited for."""
    mine = notices.c.incident_id == change.now.id
    owners = mine & notices.c.contact_id.is_not(None)
    change.later(
        update(notices)
        .where(owners, notices.c.status == "queued", notices.c.lease.is_(None))
        .values(status="cancelled")
    )
    change.later(
        update(notices)
        .where(owners, notices.c.status == "seen")
        .values(status="answered", answered_at=change.at)
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
    channel: str | None = None,
) -> None:
    store = change.change.store
    to: reach.To = "owner" if contact_id is not None else "officer"
    rung = reach.first(store, change.now.district, to, template, change.at, channel=channel)
    notice_id = store.ids.row()
    sealed = None if secret is None else store.vault.seal("notices.secret_sealed", notice_id, secret)
    params: dict[str, Any] = {
        "kind": change.now.kind,
        "reason": change.now.reason,
        "plate": change.now.plate_masked,
        "district": change.now.district,
    }
    change.add(
        notices,
        {
            "id": notice_id,
            "key": f"{change.now.id}:{change.now.version}:{template}:{recipient}:{rung.channel}",
            "incident_id": change.now.id,
            "template": template,
            "params": msgspec.json.encode(params).decode(),
            "secret_sealed": sealed,
            "contact_id": contact_id,
            "officer_id": officer_id,
            "channel": rung.channel,
            "step": rung.step,
            "status": "queued",
            "created_at": change.at,
            "due_at": due_at,
        },
    )
    change.change.notices_written = True
