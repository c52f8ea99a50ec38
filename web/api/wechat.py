"""An owner lets us tell him by WeChat, and takes that back."""

from __future__ import annotations

from models.actions import wechat_people
from models.errors import NotFound
from web.answers import Answer
from web.endpoint import Call, Endpoint, Nothing, Shape
from web.visitor import bearer
from web.wechat import linking


class WechatDoor(Shape):
    url: str


async def begin(call: Call[Nothing]) -> Answer:
    """Raises NotFound in a city without an account, and outside of WeChat's browser, which its door knows alone."""
    owner = call.participant
    account = linking.official(call.site, await wechat_people.city_of(call.site.store, owner))
    if account is None or not linking.in_wechat(call.request):
        raise NotFound
    url, cookie = linking.begin(call.site, account, bearer(call.request.headers) or "")
    return Answer(WechatDoor(url=url), cookies=(cookie,))


async def end(call: Call[Nothing]) -> Answer:
    await wechat_people.unlink(call.site.store, call.participant)
    return Answer(Nothing())


ENDPOINTS = [
    Endpoint(
        method="POST",
        path="/api/v1/wechat/link",
        name="begin_wechat",
        handler=begin,
        summary="Where the owner's browser in WeChat goes to be known there; his consent is this call.",
        module="platform",
        answers={200: WechatDoor},
        errors=(NotFound,),
    ),
    Endpoint(
        method="DELETE",
        path="/api/v1/wechat/link",
        name="end_wechat",
        handler=end,
        summary="The owner is not told by WeChat any more, and his address there is gone.",
        module="platform",
        answers={200: Nothing},
        errors=(NotFound,),
    ),
]
