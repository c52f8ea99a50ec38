"""Channels: what a city sets up for each, and by which an owner wants to be told."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from models.actions import channel_setups, ways
from models.caller import Participant
from models.errors import Forbidden, InvalidField, NotFound
from models.queries.channel_setups import listed
from web.answers import Answer
from web.endpoint import Call, Endpoint, Nothing, Shape


class ChannelField(Shape):
    name: str
    secret: bool
    required: bool


class ChannelView(Shape):
    """``given`` are its plain fields, ``secrets`` the names of those that are there."""

    channel: str
    audience: str
    recognises: bool
    fields: list[ChannelField]
    active: bool
    given: dict[str, str]
    secrets: list[str]
    timeout_seconds: float | None
    usual_timeout_seconds: float
    a_minute: int | None
    changed_at: str | None


class CityChannels(Shape):
    code: str
    name: str
    name_en: str
    channels: list[ChannelView]


class Channels(Shape):
    cities: list[CityChannels]


class ChannelWish(Shape):
    """Of a secret an empty text takes it away, and a missing one leaves it."""

    active: bool
    given: dict[str, Annotated[str, Meta(max_length=400)]]
    timeout_seconds: float | None = None
    a_minute: int | None = None


class WayView(Shape):
    """``quiet_from`` and ``quiet_to``: hours of Beijing's day, both or neither."""

    channel: str
    allowed: bool
    quiet_from: int | None = None
    quiet_to: int | None = None


class Ways(Shape):
    ways: Annotated[list[WayView], Meta(max_length=10)]


async def channels(call: Call[Nothing]) -> Answer:
    return Answer({"cities": await listed(call.site.store, call.officer)})


async def set_channel(call: Call[ChannelWish]) -> Answer:
    body = call.body
    wish = channel_setups.Wish(
        active=body.active, given=body.given, timeout_seconds=body.timeout_seconds, a_minute=body.a_minute
    )
    await channel_setups.set_up(call.site.store, call.officer, call.path("city"), call.path("channel"), wish)
    return Answer(status=204)


def _owner(call: Call[Nothing] | Call[Ways]) -> Participant:
    if not isinstance(call.caller, Participant):
        raise Forbidden
    return call.caller


async def own_ways(call: Call[Nothing]) -> Answer:
    found = await ways.ways_of(call.site.store, _owner(call))
    return Answer(
        {
            "ways": [
                {
                    "channel": one.channel,
                    "allowed": one.allowed,
                    "quiet_from": one.quiet_from,
                    "quiet_to": one.quiet_to,
                }
                for one in found
            ]
        }
    )


async def set_own_ways(call: Call[Ways]) -> Answer:
    wished = [
        ways.Way(channel=one.channel, allowed=one.allowed, quiet_from=one.quiet_from, quiet_to=one.quiet_to)
        for one in call.body.ways
    ]
    await ways.set_ways(call.site.store, _owner(call), wished)
    return Answer(status=204)


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/admin/channels",
        name="channels",
        handler=channels,
        summary="What the administrator's cities have set up for each channel; secrets by name only.",
        module="platform",
        answers={200: Channels},
    ),
    Endpoint(
        method="PUT",
        path="/api/v1/admin/channels/{city}/{channel}",
        name="set_channel",
        handler=set_channel,
        summary="A city's account, time-out and bound for a channel, and whether it is used. Secrets are sealed.",
        module="platform",
        body=ChannelWish,
        answers={204: None},
        errors=(NotFound, InvalidField),
    ),
    Endpoint(
        method="GET",
        path="/api/v1/ways",
        name="ways",
        handler=own_ways,
        summary="By which channels the owner of this link wants to be told, and when not.",
        module="platform",
        answers={200: Ways},
        errors=(Forbidden, NotFound),
    ),
    Endpoint(
        method="PUT",
        path="/api/v1/ways",
        name="set_ways",
        handler=set_own_ways,
        summary="The same, set by him. One way stays.",
        module="platform",
        body=Ways,
        answers={204: None},
        errors=(Forbidden, NotFound, InvalidField),
    ),
]
