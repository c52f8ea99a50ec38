"""Keys of other programs: made and revoked by an administrator, told once, kept as a hash, each with its own limit."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import insert, select, update

from models.actions import agencies, audit
from models.actions.notify import token_hash
from models.caller import Officer
from models.clock import iso, iso_or_none
from models.errors import Conflict, InvalidField, NotFound
from models.store import Store
from models.tables import agencies as bodies
from models.tables import api_keys

Purpose = Literal["open311", "cap", "agency"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
LONGEST_NAME = 60  # characters
MOST_KEYS = 200  # that are not revoked
MOST_AN_HOUR = 100_000


@dataclass(frozen=True, slots=True)
class Key:
    """A key that is good. ``digest``: what stands for its holder where limits are counted, 16 bytes."""

    id: str
    name: str
    most_an_hour: int
    digest: bytes = field(repr=False)
    # Whose file it opens, of the purpose agency.
    agency: str | None = None


async def make(
    store: Store, officer: Officer, name: str, purpose: Purpose, most_an_hour: int, agency: str | None = None
) -> tuple[str, str]:
    """A new key; returns its id and the key itself, which is told only now. Raises InvalidField, Conflict.

    ``agency``: the id of the one whose file it opens, needed for that purpose and for no other.
    """
    named = name.strip()
    if not 1 <= len(named) <= LONGEST_NAME:
        raise InvalidField(field="name", why="too_long" if named else "required", limit=LONGEST_NAME)
    if not 1 <= most_an_hour <= MOST_AN_HOUR:
        raise InvalidField(field="most_an_hour", why="out_of_range")
    if (agency is None) == (purpose == "agency"):
        raise InvalidField(field="agency", why="required" if agency is None else "not_here")
    secret, key_id = store.ids.secret(), store.ids.new()
    async with store.change() as change:
        if agency is not None and not await agencies.is_of(change.connection, agency, officer):
            raise InvalidField(field="agency", why="unknown")
        there = select(api_keys.c.id).where(api_keys.c.revoked_at.is_(None)).limit(MOST_KEYS)
        if len((await change.connection.execute(there)).all()) >= MOST_KEYS:
            raise Conflict(why="too_many_keys", limit=MOST_KEYS)
        row = {
            "id": key_id,
            "name": named,
            "key_hash": token_hash(secret),
            "purpose": purpose,
            "most_an_hour": most_an_hour,
            "agency_id": agency,
            "created_at": change.at,
            "created_by": officer.subject,
        }
        await change.connection.execute(insert(api_keys).values(**row))
        await _record(change, officer, "make_api_key", key_id, f"{purpose}: {named}")
    return key_id, secret


async def revoke(store: Store, officer: Officer, key_id: str) -> None:
    """From now on it opens nothing. Raises NotFound."""
    async with store.change() as change:
        done = await change.connection.execute(
            update(api_keys)
            .where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
            .values(revoked_at=change.at)
        )
        if done.rowcount == 0:
            raise NotFound
        await _record(change, officer, "revoke_api_key", key_id, None)


async def known(store: Store, purpose: Purpose, given: str) -> Key | None:
    """The key that was ``given``, if it is good for ``purpose``."""
    digest = token_hash(given)
    query = select(api_keys).where(
        api_keys.c.key_hash == digest, api_keys.c.purpose == purpose, api_keys.c.revoked_at.is_(None)
    )
    async with store.database.read() as connection:
        row = (await connection.execute(query)).first()
    if row is None or not hmac.compare_digest(row.key_hash, digest):
        return None
    return Key(row.id, row.name, row.most_an_hour, token_hash(f"api key {row.id}")[:16], row.agency_id)


async def listed(store: Store) -> list[dict[str, Any]]:
    """All keys without the keys themselves, the newest first."""
    async with store.database.read() as connection:
        named = select(api_keys, bodies.c.code.label("agency")).outerjoin(
            bodies, bodies.c.id == api_keys.c.agency_id
        )
        rows = (await connection.execute(named.order_by(api_keys.c.created_at.desc()))).all()
    return [_view(row) for row in rows]


def _view(row: Any) -> dict[str, Any]:
    created: datetime = row.created_at
    return {
        "id": row.id,
        "name": row.name,
        "purpose": row.purpose,
        "most_an_hour": row.most_an_hour,
        "agency": row.agency,
        "created_at": iso(created),
        "revoked_at": iso_or_none(row.revoked_at),
    }


async def _record(change: Any, officer: Officer, action: Any, key_id: str, reason: str | None) -> None:
    audit.note(
        change,
        actor=officer.subject,
        role=officer.role,
        action=action,
        subject=f"api_key:{key_id}",
        reason=reason,
    )
