"""The hub on real sockets: connecting, subscribing, replaying, taking back, and going away."""

from __future__ import annotations

import asyncio
import json
import re

import pytest
from prometheus_client import generate_latest
from websockets.exceptions import InvalidStatus

from hub.assembly import Hub
from models.clock import parse_iso
from models.feed.entries import Entry
from models.queries.board import board
from tests.hub.conftest import Running, StartHub, Writer
from tests.support.city import YUCHENG, ZHANG, ask
from tests.support.hub_client import HubClient

CHANNEL = f"district:{YUCHENG}"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """These tests are about sockets; the follower's run on both databases."""
    return sqlite_url


async def test_a_client_connects_subscribes_and_hears_what_happens(hub: Running, writer: Writer) -> None:
    async with hub.client() as client:
        result = await client.connect(hub.token("wall:1", CHANNEL))
        assert result["ping"] == hub.settings.hub_ping_seconds
        assert result["expires"] is True
        subscribed = await client.subscribe(CHANNEL)
        assert (subscribed["recoverable"], subscribed["offset"]) == (True, 0)
        (entry,) = await writer.happen()
        await writer.ring(entry)
        pub = await client.publication(CHANNEL)
        assert pub == {"data": json.loads(entry.data), "offset": 1}


async def test_a_hundred_events_arrive_in_order_and_once(hub: Running, writer: Writer) -> None:
    async with hub.watching(CHANNEL) as first, hub.watching(CHANNEL) as second:
        await writer.ring(*await writer.happen(count=100))
        for client in (first, second):
            offsets = [(await client.publication(CHANNEL))["offset"] for _ in range(100)]
            assert offsets == list(range(1, 101))
            await client.nothing_came()


async def test_several_commands_in_one_frame_are_answered(hub: Running) -> None:
    async with hub.client() as client:
        token = hub.token("wall:1", CHANNEL)
        await client.say({"id": 1, "connect": {"token": token}}, {"id": 2, "subscribe": {"channel": CHANNEL}})
        assert "connect" in await client._message()
        assert "subscribe" in await client._message()


async def test_from_the_snapshots_position_nothing_is_missed(hub: Running, writer: Writer) -> None:
    await writer.happen(count=3)
    snapshot = await board(writer.store, YUCHENG)
    later = await writer.happen(count=2)
    async with hub.client() as client:
        await client.connect(hub.token("wall:1", CHANNEL))
        await hub.hub.follower.compare()
        subscribed = await client.subscribe(CHANNEL, since=(snapshot["offset"], snapshot["epoch"]))
        assert (subscribed["was_recovering"], subscribed["recovered"]) == (True, True)
        assert [pub["offset"] for pub in subscribed["publications"]] == [4, 5]
        assert [pub["data"] for pub in subscribed["publications"]] == [json.loads(one.data) for one in later]


async def test_a_replay_may_be_ahead_of_the_doorbell(hub: Running, writer: Writer) -> None:
    epoch = hub.hub.follower.epoch
    await writer.ring(*await writer.happen(count=3))
    unheard = await writer.happen(count=2)
    async with hub.client() as client:
        await client.connect(hub.token("wall:1", CHANNEL))
        subscribed = await client.subscribe(CHANNEL, since=(1, epoch))
        assert [pub["offset"] for pub in subscribed["publications"]] == [2, 3, 4, 5]
        # What was replayed is not sent again when the doorbell or the comparison brings it.
        await writer.ring(*unheard)
        await writer.ring(*await writer.happen())
        assert (await client.publication(CHANNEL))["offset"] == 6


async def test_another_epoch_cannot_be_recovered(hub: Running, writer: Writer) -> None:
    await writer.ring(*await writer.happen(count=3))
    async with hub.client() as client:
        await client.connect(hub.token("wall:1", CHANNEL))
        subscribed = await client.subscribe(CHANNEL, since=(1, "another"))
        assert subscribed["was_recovering"] is True
        assert "recovered" not in subscribed
        assert "publications" not in subscribed
        assert subscribed["offset"] == 3
        await writer.ring(*await writer.happen())
        assert (await client.publication(CHANNEL))["offset"] == 4


async def test_a_client_that_asked_for_it_gets_an_error_instead(hub: Running) -> None:
    async with hub.client() as client:
        await client.connect(hub.token("wall:1", CHANNEL))
        request = {"channel": CHANNEL, "recover": True, "offset": 1, "epoch": "another", "flag": 3}
        assert (await client.ask(subscribe=request))["error"]["code"] == 112
        assert (await client.subscribe(CHANNEL))["recoverable"] is True


async def test_more_than_a_replay_carries_is_not_recovered_in_part(hub: Running, writer: Writer) -> None:
    epoch = hub.hub.follower.epoch
    await writer.happen(count=30, size=100_000)
    await hub.hub.follower.compare()
    async with hub.client() as client:
        await client.connect(hub.token("wall:1", CHANNEL))
        subscribed = await client.subscribe(CHANNEL, since=(0, epoch))
        assert "recovered" not in subscribed
        assert subscribed["offset"] == 30
        await client.ask(unsubscribe={"channel": CHANNEL})
        whole = await client.subscribe(CHANNEL, since=(15, epoch))
        assert len(whole["publications"]) == 15


async def test_an_incident_is_shown_without_its_officer_and_from_its_beginning(
    hub: Running, writer: Writer
) -> None:
    asked = await ask(writer.store)
    channel = f"incident:{asked.id}"
    async with hub.client() as client:
        await client.connect(hub.token(asked.requester.subject, channel))
        subscribed = await client.subscribe(channel, since=(0, hub.hub.follower.epoch))
        first = subscribed["publications"][0]
        assert (first["offset"], first["data"]["event"]) == (1, "requested")
        assert first["data"]["incident"]["id"] == asked.id
        assert "officer" not in first["data"]["incident"]


async def test_staff_follow_incidents_of_their_own_district_only(hub: Running, writer: Writer) -> None:
    asked = await ask(writer.store)
    channel = f"incident:{asked.id}"
    async with hub.client() as here, hub.client() as elsewhere:
        await here.connect(hub.token(ZHANG.subject, CHANNEL))
        await elsewhere.connect(hub.token("officer:052001", "district:511803"))
        assert (await here.subscribe(channel))["recoverable"] is True
        refused = await elsewhere.ask(subscribe={"channel": channel})
        assert refused["error"]["code"] == 103


async def test_what_does_not_exist_is_an_unknown_channel(hub: Running) -> None:
    async with hub.client() as client:
        await client.connect(hub.token("wall:1", "district:999999", "incident:none"))
        for channel in ("district:999999", "incident:none"):
            assert (await client.ask(subscribe={"channel": channel}))["error"]["code"] == 102


async def test_whoever_unsubscribed_hears_nothing_more(hub: Running, writer: Writer) -> None:
    async with hub.watching(CHANNEL) as client, hub.watching(CHANNEL) as witness:
        await client.ask(unsubscribe={"channel": CHANNEL})
        await writer.ring(*await writer.happen())
        await witness.publication(CHANNEL)
        await client.nothing_came()


# --- what is taken back


async def test_going_off_duty_ends_the_live_channels_of_the_district(hub: Running, writer: Writer) -> None:
    positions, own = f"positions:{YUCHENG}", f"officer:{ZHANG.id}"
    async with hub.client() as client:
        await client.connect(hub.token(ZHANG.subject, CHANNEL, positions, own, age=2))
        for channel in (CHANNEL, positions, own):
            await client.subscribe(channel)
        await writer.ring(*await writer.order("off_duty", ZHANG.subject, YUCHENG))
        ended = {
            push["channel"]: push["unsubscribe"]["code"]
            for push in (await client.push(), await client.push())
        }
        assert ended == {CHANNEL: 2000, positions: 2000}
        assert (await client.ask(subscribe={"channel": CHANNEL}))["error"]["code"] == 103
        await writer.happen()
        await client.nothing_came()
        # Back on duty the same token is right again.
        await writer.ring(*await writer.order("on_duty", ZHANG.subject, YUCHENG))
        async with hub.watching(CHANNEL) as witness:
            await writer.ring(*await writer.happen())
            await witness.publication(CHANNEL)
        assert "subscribe" in await client.ask(subscribe={"channel": CHANNEL})


async def test_a_revoked_subject_is_cut_off_and_stays_out(hub: Running, writer: Writer) -> None:
    token = hub.token(ZHANG.subject, CHANNEL, age=2)
    async with hub.client() as client, hub.watching(CHANNEL) as other:
        await client.connect(token)
        await writer.order("revoked", ZHANG.subject)  # nobody rings: the comparison finds it
        code, _ = await client.closed()
        assert 3500 <= code < 4000
        await other.nothing_came()
    async with hub.client() as again:
        await again.say({"id": 1, "connect": {"token": token}})
        assert (await again.closed())[0] == 3500


async def test_signing_out_on_one_phone_leaves_the_other_connected(hub: Running, writer: Writer) -> None:
    async with hub.client() as phone, hub.client() as tablet:
        await phone.connect(hub.token(ZHANG.subject, CHANNEL, age=2, session="one"))
        await tablet.connect(hub.token(ZHANG.subject, CHANNEL, age=2, session="two"))
        await writer.order("revoked", "session:one")
        code, _ = await phone.closed()
        assert 3500 <= code < 4000
        assert "subscribe" in await tablet.ask(subscribe={"channel": CHANNEL})


async def test_a_hub_that_starts_later_knows_who_was_revoked(
    start_hub: StartHub, writer: Writer, hub: Running
) -> None:
    token = hub.token(ZHANG.subject, CHANNEL, age=2)
    await writer.order("revoked", ZHANG.subject)
    async with start_hub() as (_, url), HubClient(url) as client:
        await client.say({"id": 1, "connect": {"token": token}})
        assert (await client.closed())[0] == 3500


# --- bad guests


async def test_a_foreign_page_is_refused(hub: Running) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with HubClient(hub.url, origin="http://evil.example"):
            pass
    assert refused.value.response.status_code == 403
    async with HubClient(hub.url, origin=hub.settings.public_url) as client:
        await client.connect(hub.token("wall:1"))


@pytest.mark.parametrize(
    ("frame", "code"),
    [("nonsense", 3501), (b"binary", 3506), ('{"id":1,"ping":{}}', 3501), ("x" * 70_000, 1009)],
)
async def test_what_is_not_the_protocol_ends_the_connection(
    hub: Running, frame: str | bytes, code: int
) -> None:
    async with hub.client() as client:
        await client.socket.send(frame)
        assert (await client.closed())[0] == code


async def test_a_stranger_is_listened_to_for_less(hub: Running) -> None:
    async with hub.client() as client:
        await client.connect(hub.token("wall:1", CHANNEL))
        await client.say({"id": 2, "rpc": {"method": "x" * 60_000}})
        await client.ask(ping={})
    async with hub.client() as stranger:
        await stranger.say({"id": 1, "connect": {"token": "x" * 17_000}})
        assert (await stranger.closed())[0] == 1009


async def test_an_expired_token_is_answered_and_another_may_be_shown(hub: Running) -> None:
    async with hub.client() as client:
        refused = await client.ask(connect={"token": hub.token("wall:1", age=700)})
        assert refused["error"]["code"] == 109
        await client.connect(hub.token("wall:1"))


async def test_a_client_that_answers_no_ping_is_cut_off_and_may_return(hub: Running) -> None:
    async with hub.client() as client:
        await client.connect(hub.token("wall:1"))
        socket = hub.hub.switchboard.subjects.of("wall:1")[0]
        for _ in range(3):
            socket.visit(hub.clock.now().timestamp())
        assert await client.closed() == (3012, "no pong")


async def test_a_slow_reader_is_cut_off_and_catches_up(hub: Running, writer: Writer) -> None:
    async with hub.watching(CHANNEL) as slow, hub.watching(CHANNEL) as quick:
        slow.socket.transport.pause_reading()
        sent = 0
        while len(hub.hub.switchboard.subjects.of("wall:1")) == 2:
            await writer.ring(*await writer.happen(count=10, size=50_000))
            for _ in range(10):
                sent = (await quick.publication(CHANNEL))["offset"]
        slow.socket.transport.resume_reading()
        seen = 0
        while seen < sent:
            try:
                seen = (await slow.publication(CHANNEL))["offset"]
            except Exception:
                break
        assert (await slow.closed())[0] == 3008
        async with hub.client() as back:
            await back.connect(hub.token("wall:1", CHANNEL))
            subscribed = await back.subscribe(CHANNEL, since=(seen, hub.hub.follower.epoch))
            assert [pub["offset"] for pub in subscribed.get("publications", [])] == list(
                range(seen + 1, sent + 1)
            )


async def test_a_lost_connection_leaves_nothing_behind(hub: Running, writer: Writer) -> None:
    async with hub.watching(CHANNEL) as witness:
        async with hub.watching(f"board:{YUCHENG}") as client:
            client.drop()
        await writer.ring(*await writer.happen())
        await witness.publication(CHANNEL)
        assert len(hub.hub.switchboard.subjects.of("wall:1")) == 1
        assert not hub.hub.channels.has(f"board:{YUCHENG}")


# --- pages, and the end


async def page(url: str, path: str) -> tuple[int, bytes]:
    port = url.split(":")[2].split("/")[0]
    reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return int(head.split()[1]), body


async def test_health_and_readiness(hub: Running) -> None:
    assert await page(hub.url, "/healthz") == (200, b'{"status":"ok"}')
    status, body = await page(hub.url, "/readyz")
    assert (status, json.loads(body)["status"]) == (200, "ok")
    assert (await page(hub.url, "/"))[0] == 404


async def test_a_hub_that_is_behind_the_log_says_how_far_and_since_when(
    hub: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.hub.follower, "_check", unreachable)
    # Two entries are heard without their predecessor, and the database does not tell.
    monkeypatch.setattr(hub.hub.follower, "_compared_at", asyncio.get_running_loop().time() - 60)
    epoch = hub.hub.follower.epoch
    hub.hub.follower.hear([Entry(YUCHENG, offset, epoch, "{}") for offset in (2, 3)])
    status, body = await page(hub.url, "/readyz")
    told = json.loads(body)
    assert (status, told["checks"]["log"]) == (503, "behind")
    assert told["log"]["entries_behind"] == 3
    behind_for = hub.clock.now() - parse_iso(told["log"]["compared_at"])
    assert 60 <= behind_for.total_seconds() < 70
    figures = generate_latest(hub.hub.measures.registry)
    assert figure(figures, "wufen_hub_behind_entries") == 3
    assert 60 <= figure(figures, "wufen_hub_compared_seconds") < 70


async def unreachable(_connection: object) -> None:
    raise ConnectionError


def figure(page: bytes, name: str) -> float:
    """The value of a metric that has no labels."""
    (value,) = re.findall(rf"^{name} (\S+)$", page.decode(), re.MULTILINE)
    return float(value)


async def test_figures(start_hub: StartHub) -> None:
    async with start_hub() as (_, url):
        status, body = await page(url, "/metrics")
        assert status == 200
        assert b'wufen_hub_connections{process="hub.0"} ' in body


async def test_a_hub_that_stops_sends_everybody_elsewhere(start_hub: StartHub, hub: Running) -> None:
    async with start_hub() as (leaving, url):
        client = await HubClient(url).__aenter__()
        await client.connect(hub.token("wall:1"))
    assert await client.closed() == (3001, "shutdown")
    assert isinstance(leaving, Hub)
    assert len(leaving.switchboard) == 0
