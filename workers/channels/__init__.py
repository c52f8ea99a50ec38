"""The ways to a person. Each channel is a module with one coroutine, ``deliver``, and a name in ``CHANNELS``.

``deliver(store, notice, message, setup)`` speaks to the provider once and returns ``Accepted``, or raises ``Refused``
(certainly not delivered, with a class) or ``Unanswered`` (nobody can say). It finds the person's address itself
(``notice.phone``, ``contact_id``, ``officer_id``), tries nothing twice and sleeps for nobody: time-outs, pauses, the
breaker and what follows are ``workers.delivering``'s. ``notice.key`` is the key by which a channel knows a repetition:
one per notice, step and channel. ``setup`` is the city's; the simulator alone has none.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from models.actions.notices import Claimed
from models.channels.setups import Setup
from models.store import Store
from workers.channels import aliyun, simulator, web_push, webhook, wechat, wecom
from workers.channels.message import Accepted, Message, Refused, Unanswered

Deliver = Callable[[Store, Claimed, Message, Setup | None], Awaitable[Accepted]]
CHANNELS: dict[str, Deliver] = {
    "simulator": simulator.deliver,
    "wechat": wechat.deliver,
    "sms": aliyun.send,
    "call": aliyun.speak,
    "wecom": wecom.deliver,
    "webhook": webhook.deliver,
    "web_push": web_push.deliver,
}

__all__ = ["CHANNELS", "Accepted", "Deliver", "Message", "Refused", "Setup", "Unanswered"]
