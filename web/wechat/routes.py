"""Where WeChat finds us; a city's callbacks have an address of their own."""

from __future__ import annotations

from starlette.routing import Route

from web.wechat import callback, linking

ROUTES = [
    Route("/wechat/callback/{city}", callback.confirm, methods=["GET"], name="wechat_confirm"),
    Route("/wechat/callback/{city}", callback.receive, methods=["POST"], name="wechat_callback"),
    Route(linking.BACK, linking.back, name="wechat_back"),
]
