"""Background tasks: held, logged when they fail, cancelled at the end."""

import asyncio

import pytest
from structlog.testing import capture_logs

from models.tasks import Tasks


async def test_a_task_is_held_until_it_ends() -> None:
    go = asyncio.Event()
    async with Tasks() as tasks:
        task = tasks.start(go.wait(), "waiting")
        assert len(tasks) == 1
        go.set()
        await task
        await asyncio.sleep(0)
        assert len(tasks) == 0


async def test_what_a_task_raises_is_logged_by_its_name() -> None:
    async def fail() -> None:
        raise ValueError("wrong")

    with capture_logs() as lines:
        async with Tasks() as tasks:
            await asyncio.wait([tasks.start(fail(), "failing")])
            await asyncio.sleep(0)
    assert [(line["event"], line["task"]) for line in lines] == [("task_failed", "failing")]


async def test_what_a_shared_task_raises_is_for_those_who_wait_for_it() -> None:
    async def fail() -> None:
        raise ValueError("wrong")

    with capture_logs() as lines:
        async with Tasks() as tasks:
            with pytest.raises(ValueError, match="wrong"):
                await tasks.share(fail(), "failing")
            await asyncio.sleep(0)
    assert lines == []


async def test_the_end_cancels_what_runs_and_waits_for_its_clean_up() -> None:
    cleaned = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.append(True)

    tasks = Tasks()
    task = tasks.start(work(), "working")
    await asyncio.sleep(0)
    await tasks.close()
    assert cleaned == [True]
    assert task.cancelled()


async def test_nothing_begins_after_the_end() -> None:
    tasks = Tasks()
    await tasks.close()
    with pytest.raises(RuntimeError, match="late"):
        tasks.start(asyncio.sleep(0), "late")


async def test_a_task_that_swallows_a_cancellation_is_told_again() -> None:
    told = 0
    begun = asyncio.Event()

    async def deaf() -> None:
        nonlocal told
        while True:
            begun.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                told += 1
                if told == 2:
                    raise

    async with Tasks() as tasks:
        tasks.start(deaf(), "deaf")
        await begun.wait()
    assert told == 2
