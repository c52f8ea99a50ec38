"""Who may see what of an upload: nothing, the copy on which people and plates are covered, or the picture as it is.

Whoever sent it sees it as he sent it. Everybody else sees nothing until it has become part of something (``attach``),
and then what the hook of its purpose says; a purpose without a hook shows nothing to anybody.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.access.rights import mark, may, role_of
from models.actions import audit
from models.actions.examining import PLACE
from models.actions.uploads import has_expired
from models.caller import Caller, Officer, Participant, Reporter
from models.errors import NotFound
from models.geography import Location
from models.store import Store
from models.tables import incidents, photos, pictures, regions, reports, uploads

Sight = Literal["nothing", "covered", "plain"]
# Of an upload that belongs to something, to somebody who did not send it. ``row`` is the upload's.
Sees = Callable[[AsyncConnection, Any, Caller], Awaitable[Sight]]


async def sees_of_incident(connection: AsyncConnection, row: Any, caller: Caller) -> Sight:
    """Part of the incident ``about``: its officers see it plain, those concerned see the covered copy."""
    query = select(incidents.c.district, incidents.c.officer_id).where(incidents.c.id == row.about)
    incident = (await connection.execute(query)).first()
    if incident is None:
        return "nothing"
    if isinstance(caller, Participant):
        return "covered" if caller.incident_id == row.about else "nothing"
    if not isinstance(caller, Officer) or incident.district not in caller.districts:
        return "nothing"
    marked = mark(role_of(caller), "picture.plain")
    own = marked == "h" and incident.officer_id == caller.id
    return "plain" if marked == "y" or own else "nothing"


async def sees_of_report(connection: AsyncConnection, row: Any, caller: Caller) -> Sight:
    """Part of the report ``about``: who reviews it sees it plain; who told of it sees the covered copy."""
    if isinstance(caller, Reporter):
        return "covered" if caller.report_id == row.about else "nothing"
    query = select(reports.c.district).where(reports.c.id == row.about)
    district = (await connection.execute(query)).scalar_one_or_none()
    if district is None or not isinstance(caller, Officer) or district not in caller.districts:
        return "nothing"
    return "plain" if may(role_of(caller), "review_report") else "nothing"


SEES: Mapping[str, Sees] = MappingProxyType(
    {"accident": sees_of_incident, "report": sees_of_report, "hazard": sees_of_incident}
)


def shown_to_all() -> ColumnElement[bool]:
    """Of pictures beside their photos and incidents: covered copies of hazards, which anybody may see. None while it is

    drawn anew, none on which all is covered because nothing could look for faces, and none of what was rejected.
    """
    whole = select(regions.c.id).where(
        regions.c.picture_id == pictures.c.id, regions.c.kind == "whole", regions.c.removed_at.is_(None)
    )
    return and_(
        incidents.c.kind == "hazard",
        or_(incidents.c.outcome.is_(None), incidents.c.outcome != "rejected"),
        pictures.c.covered.is_not(None),
        pictures.c.drawings_done >= pictures.c.drawings_wanted,
        not_(whole.exists()),
    )


async def shown(store: Store, picture_id: str) -> Any:
    """The row of a picture that anybody may see. Raises NotFound."""
    query = (
        select(pictures)
        .join(photos, photos.c.id == pictures.c.upload_id)
        .join(incidents, incidents.c.id == photos.c.incident_id)
        .where(pictures.c.id == picture_id, shown_to_all())
    )
    async with store.database.read() as connection:
        row = (await connection.execute(query)).first()
    if row is None:
        raise NotFound
    return row


async def sight_of(connection: AsyncConnection, row: Any, holder: str | None, caller: Caller | None) -> Sight:
    """What ``caller``, who holds uploads as ``holder``, may see of the upload ``row``."""
    if holder is not None and holder == row.holder:
        return "plain"
    sees = SEES.get(row.purpose)
    if row.about is None or caller is None or sees is None:
        return "nothing"
    return await sees(connection, row, caller)


async def upload_for(
    store: Store, upload_id: str, holder: str | None, caller: Caller | None
) -> tuple[Any, Sight]:
    """The upload's row and what may be seen of it. Raises NotFound, also where that is nothing: ids tell nothing."""
    async with store.database.read() as connection:
        row = (await connection.execute(select(uploads).where(uploads.c.id == upload_id))).first()
        sight = "nothing" if row is None else await sight_of(connection, row, holder, caller)
    if row is None or sight == "nothing" or has_expired(row, store.clock.now()):
        raise NotFound
    return row, sight


async def picture_for(
    store: Store, picture_id: str, holder: str | None, caller: Caller | None
) -> tuple[Any, Any, Sight]:
    """The picture's row, its upload's and what may be seen of it. Raises NotFound."""
    query = select(pictures).where(pictures.c.id == picture_id)
    async with store.database.read() as connection:
        picture = (await connection.execute(query)).first()
    if picture is None:
        raise NotFound
    row, sight = await upload_for(store, picture.upload_id, holder, caller)
    return picture, row, sight


async def pictures_of(store: Store, upload_id: str) -> list[Any]:
    """Those that came of an upload, in their order."""
    query = select(pictures).where(pictures.c.upload_id == upload_id).order_by(pictures.c.position)
    async with store.database.read() as connection:
        return list((await connection.execute(query)).all())


def place_said(store: Store, row: Any) -> Location | None:
    """Where the file of an upload itself says that it was taken; nobody vouches for it."""
    if row.place_sealed is None:
        return None
    lat, lng = store.vault.open(PLACE, row.id, bytes(row.place_sealed)).split(",")
    return Location(lat=float(lat), lng=float(lng))


async def note_look(store: Store, row: Any, caller: Caller | None, holder: str | None, subject: str) -> None:
    """An officer is about to see what somebody else sent; without this record he sees nothing."""
    if isinstance(caller, Officer) and holder != row.holder:
        await audit.look(store, caller, subject)


async def note_original(store: Store, row: Any, officer: Officer, reason: str) -> None:
    """The same of the sealed original, with the reason; each time anew."""
    async with store.change() as change:
        await audit.record(change, officer, "look.original", f"upload:{row.id}", reason=reason)
