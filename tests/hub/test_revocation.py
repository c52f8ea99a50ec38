"""What is taken back is gone on every hub, whether Redis rings or not; and no token gets round it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub.assembly import Hub
from hub.follower import COMPARE_SECONDS
from hub.server import running
from models.clock import SystemClock
from models.settings import Settings
from models.tokens import connection_token
from tests.hub.conftest import Writer
from tests.support.city import LI, YUCHENG, ZHANG
from tests.support.hub_client import HubClient

CHANNEL = f"district:{YUCHENG}"
OWN = f"officer:{ZHANG.id}"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """How entries are followed on both databases is the follower's test."""
    return sqlite_url


@pytest.fixture(params=["Redis rings", "Redis is away"])
def redis_for_hubs(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> str:
    """Where the hubs look for Redis; the writer always reaches his."""
    return settings.redis_url if request.param == "Redis rings" else f"unix://{tmp_path}/nobody.sock"


@asynccontextmanager
async def two_hubs(settings: Settings) -> AsyncIterator[list[tuple[Hub, str]]]:
    async with running(settings, SystemClock()) as one, running(settings, SystemClock()) as two:
        yield [(hub, f"ws://127.0.0.1:{port}/connection/websocket") for hub, port in (one, two)]


def token(settings: Settings, subject: str, *, age: float = 2, session: str = "") -> str:
    issued_at = SystemClock().now() - timedelta(seconds=age)
    channels = [CHANNEL, f"{subject}"]
    return connection_token(settings.hub_token_secret, subject, channels, issued_at, 600, session=session)


@pytest.mark.parametrize("whom", ["person", "session"])
async def test_connections_are_cut_on_every_hub(
    settings: Settings, writer: Writer, redis_for_hubs: str, whom: str
) -> None:
    revoked = ZHANG.subject if whom == "person" else "session:phone"
    # Twice as often as a second has to be enough for a hub that heard nothing.
    assert 2 * COMPARE_SECONDS < 1
    async with two_hubs(replace(settings, redis_url=redis_for_hubs)) as hubs, AsyncExitStack() as stack:
        clients, others = [], []
        for _, url in hubs:
            client = await stack.enter_async_context(HubClient(url))
            await client.connect(token(settings, ZHANG.subject, session="phone"))
            await client.subscribe(OWN)
            clients.append(client)
            for subject, session in ((ZHANG.subject, "tablet"), (LI.subject, "phone of Li")):
                other = await stack.enter_async_context(HubClient(url))
                await other.connect(token(settings, subject, session=session))
                await other.subscribe(CHANNEL)
                if not (whom == "person" and subject == ZHANG.subject):
                    others.append(other)
        await writer.ring(*await writer.order("revoked", revoked))
        for client in clients:
            assert await client.closed() == (3503, "force disconnect")
        # Nobody comes back by it, on any hub.
        for _, url in hubs:
            again = await stack.enter_async_context(HubClient(url))
            await again.say({"id": 1, "connect": {"token": token(settings, ZHANG.subject, session="phone")}})
            assert (await again.closed())[0] == 3500
        (entry,) = await writer.happen()
        await writer.ring(entry)
        for other in others:
            assert (await other.publication(CHANNEL))["offset"] == entry.offset


async def test_a_token_that_was_asked_for_before_does_not_help_after(
    settings: Settings, writer: Writer
) -> None:
    """Nor by ``refresh`` on a connection that is somebody else's."""
    async with two_hubs(settings) as [(hub, url), _], HubClient(url) as client:
        before = token(settings, ZHANG.subject)
        await client.connect(token(settings, LI.subject))
        await writer.order("revoked", ZHANG.subject)
        await hub.follower.compare()
        await client.say({"id": 2, "refresh": {"token": before}})
        assert (await client.closed())[0] == 3500


# --- channels that nobody may have, whatever he calls them


@pytest.mark.parametrize(
    "channel",
    [
        "control",
        "district:control",
        "CONTROL:",
        "control:control",
        f"officer:{LI.id}",
        f"Officer:{LI.id}",
        "district:511803",
        f"DISTRICT:{YUCHENG}",
        f"district:{YUCHENG} ",
        f" district:{YUCHENG}",
        f"district:{YUCHENG}\t",
        f"district:{YUCHENG}\0",
        f"district::{YUCHENG}",
        f"district:{YUCHENG}:x",
        f"district:{YUCHENG},district:511803",
        "district:*",
        "district:%",
        "officer:%",
        "incident:%",
        "incident:' or 1=1 --",
        "district:５１１８０２",
        "d\u0456strict:511802",
        "district:\u202e208115",
        "district:511802\u200b",
        "x" * 256,
        "incident:" + "x" * 246,
        "phones:simulator",
        f"board:{YUCHENG}",
    ],
)
async def test_no_other_channel_opens(settings: Settings, writer: Writer, channel: str) -> None:
    """An officer on duty tries names that are not his."""
    async with two_hubs(settings) as [(hub, url), _], HubClient(url) as client:
        await client.connect(token(settings, ZHANG.subject))
        for command in ("subscribe", "history", "presence", "publish"):
            answer = await client.ask(**{command: {"channel": channel, "data": {}}})
            assert answer["error"]["code"] in (102, 103, 107, 108), answer
        assert not hub.channels.has(channel)


async def test_nobody_is_given_the_control_sequence_even_by_a_token_that_names_it(
    settings: Settings, writer: Writer
) -> None:
    """Were the web to name it by mistake: the hub has no such channel."""
    now = SystemClock().now()
    generous = connection_token(
        settings.hub_token_secret, "officer:x", ["control", "district:control"], now, 600
    )
    async with two_hubs(settings) as [(_, url), _], HubClient(url) as client:
        await client.connect(generous)
        for channel in ("control", "district:control"):
            assert (await client.ask(subscribe={"channel": channel}))["error"]["code"] in (102, 103)
        await writer.ring(*await writer.order("revoked", "officer:y"))
        await client.nothing_came()
