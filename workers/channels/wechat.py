"""WeChat: a template message to a contact who follows, else the one subscription message that he agreed to.

The address is there only for whoever said that he wants to be told this way (``models.actions.wechat_people``).
"""

from __future__ import annotations

from models.actions.notices import Claimed
from models.actions.wechat_people import openid_of
from models.actions.wechat_tokens import StoredTokens
from models.channels.setups import Setup
from models.providers.failures import Unreachable
from models.store import Store
from models.wechat.client import Client
from models.wechat.setup import Official, official_of
from workers.channels.failing import asking
from workers.channels.filling import filled
from workers.channels.message import Accepted, Message, Refused


async def deliver(store: Store, notice: Claimed, message: Message, setup: Setup | None) -> Accepted:
    openid = None if notice.contact_id is None else await openid_of(store, notice.contact_id)
    if openid is None:
        raise Refused("unreachable", "no_address")
    async with asking() as http:
        official = official_of(setup)
        if official is None or (official.template is None and official.subscription is None):
            raise Refused("setup", "not_set_up")
        account = official.account
        client = Client(http, account, StoredTokens(store, http, account), official.seconds)
        return Accepted(provider_id=await _send(client, official, openid, notice, message, store))


async def _send(
    client: Client, official: Official, openid: str, notice: Claimed, message: Message, store: Store
) -> str | None:
    """Raises ProviderFailure."""
    if official.template is not None:
        values = filled(official.template.fields, store, notice, message)
        try:
            return await client.send_template(
                openid, official.template.id, values, url=message.link, key=notice.id
            )
        except Unreachable:
            if official.subscription is None:
                raise
    assert official.subscription is not None
    values = filled(official.subscription.fields, store, notice, message)
    return await client.send_subscription(openid, official.subscription.id, values, page=message.link)
