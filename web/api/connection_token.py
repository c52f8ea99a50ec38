"""The ticket to the hub: a short-lived token that names the channels its bearer may subscribe to."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from models.access.rights import channel_mark, may, namespaces, role_of
from models.actions.commands import on_duty_in
from models.caller import Caller, Officer, Participant, Wall
from models.errors import Forbidden, NotFound
from models.flags.definitions import module_key
from models.store import Store
from models.tables import incidents
from models.tokens import connection_token
from web.answers import Answer
from web.endpoint import Call, Endpoint, Nothing, Shape
from web.local import local_wall

# Channels of which there is one for each district.
OF_DISTRICTS = ("district", "positions", "board", "offers")


class ConnectionToken(Shape):
    token: str
    url: str
    channels: list[str]


async def give(call: Call[Nothing]) -> Answer:
    caller = await _asking(call)
    store = call.site.store
    channels = await _channels(store, caller)
    incident_id = call.request.query_params.get("incident")
    if incident_id is not None:
        channels |= await _incident_channel(store, caller, incident_id)
    settings = call.site.settings
    token = connection_token(
        settings.hub_token_secret,
        caller.subject,
        channels,
        call.now,
        settings.connection_token_seconds,
        session=caller.session_id if isinstance(caller, Officer) else "",
        # The number that the feed shows of him too.
        info={"officer": caller.service_number} if isinstance(caller, Officer) else None,
        watched=_watched(caller),
    )
    return Answer(ConnectionToken(token=token, url=settings.hub_url, channels=sorted(channels)))


async def _asking(call: Call[Nothing]) -> Caller:
    """The sample city's wall may stand in a browser in which somebody is signed in: it asks as itself."""
    if call.request.query_params.get("wall") == "1":
        wall = await local_wall(call.request, call.site)
        if wall is not None:
            return wall
    return call.somebody


async def _channels(store: Store, caller: Caller) -> set[str]:
    """What the table of who may what opens: one's own incident, one's own channel, one's districts."""
    if isinstance(caller, Participant):
        return {f"incident:{caller.incident_id}"} & _open(caller, "incident", {caller.incident_id})
    assert isinstance(caller, Officer | Wall)
    own = _open(caller, "officer", {caller.id})
    kinds = [kind for kind in OF_DISTRICTS if channel_mark(role_of(caller), kind) == "y"]
    if kinds:
        fed = await _fed(store, caller)
        return own.union(*(_open(caller, kind, fed) for kind in kinds))
    if not any(channel_mark(role_of(caller), kind) == "d" for kind in OF_DISTRICTS):
        return own
    async with store.database.read() as connection:
        district = await on_duty_in(connection, caller.id)
    # Only while on duty: going off duty ends the feed, and nobody watches colleagues from home.
    here = {district} if district else set()
    return own.union(*(_open(caller, kind, here, on_duty=True) for kind in OF_DISTRICTS))


def _open(caller: Caller, kind: str, names: Iterable[str], *, on_duty: bool = False) -> set[str]:
    opened = namespaces(role_of(caller), on_duty=on_duty)
    return {f"{kind}:{name}" for name in names} if kind in opened else set()


async def _fed(store: Store, caller: Officer | Wall) -> set[str]:
    """The caller's districts that have a feed: moving cars is on there, or something is still open."""
    if store.flags.is_plain(module_key("move_car")):
        return set(caller.districts)
    on = {code for code in caller.districts if store.flags.is_on_for("move_car", code, caller)}
    query = select(incidents.c.district).where(
        incidents.c.district.in_(sorted(caller.districts - on)), incidents.c.status != "closed"
    )
    async with store.database.read() as connection:
        return on | set((await connection.execute(query.distinct())).scalars())


def _watched(caller: Caller) -> set[str]:
    """Who is on the feed is for whoever has to know it: colleagues do not watch each other."""
    if isinstance(caller, Officer) and may(caller.role, "watch_attendance"):
        return {f"district:{code}" for code in caller.districts}
    return set()


async def _incident_channel(store: Store, caller: Caller, incident_id: str) -> set[str]:
    query = select(incidents.c.district).where(incidents.c.id == incident_id)
    async with store.database.read() as connection:
        district = (await connection.execute(query)).scalar_one_or_none()
    if isinstance(caller, Participant):
        if caller.incident_id != incident_id:
            raise Forbidden
    elif district is None or not isinstance(caller, Officer | Wall) or district not in caller.districts:
        raise NotFound
    elif channel_mark(role_of(caller), "incident") == ".":
        raise Forbidden
    return {f"incident:{incident_id}"}


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/connection-token",
        name="connection_token",
        handler=give,
        summary="A token for the hub's WebSocket, and where that is. Renew it before it runs out.",
        module="platform",
        query={
            "incident": "Also the channel of this incident of the caller's district.",
            "wall": "1: as the sample city's wall of this machine, whoever else is signed in.",
        },
        answers={200: ConnectionToken},
        errors=(NotFound, Forbidden),
    ),
]
