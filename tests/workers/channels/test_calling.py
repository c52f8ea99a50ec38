"""What a call over HTTP says of the message: certainly not there, told to wait, or nobody knows. Real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx2
import pytest

from tests.support.ports import free_port
from workers.channels.calling import call
from workers.channels.message import Refused, Unanswered


@asynccontextmanager
async def answering(*parts: bytes, hangs: bool = False) -> AsyncIterator[str]:
    """A server that reads a request, says ``parts`` and hangs up; its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for part in parts:
            writer.write(part)
        await writer.drain()
        if hangs:
            await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        ended.set()

    ended = asyncio.Event()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/send"
        await ended.wait()


async def said(url: str, seconds: float = 5.0) -> None:
    async with httpx2.AsyncClient(timeout=seconds) as client:
        await call(client, "POST", url, json={})


def http(status: str, headers: str = "", body: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n{body}".encode()


async def test_an_answer_is_given_back_with_status_and_content() -> None:
    async with (
        answering(http("400 Bad Request", body='{"Code": "isv.X"}')) as url,
        httpx2.AsyncClient() as client,
    ):
        answer = await call(client, "POST", url)
    assert (answer.status, answer.json()) == (400, {"Code": "isv.X"})


async def test_nobody_there_is_certain_and_worth_another_try() -> None:
    with pytest.raises(Refused) as refused:
        await said(f"http://127.0.0.1:{free_port()}/send")
    assert (refused.value.why, refused.value.reason, refused.value.code) == (
        "transient", "provider_away", "ConnectError",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ("Retry-After: 7\r\n", 7),
        ("Retry-After: 99999999999\r\n", 3600),
        ("Retry-After: soon\r\n", None),
        ("", None),
    ],
)
async def test_too_many_is_to_be_waited_for_as_long_as_it_says_and_an_hour_at_most(
    headers: str, after: int | None
) -> None:
    async with answering(http("429 Too Many Requests", headers)) as url:
        with pytest.raises(Refused) as refused:
            await said(url)
    assert refused.value.why == "limited"
    assert refused.value.retry_after == (None if after is None else timedelta(seconds=after))


@pytest.mark.parametrize(
    ("parts", "reason", "code"),
    [
        ((), "no_answer", "RemoteProtocolError"),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{",), "no_answer", "RemoteProtocolError"),
        ((http("502 Bad Gateway"),), "provider_failed", "502"),
        ((http("503 Service Unavailable"),), "provider_failed", "503"),
        ((http("200 OK", body="x" * 65_537),), "too_long", "200"),
    ],
    ids=["hangs up", "hangs up half way", "a gateway", "away", "too long"],
)
async def test_what_may_have_arrived_is_said_so(parts: tuple[bytes, ...], reason: str, code: str) -> None:
    async with answering(*parts) as url:
        with pytest.raises(Unanswered) as unanswered:
            await said(url)
    assert (unanswered.value.reason, unanswered.value.code) == (reason, code)


async def test_silence_after_the_request_has_left_is_no_refusal() -> None:
    async with answering(hangs=True) as url:
        with pytest.raises(Unanswered) as unanswered:
            await said(url, seconds=0.05)
    assert unanswered.value.code == "ReadTimeout"


async def test_an_answer_that_nobody_can_read_may_be_a_yes() -> None:
    async with answering(http("200 OK", body="<html>")) as url, httpx2.AsyncClient() as client:
        answer = await call(client, "POST", url)
    with pytest.raises(Unanswered, match=re.escape("unreadable (200)")):
        answer.json()
