"""Web Push, for officers and commanders: to each browser in which he is signed in, whether its page is open or not.

A browser that is not subscribed any more is forgotten. The same notice sent again takes the place of the first.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

import httpx2
import msgspec

from models.actions import push_subscriptions
from models.actions.notices import Claimed
from models.actions.push_subscriptions import Kept
from models.channels.setups import Setup
from models.providers.failures import ProviderFailure, Unreachable
from models.store import Store
from models.webpush.client import Sender, push
from workers.channels.failing import asking, said
from workers.channels.message import Accepted, Message, Refused, Unanswered

TTL = timedelta(minutes=10)  # after that it is not worth a sound any more


async def deliver(store: Store, notice: Claimed, message: Message, setup: Setup | None) -> Accepted:
    """Accepted as soon as one of his browsers' services has taken it."""
    found = [] if notice.officer_id is None else await push_subscriptions.of_officer(store, notice.officer_id)
    if not found:
        raise Refused("unreachable", "no_address")
    async with asking() as http:
        if setup is None or not store.settings.vapid_key:
            raise Refused("setup", "not_set_up")
        sender = Sender(store.settings.vapid_key, setup.values.get("subject") or store.settings.public_url)
        ends = [await _one(store, http, sender, notice, message, setup, one) for one in found]
    if None in ends:
        return Accepted()
    raise next(end for end in ends if end is not None)


async def _one(
    store: Store,
    http: httpx2.AsyncClient,
    sender: Sender,
    notice: Claimed,
    message: Message,
    setup: Setup,
    one: Kept,
) -> Refused | Unanswered | None:
    content = msgspec.json.encode({"zh": message.zh, "en": message.en, "tag": notice.id})
    try:
        await push(
            http,
            sender,
            one.to,
            content,
            topic=hashlib.sha256(notice.key.encode()).hexdigest()[:32],
            ttl=TTL,
            now=store.clock.now(),
            private=store.settings.webhook_private,
            seconds=setup.timeout_seconds / 2,
        )
    except ProviderFailure as failure:
        if isinstance(failure, Unreachable):
            await push_subscriptions.gone(store, one.id)
        return said(failure)
    return None
