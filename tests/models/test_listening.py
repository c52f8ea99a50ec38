"""Hearing what others say on Redis, over a line that may fall silent without breaking."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from models import listening
from models.listening import listen
from models.tasks import Tasks
from tests.support.waiting import until_async

PATIENCE_SECONDS = 5


class Line:
    """A way to the Redis at ``path`` that can be made silent: what is said is swallowed, nothing breaks."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._writers: list[asyncio.StreamWriter] = []
        self._silent: set[asyncio.StreamWriter] = set()
        self._asked = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        their_reader, their_writer = await asyncio.open_unix_connection(self._path)
        self._writers += [writer, their_writer]
        await asyncio.gather(self._pass(reader, their_writer), self._pass(their_reader, writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            self._asked += data.count(b"PING")
            if writer not in self._silent:
                writer.write(data)
        writer.close()

    async def was_asked_thrice(self) -> bool:
        return self._asked >= 3

    def fall_silent(self) -> None:
        self._silent.update(self._writers)


@pytest.fixture
async def line(redis_url: str, tmp_path: Path) -> AsyncIterator[Line]:
    line = Line(redis_url.removeprefix("unix://"))
    server = await asyncio.start_unix_server(line.serve, tmp_path / "line.sock")
    yield line
    server.close()


@pytest.mark.usefixtures("line")
async def test_a_redis_that_died_without_a_word_is_left_for_a_new_connection(
    line: Line, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "SILENT_SECONDS", 0.1)
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    began: asyncio.Queue[None] = asyncio.Queue()

    async def say_until_heard(message: bytes) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await began.get()
            await speaking.publish("news", message)
            assert await heard.get() == message

    ours = Redis.from_url(f"unix://{tmp_path / 'line.sock'}")
    speaking = Redis.from_url(redis_url)
    async with ours, speaking, Tasks() as tasks:
        said = {"news": heard.put_nowait}
        tasks.start(listen(ours, said, lambda: began.put_nowait(None)), "listening")
        await say_until_heard(b"first")
        # It answers when it is asked: silence alone is no reason to leave.
        await until_async(line.was_asked_thrice, "the third question")
        assert began.empty()
        line.fall_silent()
        await say_until_heard(b"second")
