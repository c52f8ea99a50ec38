"""The ways to a person. Each channel is a module with one coroutine, ``deliver``, and a name in ``CHANNELS``.

A channel is asked at least once per notice and has to tell a person once: the notice's id is the key by
which it knows a repetition. It raises ``Refused`` when the message cannot be delivered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from models.actions.notices import Claimed
from models.store import Store
from workers.channels import simulator
from workers.channels.message import Message, Refused

Deliver = Callable[[Store, Claimed, Message], Awaitable[None]]
CHANNELS: Mapping[str, Deliver] = {"simulator": simulator.deliver}

__all__ = ["CHANNELS", "Deliver", "Message", "Refused"]
