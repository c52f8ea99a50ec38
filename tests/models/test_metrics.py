"""Metrics: any process of a kind shows all of its kind, each labelled; one that is away is left out."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.parser import text_string_to_metric_families

from models.metrics import collect, serve_metrics


@pytest.fixture
def run_dir() -> Iterator[Path]:
    # Not tmp_path: a socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="wufen-") as folder:
        yield Path(folder)


def figures(accepted: int) -> CollectorRegistry:
    registry = CollectorRegistry()
    Counter("wufen_accepted_total", "Requests.", ["route"], registry=registry).labels('/a"b').inc(accepted)
    Gauge("wufen_connections", "Connections.", registry=registry).set(accepted)
    Histogram("wufen_wait_seconds", "Wait.", registry=registry, buckets=(1, 2)).observe(1.5)
    return registry


def samples(text: bytes) -> dict[tuple[str, str], float]:
    return {
        (sample.name, sample.labels.get("process", "")): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
        if sample.labels.get("le", "2.0") == "2.0"
    }


async def test_any_process_shows_all_of_its_kind_labelled_by_process(run_dir: Path) -> None:
    hubs = [await serve_metrics(figures(n), run_dir / f"hub.{n}.sock") for n in (2, 3)]
    other = await serve_metrics(figures(9), run_dir / "web.1.sock")
    text = await collect("hub", run_dir, "hub.1", figures(1))
    for socket in (*hubs, other):
        await socket.close()
    assert samples(text) == {
        ("wufen_processes", ""): 3,
        **{("wufen_accepted_total", f"hub.{n}"): n for n in (1, 2, 3)},
        **{("wufen_connections", f"hub.{n}"): n for n in (1, 2, 3)},
        **{("wufen_wait_seconds_bucket", f"hub.{n}"): 1 for n in (1, 2, 3)},
        **{("wufen_wait_seconds_count", f"hub.{n}"): 1 for n in (1, 2, 3)},
        **{("wufen_wait_seconds_sum", f"hub.{n}"): 1.5 for n in (1, 2, 3)},
    }
    assert text.count(b"# TYPE wufen_accepted_total counter") == 1
    assert b'wufen_accepted_total{process="hub.2",route="/a\\"b"} 2.0' in text


async def test_a_kind_without_a_page_is_shown_by_another(run_dir: Path) -> None:
    worker = await serve_metrics(figures(4), run_dir / "worker.1.sock")
    text = await collect("web", run_dir, "web.1", figures(1), also=("worker",))
    await worker.close()
    assert samples(text)[("wufen_connections", "worker.1")] == 4
    assert b'wufen_processes{kind="web"} 1\nwufen_processes{kind="worker"} 1\n' in text


async def test_a_process_that_is_gone_or_frozen_is_left_out(
    run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.metrics.ASK_SECONDS", 0.05)
    (run_dir / "hub.2.sock").touch()
    asked = []
    silent = await asyncio.start_unix_server(lambda _, writer: asked.append(writer), run_dir / "hub.3.sock")
    text = await collect("hub", run_dir, "hub.1", figures(1))
    asked[0].close()
    await asked[0].wait_closed()
    silent.close()
    assert samples(text)[("wufen_processes", "")] == 1
    assert ("wufen_connections", "hub.3") not in samples(text)


async def test_a_process_takes_the_place_of_the_dead_one_before_it(run_dir: Path) -> None:
    path = run_dir / "hub.2.sock"
    path.touch()
    socket = await serve_metrics(figures(5), path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert samples(await collect("hub", run_dir, "hub.1", figures(1)))[("wufen_connections", "hub.2")] == 5
    await socket.close()
    assert not path.exists()
