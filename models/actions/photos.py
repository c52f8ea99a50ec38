"""A photo joins a request to move a car, or comes from an officer. The picture itself lies in the media folder; here is

what is known of it. Those concerned in an accident or a hazard send theirs as uploads (``scene``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.access.rights import mark, role_of
from models.actions import deciding, evidence, variants
from models.actions.deciding import Decision
from models.actions.idempotency import Keeping
from models.actions.incident_change import IncidentChange, actor_of, until_saved
from models.caller import Caller, Officer, Participant
from models.errors import Conflict, Forbidden, IllegalTransition, NotFound, SwitchedOff
from models.flags.definitions import feature_key
from models.incident.evidence import Wanted, check_one, check_room
from models.incident.happened import step
from models.incident.incident import Incident, from_row
from models.store import Change, Store
from models.tables import incidents, photos, uploads


@dataclass(frozen=True, slots=True)
class NewPhoto:
    """``sha256`` of the upload, ``file`` the display copy's name in the media folder, sizes in pixels; ``taken_at``
    as the phone says, if it says so."""

    sha256: bytes
    file: str
    width: int
    height: int
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """A photo that belongs to an incident now."""

    id: str
    width: int
    height: int


Then = Keeping[KeptPhoto]


async def check_may_add(store: Store, incident_id: str, caller: Caller) -> None:
    """Before the bytes are looked at. Raises NotFound, Forbidden, IllegalTransition, Conflict, SwitchedOff."""
    async with store.database.read() as connection:
        incident, _, _ = await _check(store, connection, incident_id, caller)
        await refuse_switched_off(store, connection, incident, caller)


async def add(
    store: Store, incident_id: str, caller: Caller, photo: NewPhoto, *, then: Then | None = None
) -> KeptPhoto:
    """Adds the photo and tells everybody that there is one. Raises as ``check_may_add``.

    The same upload again is the photo that is there already.
    """

    async def attempt() -> KeptPhoto:
        async with store.change() as change:
            kept = await _add(change, incident_id, caller, photo)
            if then is not None:
                await then(change, kept)
            return kept

    return await until_saved(attempt)


async def refuse_switched_off(
    store: Store, connection: AsyncConnection, incident: Incident, caller: Caller
) -> None:
    """Raises SwitchedOff. An officer's photos are part of his work; those of others are a feature of their own."""
    flags, key = store.flags, feature_key("request_photos")
    if isinstance(caller, Officer) or flags.is_plain(key):
        return
    unit = incident.vehicle_id
    if flags.unit(key) == "owner" and unit is not None:
        unit = await variants.owner_of(connection, unit)
    if not flags.is_on(key, incident.district, unit=unit):
        raise SwitchedOff(why="request_photos")


async def _add(change: Change, incident_id: str, caller: Caller, photo: NewPhoto) -> KeptPhoto:
    seen, decision, wanted = await _check(change.store, change.connection, incident_id, caller)
    query = select(photos).where(photos.c.incident_id == incident_id, photos.c.sha256 == photo.sha256)
    same = (await change.connection.execute(query)).first()
    if same is not None:
        return KeptPhoto(same.id, same.width, same.height)
    others = await evidence.taken(change.connection, incident_id, evidence.shown_by(caller))
    check_one(wanted, others, photo.taken_at or change.at, change.at)
    kept = KeptPhoto(change.store.ids.new(), photo.width, photo.height)
    changing = IncidentChange(change, seen, seen, actor_of(caller))
    changing.happen(step(seen, "photographed", photos=seen.photos + 1))
    changing.add(photos, _row(change, incident_id, caller, photo, kept.id))
    changing.save()
    deciding.keep(change, incident_id, seen.district, decision)
    return kept


def _row(change: Change, incident_id: str, caller: Caller, photo: NewPhoto, photo_id: str) -> dict[str, Any]:
    return {
        "id": photo_id,
        "incident_id": incident_id,
        "by": actor_of(caller),
        "sha256": photo.sha256,
        "file": photo.file,
        "width": photo.width,
        "height": photo.height,
        "uploaded_at": change.at,
        "taken_at": photo.taken_at,
    }


async def _check(
    store: Store, connection: AsyncConnection, incident_id: str, caller: Caller
) -> tuple[Incident, Decision, Wanted]:
    row = (
        (await connection.execute(select(incidents).where(incidents.c.id == incident_id))).mappings().first()
    )
    if row is None:
        raise NotFound
    seen = from_row(row)
    own = isinstance(caller, Participant) and caller.incident_id == incident_id
    if not own and not (isinstance(caller, Officer) and seen.district in caller.districts):
        raise Forbidden
    if seen.status == "closed":
        raise IllegalTransition(command="photo", status=seen.status)
    if own and seen.kind != "move_car":
        raise Conflict(why="by_upload")
    decision, wanted = await evidence.wanted_of(store, connection, seen, evidence.shown_by(caller))
    query = select(func.count()).select_from(photos).where(photos.c.incident_id == incident_id)
    check_room(wanted, (await connection.execute(query)).scalar_one())
    return seen, decision, wanted


async def photo_for(store: Store, photo_id: str, caller: Caller) -> Row[Any]:
    """The photo's row, for those concerned and the staff of its district; auxiliary officers of what they have.

    Raises NotFound, also for one that came as an upload: of that one others see the covered copy. Forbidden.
    """
    query = (
        select(photos, incidents.c.district, incidents.c.officer_id)
        .join(incidents, incidents.c.id == photos.c.incident_id)
        .outerjoin(uploads, uploads.c.id == photos.c.id)
        .where(photos.c.id == photo_id, uploads.c.id.is_(None))
    )
    async with store.database.read() as connection:
        row = (await connection.execute(query)).first()
    if row is None:
        raise NotFound
    if not _may_see(row, caller):
        raise Forbidden
    return row


def _may_see(row: Row[Any], caller: Caller) -> bool:
    if isinstance(caller, Participant):
        return bool(caller.incident_id == row.incident_id)
    if not isinstance(caller, Officer) or row.district not in caller.districts:
        return False
    marked = mark(role_of(caller), "photo")
    return marked == "y" or (marked == "h" and row.officer_id == caller.id)
