"""An officer's browser lets itself be told while its page is closed."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from models.actions import push_subscriptions
from models.errors import NotFound
from models.webpush.client import Sender
from web.answers import Answer
from web.endpoint import Call, Endpoint, Nothing, Shape


class PushKey(Shape):
    key: str


class PushKeys(Shape):
    p256dh: Annotated[str, Meta(min_length=80, max_length=100)]
    auth: Annotated[str, Meta(min_length=20, max_length=30)]


class PushSubscription(Shape):
    """As the browser gives it (Push API, ``PushSubscription.toJSON``)."""

    endpoint: Annotated[str, Meta(min_length=10, max_length=1000)]
    keys: PushKeys


async def key(call: Call[Nothing]) -> Answer:
    """Raises NotFound where nobody is told this way."""
    secret = call.site.settings.vapid_key
    if not secret:
        raise NotFound
    return Answer(PushKey(key=Sender(secret, "").public))


async def keep(call: Call[PushSubscription]) -> Answer:
    if not call.site.settings.vapid_key:
        raise NotFound
    body = call.body
    await push_subscriptions.keep(
        call.site.store, call.officer, body.endpoint, body.keys.p256dh, body.keys.auth
    )
    return Answer(Nothing())


async def drop(call: Call[Nothing]) -> Answer:
    await push_subscriptions.drop(call.site.store, call.officer)
    return Answer(Nothing())


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/push/key",
        name="push_key",
        handler=key,
        summary="The key with which a browser subscribes to being told.",
        module="platform",
        answers={200: PushKey},
        errors=(NotFound,),
    ),
    Endpoint(
        method="PUT",
        path="/api/v1/push/subscription",
        name="keep_push",
        handler=keep,
        summary="This browser is told from now on, as long as its session lasts.",
        module="platform",
        body=PushSubscription,
        answers={200: Nothing},
        errors=(NotFound,),
    ),
    Endpoint(
        method="DELETE",
        path="/api/v1/push/subscription",
        name="drop_push",
        handler=drop,
        summary="This browser is not told any more.",
        module="platform",
        answers={200: Nothing},
    ),
]
