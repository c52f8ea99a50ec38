"""An officer's alarm and a transfer through real hubs: heard at once, and there for whoever was away."""

from __future__ import annotations

import json
import time
from typing import Any

from models.actions.commands import act
from models.actions.panic import clear_panic, raise_panic
from models.incident.commands import Transfer
from tests.hub.conftest import Running, Writer
from tests.support.city import CHEN, MINGSHAN, YUCHENG, ZHANG, ask
from tests.support.hub_client import HubClient

CHANNEL = f"district:{YUCHENG}"


async def heard(client: HubClient, channel: str, event: str) -> dict[str, Any]:
    """The publication of an event of this name, whatever comes before it."""
    while True:
        found: dict[str, Any] = (await client.publication(channel))["data"]
        if found["event"] == event:
            return found


async def test_an_alarm_is_heard_within_a_second_even_without_the_doorbell(
    hub: Running, writer: Writer
) -> None:
    async with hub.watching(CHANNEL) as client:
        began = time.monotonic()
        await raise_panic(writer.store, ZHANG)
        told = await heard(client, CHANNEL, "panic")
        assert time.monotonic() - began < 1
        assert "incident" not in told
        assert (told["panic"]["officer"], told["panic"]["status"]) == (ZHANG.id, "raised")


async def test_the_officer_hears_in_his_own_channel_that_it_is_over(hub: Running, writer: Writer) -> None:
    own = f"officer:{ZHANG.id}"
    async with hub.watching(own, f"officer:{ZHANG.id}") as client:
        raised = await raise_panic(writer.store, ZHANG)
        await clear_panic(writer.store, CHEN, raised["id"], "误触")
        told = await heard(client, own, "panic_cleared")
        assert told["panic"]["cleared_by"] == CHEN.id
        assert "误触" not in json.dumps(told, ensure_ascii=False)


async def test_a_transfer_is_told_in_both_districts_and_once_in_the_incidents_own_channel(
    hub: Running, writer: Writer
) -> None:
    asked = await ask(writer.store)
    await writer.ring(*writer.rung())
    there, own = f"district:{MINGSHAN}", f"incident:{asked.id}"
    async with (
        hub.watching(CHANNEL) as old,
        hub.watching(there) as new,
        hub.watching(own, f"participant:{asked.requester.id}") as requester,
    ):
        await act(writer.store, asked.id, Transfer(district=MINGSHAN, reason="agreed"), CHEN)
        await writer.ring(*writer.rung())
        left, came = await heard(old, CHANNEL, "transferred"), await heard(new, there, "transferred")
        assert left == came
        assert left["incident"]["district"] == MINGSHAN
        assert (await heard(requester, own, "transferred"))["incident"]["version"] == left["incident"][
            "version"
        ]
