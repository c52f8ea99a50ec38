"""One of each who may call: a session or a token for every column of the table of who may what."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert

from models.actions import sessions
from models.actions.notify import token_hash
from models.caller import Officer
from models.store import Store
from models.tables import participants
from tests.support.city import AUX, CHEN, YUCHENG, ZHANG, joins, officer
from tests.web.client import Client, bearer

ADMIN = officer("990001", "administrator", YUCHENG)
AUDITOR = officer("990002", "auditor", YUCHENG)
STAFF = {"police": ZHANG, "auxiliary": AUX, "commander": CHEN, "administrator": ADMIN, "auditor": AUDITOR}
ROLES = ("requester", "owner", *STAFF, "wall", "anyone")


async def owner_token(store: Store, incident: str) -> str:
    """The token that a notice's link carries, written as a worker does."""
    token = store.ids.secret()
    row = {
        "id": store.ids.new(),
        "incident_id": incident,
        "role": "owner",
        "vehicle_id": "car-one",
        "token_hash": token_hash(token),
        "joined_at": store.clock.now(),
        "expires_at": store.clock.now() + timedelta(days=1),
    }
    async with store.database.write() as connection:
        await connection.execute(insert(participants).values(row))
    return token


class People:
    """``incident`` is that of the requester and the owner, in Yucheng; the officers belong there."""

    def __init__(self, web: Client, incident: str, requester: str) -> None:
        self.web = web
        self.incident = incident
        self._requester = requester

    async def headers(self, role: str) -> dict[str, str]:
        """What somebody of this role shows; a session of its own each time."""
        if role == "anyone":
            return {}
        if role == "requester":
            return bearer(self._requester)
        store = self.web.store
        if role == "owner":
            return bearer(await owner_token(store, self.incident))
        if role == "wall":
            return bearer(await sessions.open_wall(store))
        return bearer(await self.web.token_of(STAFF[role]))


async def people(web: Client) -> People:
    """A city with one of each, and an open request with a message."""
    await joins(web.store, ADMIN, AUDITOR)
    incident, requester = await web.asked(message="挡住车库了")
    return People(web, incident, requester)


def officer_of(role: str) -> Officer:
    return STAFF[role]
