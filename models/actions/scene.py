"""Photos of the scene of an accident or a hazard. Each comes as an upload of somebody who is part of it, belongs to it

from its first byte on, and joins it once it is examined: a phone that dies on the way loses nothing that has come.

Leaves to others: the bytes (``uploads``), what a file is (``examining``), who sees what of it (``sight``).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accident.forms import SHOTS
from models.actions import deciding, evidence
from models.actions.accident_parties import unsign
from models.actions.accidents import load_draft
from models.actions.incident_change import IncidentChange, load
from models.actions.photos import NewPhoto, refuse_switched_off
from models.caller import Participant
from models.errors import Conflict, IllegalTransition, InvalidField
from models.incident.evidence import check_one, check_room
from models.incident.happened import step
from models.incident.incident import Incident, from_row
from models.store import Change, Store
from models.tables import accident_shots, incidents, participants, photos, uploads
from models.uploads.contents import Why

PURPOSES = frozenset({"accident", "hazard"})  # by the names of the incidents' kinds
# So long a signature waits for a photo that is on its way; a phone that died holds up nobody for longer.
WAIT = timedelta(minutes=10)
_COMING = ("receiving", "waiting")


async def taken_in(
    change: Change, caller: Participant | None, purpose: str, shot: str | None
) -> dict[str, Any]:
    """What the row of an upload that begins says of the incident that it belongs to; nothing where it is of none.

    Raises InvalidField (no such photo of the guide), IllegalTransition (it is over), Conflict (as many as may be),
    SwitchedOff.
    """
    if caller is None or purpose not in PURPOSES:
        return {}
    incident = await _incident(change.connection, caller.incident_id)
    if incident is None or incident.kind != purpose:
        return {}
    if shot is not None and (purpose != "accident" or shot not in SHOTS):
        raise InvalidField(field="shot", why="unknown")
    if incident.status == "closed":
        raise IllegalTransition(command="photo", status=incident.status)
    await refuse_switched_off(change.store, change.connection, incident, caller)
    _, wanted = await evidence.wanted_of(change.store, change.connection, incident, "citizen")
    there = await _count(change.connection, photos.c.incident_id == incident.id)
    on_the_way = (uploads.c.about == incident.id, uploads.c.state.in_(_COMING))
    check_room(wanted, there + await _count(change.connection, *on_the_way, uploads.c.expires_at > change.at))
    return {"about": incident.id, "shot": shot}


async def _count(connection: AsyncConnection, *which: Any) -> int:
    return int((await connection.execute(select(func.count()).where(*which))).scalar_one())


async def _incident(connection: AsyncConnection, incident_id: str) -> Incident | None:
    """As it is now; the one that it was merged into, where it was."""
    query = select(incidents).where(incidents.c.id == incident_id)
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        return None
    into = row["merged_into"]  # which is merged no further
    return from_row(row) if into is None else await _incident(connection, into)


async def refusal(store: Store, row: Any, taken_at: datetime | None) -> Why | None:
    """Why an upload that was looked at cannot join: it is over, or the photo's own time is none that the rules take."""
    if row.about is None or row.purpose not in PURPOSES:
        return None
    async with store.database.read() as connection:
        incident = await _incident(connection, row.about)
        if incident is None or incident.status == "closed":
            return "closed"
        _, wanted = await evidence.wanted_of(store, connection, incident, "citizen")
        others = await evidence.taken(connection, incident.id, "citizen")
    try:
        # Its age when it set out: a bad line makes no photo old.
        check_one(wanted, others, taken_at or row.created_at, row.created_at)
    except InvalidField as refused:
        return cast(Why, refused.params["why"])
    return None


async def join(change: Change, row: Any, photo: NewPhoto) -> None:
    """The upload becomes a photo of its incident, which everybody hears of; of an accident both sign anew. What came

    too late, or is there already, adds none.
    """
    if row.about is None or row.purpose not in PURPOSES or row.kind != "photo":
        return
    incident = await _incident(change.connection, row.about)
    sender = await _sender(change.connection, row.holder)
    if incident is None or incident.status == "closed" or sender is None:
        return
    actor, draft = f"{sender.role}:{sender.id}", None
    if row.purpose == "accident":
        draft = await load_draft(change, incident.id, actor)
        changing = draft.changing
    else:
        seen = await load(change, incident.id)
        changing = IncidentChange(change, seen, seen, actor)
    photo_id = await _same(change.connection, incident.id, photo.sha256)
    if photo_id is None:
        photo_id = await _add(changing, row, actor, photo)
    elif row.shot is not None:
        changing.happen(step(changing.now, "drafted"))
    if row.shot is not None:
        _name(changing, row.shot, photo_id)
    if draft is not None:
        unsign(draft)
    if incident.id != row.about:
        changing.later(update(uploads).where(uploads.c.id == row.id).values(about=incident.id))
    changing.save()


async def _sender(connection: AsyncConnection, holder: str) -> Any:
    query = select(participants.c.id, participants.c.role)
    query = query.where(participants.c.id == holder.removeprefix("participant:"))
    return (await connection.execute(query)).first()


async def _same(connection: AsyncConnection, incident_id: str, sha256: bytes) -> str | None:
    query = select(photos.c.id).where(photos.c.incident_id == incident_id, photos.c.sha256 == sha256)
    found: str | None = (await connection.execute(query)).scalars().first()
    return found


async def _add(changing: IncidentChange, row: Any, actor: str, photo: NewPhoto) -> str:
    change = changing.change
    decision, _ = await evidence.wanted_of(change.store, change.connection, changing.now, "citizen")
    deciding.keep(change, changing.now.id, changing.now.district, decision)
    changing.happen(step(changing.now, "photographed", photos=changing.now.photos + 1))
    changing.add(
        photos,
        {
            "id": row.id,
            "incident_id": changing.now.id,
            "by": actor,
            "sha256": photo.sha256,
            "file": photo.file,
            "width": photo.width,
            "height": photo.height,
            # When it was whole: what is done with it afterwards takes no place in the order.
            "uploaded_at": row.received_at,
            "taken_at": photo.taken_at,
        },
    )
    return str(row.id)


def _name(changing: IncidentChange, shot: str, photo_id: str) -> None:
    accident_id = changing.now.id
    same = (accident_shots.c.accident_id == accident_id, accident_shots.c.shot == shot)
    changing.later(delete(accident_shots).where(*same))
    changing.later(insert(accident_shots).values(accident_id=accident_id, shot=shot, photo_id=photo_id))


async def coming(connection: AsyncConnection, incident_id: str, now: datetime) -> int:
    """How many photos are on their way, as far as the server has heard of them."""
    return await _count(
        connection,
        uploads.c.about == incident_id,
        uploads.c.state.in_(_COMING),
        uploads.c.created_at > now - WAIT,
    )


async def refuse_while_coming(change: Change, incident_id: str) -> None:
    """Raises Conflict: what is signed names each photo, so none shall come after it."""
    count = await coming(change.connection, incident_id, change.at)
    if count:
        raise Conflict(why="photos_coming", n=count)
