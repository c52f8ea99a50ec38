"""A short form of `python -m bench.chaos`: real processes die under load, and nobody misses anything."""

from __future__ import annotations

import asyncio

import pytest

from bench.chaos import Chaos, stage

pytestmark = [pytest.mark.slow, pytest.mark.processes]

SHORT = ("hub, kill -9", "Redis, kill -9", "wufen reload")


@pytest.mark.timeout(180)
def test_nobody_misses_anything_when_hubs_and_redis_die() -> None:
    with stage("sqlite") as here:
        chaos = Chaos(here, clients=40, rate=10)
        with asyncio.Runner() as runner:
            outcomes = runner.run(chaos.play(SHORT, told=lambda _: None))
            assert runner.run(chaos.unaccounted()) == 0, here.product.output()
    assert [one for one in outcomes if not one.gapless] == []
    hub, redis, reload = outcomes
    # The fault was real for those who were there, and nobody else noticed.
    assert 0 < hub.cut < 40
    assert redis.cut == 0
    assert reload.cut >= 40
