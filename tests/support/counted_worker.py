"""A worker process whose channels speak to the counting provider (``tests.support.counting``); all else is real."""

from __future__ import annotations

import sys

import httpx2

from models.actions.notices import Claimed
from models.channels.setups import Setup
from models.store import Store
from workers.__main__ import main
from workers.channels import CHANNELS, Accepted, Message, Refused
from workers.channels.calling import call


async def deliver(store: Store, notice: Claimed, message: Message, setup: Setup | None) -> Accepted:
    """Sends the key; 400 means that this person is not reached there."""
    if setup is None:
        raise Refused("setup", "not_set_up")
    async with httpx2.AsyncClient(timeout=setup.timeout_seconds, verify=False) as client:
        content = {"key": notice.key, "channel": notice.channel}
        answer = await call(client, "POST", setup.values["endpoint"], json=content)
    if answer.status == 400:
        raise Refused("unreachable", "no_address", code="400")
    return Accepted(provider_id=answer.json()["id"])


if __name__ == "__main__":
    for channel in ("wechat", "sms", "call", "webhook"):
        CHANNELS[channel] = deliver
    sys.exit(main())
