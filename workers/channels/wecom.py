"""WeCom, for staff: the city's group by its robot, or the officer by the application, under his service number."""

from __future__ import annotations

import httpx2

from models.actions.notices import Claimed
from models.actions.provider_tokens import token
from models.channels.setups import Setup
from models.providers.tokens import Fetched
from models.store import Store
from models.wecom.client import API, Application, fetch_token, tell_group
from workers.channels.failing import asking
from workers.channels.message import Accepted, Message, Refused


async def deliver(store: Store, notice: Claimed, message: Message, setup: Setup | None) -> Accepted:
    if notice.officer is None:
        raise Refused("unreachable", "no_address")  # it reaches staff and nobody else
    async with asking() as http:
        if setup is None:
            raise Refused("setup", "not_set_up")
        text = message.zh if message.link is None else f"{message.zh} {message.link}"
        api = setup.values.get("endpoint") or API
        if key := setup.secrets.get("robot_key"):
            await tell_group(http, key, text, api=api, seconds=setup.timeout_seconds)
            return Accepted()
        application = _application(store, http, setup, api)
        return Accepted(provider_id=await application.tell(notice.officer, text))


def _application(store: Store, http: httpx2.AsyncClient, setup: Setup, api: str) -> Application:
    """Raises KeyError, ValueError for one that is not set up."""
    corp, agent, secret = setup.values["corp_id"], int(setup.values["agent_id"]), setup.secrets["secret"]

    async def kept(refused: str | None = None) -> str:
        async def fetch(_force: bool) -> Fetched:
            return await fetch_token(http, corp, secret, api=api)

        return await token(store, f"wecom:{corp[:40]}:{agent}", fetch, refused=refused)

    return Application(http, agent, kept, api, setup.timeout_seconds)
