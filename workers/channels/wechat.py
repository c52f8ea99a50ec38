"""WeChat: a template message to a contact who follows, else the one subscription message that he agreed to.

The address is there only for whoever said that he wants to be told this way (``models.actions.wechat_people``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from models.actions.notices import Claimed
from models.actions.wechat_people import openid_of
from models.actions.wechat_tokens import StoredTokens
from models.channels.setups import Setup
from models.clock import BEIJING
from models.providers.failures import Unreachable
from models.store import Store
from models.wechat.client import Client
from models.wechat.setup import Official, Template, official_of
from workers.channels.failing import asking
from workers.channels.message import Accepted, Message, Refused

NOTHING = "—"  # the platform takes no empty field


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
        values = _values(official.template, store, notice, message)
        try:
            return await client.send_template(
                openid, official.template.id, values, url=message.link, key=notice.id
            )
        except Unreachable:
            if official.subscription is None:
                raise
    assert official.subscription is not None
    values = _values(official.subscription, store, notice, message)
    return await client.send_subscription(openid, official.subscription.id, values, page=message.link)


def _values(template: Template, store: Store, notice: Claimed, message: Message) -> Mapping[str, str]:
    fill: Mapping[str, Callable[[], str]] = {
        "text": lambda: spoken(message.zh),
        "reason": lambda: _reason(store, notice) or spoken(message.zh),
        "plate": lambda: str(notice.params.get("plate") or ""),
        "time": lambda: f"{(notice.respond_by or notice.due_at).astimezone(BEIJING):%H:%M}",
        "place": lambda: notice.district[0] if notice.district else notice.platform,
        "platform": lambda: notice.platform,
    }
    return {name: fill[filling]() or NOTHING for name, filling in template.fields.items()}


def spoken(text: str) -> str:
    """The sentence without the name before it, which the account bears, and without what leads to a link."""
    _, _, rest = text.rpartition("】") if text.startswith("【") else ("", "", text)
    return rest.rstrip("：: ")


def _reason(store: Store, notice: Claimed) -> str:
    words, key = store.texts.of(notice.city), f"notice.reason.{notice.params.get('reason')}"
    return words.say("zh", key) if words.has("zh", key) else ""
