"""The phone simulator's messages: for the sample city, at its own machine, never in production."""

from __future__ import annotations

from models.errors import InvalidField, NotFound
from models.queries.simulator import messages_after
from models.tokens import connection_token
from web.answers import Answer
from web.api.connection_token import ConnectionToken
from web.endpoint import Call, Endpoint, Nothing, Shape
from web.local import shows_samples

CHANNEL = "phones:simulator"


class Message(Shape):
    """``phone`` is the same for messages to the same phone and tells nothing else."""

    number: int
    phone: str
    phone_masked: str
    text_zh: str
    text_en: str
    link: str | None
    at: str


class Messages(Shape):
    messages: list[Message]


async def messages(call: Call[Nothing]) -> Answer:
    await _check(call)
    after = call.request.query_params.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) < 10):
        raise InvalidField(field="after", why="wrong_type")
    return Answer({"messages": await messages_after(call.site.store, int(after))})


async def token(call: Call[Nothing]) -> Answer:
    await _check(call)
    settings = call.site.settings
    made = connection_token(
        settings.hub_token_secret, "wall:phones", [CHANNEL], call.now, settings.connection_token_seconds
    )
    return Answer(ConnectionToken(token=made, url=settings.hub_url, channels=[CHANNEL]))


async def _check(call: Call[Nothing]) -> None:
    if not await shows_samples(call.request, call.site):
        raise NotFound


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/simulator/messages",
        name="simulator_messages",
        handler=messages,
        summary="What the simulated phones have received. Sample city only, from its own machine.",
        module="platform",
        query={"after": "Only messages with a greater number."},
        answers={200: Messages},
        errors=(NotFound,),
    ),
    Endpoint(
        method="GET",
        path="/api/v1/simulator/connection-token",
        name="simulator_connection_token",
        handler=token,
        summary="A token for the hub's channel phones:simulator. Sample city only, from its own machine.",
        module="platform",
        answers={200: ConnectionToken},
        errors=(NotFound,),
    ),
]
