"""From a stranger's POST to the frame at the officer, in the real product: ``python -m bench.request``.

Starts Wufen as an operator does, in a home of its own and on loopback only, with full durability, an
Idempotency-Key and a place in every request, and every request a new incident. Prints the time to the answer
and to the officer's frame, and what each process cost per request.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvloop

from bench import stickers
from bench.asking import Crowd, Listener, Times
from bench.processes import below, cpu_seconds
from models.secrets_file import with_secrets
from models.settings import Settings
from tests.support.postgres_server import running_postgres
from tests.support.product import Product
from workers.command.sample_city.places import HOME_DISTRICT

CONNECTIONS = 64
WARM_UP = 400  # requests before anything is counted
MOST_SECONDS = 60
MOST_RATE = 5_000  # requests a second that a run may ask for


def main() -> int:
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="wufen-bench-") as folder, _database(asked.database) as url:
        home = Path(folder) / "home"
        product = Product(home, {"limits": "off", "log_level": "info", **url})
        product.start()
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(_measure(product, asked))
        finally:
            if product.stop() or asked.show_log:
                print(product.output(), file=sys.stderr)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.request", description=__doc__)
    parser.add_argument("--rate", type=float, default=200, help="requests a second (default 200)")
    parser.add_argument(
        "--seconds", type=float, default=10, help=f"how long (default 10, most {MOST_SECONDS})"
    )
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--most", action="store_true", help="as many as are answered, instead of a rate")
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    parser.add_argument("--show-log", action="store_true", help="what the processes wrote, at the end")
    asked = parser.parse_args()
    if not 0 < asked.seconds <= MOST_SECONDS or not 0 < asked.rate <= MOST_RATE:
        parser.error(f"at most {MOST_SECONDS} seconds and {MOST_RATE} requests a second")
    return asked


@contextlib.contextmanager
def _database(kind: str) -> Iterator[dict[str, str]]:
    if kind == "sqlite":
        yield {}
        return
    with running_postgres(durable=True) as server:
        os.environ["BENCH_POSTGRES"] = str(server.pid)
        yield {"database_url": server.create("bench")}


async def _measure(product: Product, asked: argparse.Namespace) -> None:
    settings = with_secrets(Settings.from_env(product.settings))
    count = int((asked.rate if not asked.most else MOST_RATE) * asked.seconds) + WARM_UP
    cars = await stickers.load(settings, HOME_DISTRICT, min(count, stickers.MOST))
    address = urlsplit(product.web_url)
    requests = [_request(address.netloc, code, tail, n) for n, (code, tail) in enumerate(cars)]
    token = await asyncio.to_thread(_connection_token, product)
    times = Times()
    listener = await Listener.subscribed(product.hub_url, token, f"district:{HOME_DISTRICT}", times)
    listening = asyncio.ensure_future(listener.listen())
    crowd = Crowd(times)
    await crowd.open(str(address.hostname), int(address.port or 0), asked.connections)
    await crowd.paced(requests[:WARM_UP], 100)
    await listener.until_all_came()
    for kept in (times.began, times.answered, times.framed):
        kept.clear()
    pids = _pids(product)
    before = cpu_seconds(pids)
    began = asyncio.get_running_loop().time()
    if asked.most:
        await crowd.at_once(requests[WARM_UP:], asked.seconds)
    else:
        await crowd.paced(requests[WARM_UP:], asked.rate)
    took = asyncio.get_running_loop().time() - began
    cpu = {name: seconds - before.get(name, 0.0) for name, seconds in cpu_seconds(pids).items()}
    await listener.until_all_came()
    listening.cancel()
    _print(times, took, cpu, asked)


def _pids(product: Product) -> list[int]:
    database = os.environ.get("BENCH_POSTGRES")
    return [*below(product.supervisor_pid), *(below(int(database)) if database else []), os.getpid()]


def _request(host: str, code: str, tail: str, number: int) -> bytes:
    body = json.dumps(
        {
            "sticker": code,
            "plate_tail": tail,
            "reason": "blocking",
            "message": "麻烦挪一下车",
            "location": {"lat": 29.98, "lng": 103.0, "accuracy_m": 12},
        }
    ).encode()
    head = (
        f"POST /api/v1/move-requests HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n"
        f"user-agent: bench/{number}\r\nidempotency-key: bench-{number}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _connection_token(product: Product) -> str:
    """An officer signs in with the sample city's password, goes on duty, and gets a token for the hub."""
    account = next(
        one
        for one in json.loads((product.home / "demo.json").read_text())["accounts"]
        if one["username"] == "police1"
    )
    credentials = {"username": account["username"], "password": account["password"]}
    session = _call(product, "POST", "/api/v1/sessions", credentials)["access_token"]
    _call(product, "PUT", "/api/v1/duty", {"on_duty": True, "district": HOME_DISTRICT}, session)
    token: str = _call(product, "GET", "/api/v1/connection-token", None, session)["token"]
    return token


def _call(
    product: Product, method: str, path: str, body: dict[str, Any] | None, token: str | None = None
) -> dict[str, Any]:
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(product.web_url + path, content, headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        told: dict[str, Any] = json.loads(answer.read())
        return told


def _print(times: Times, took: float, cpu: dict[str, float], asked: argparse.Namespace) -> None:
    done = len(times.answered)
    missing = len(times.answered.keys() - times.framed.keys())
    print(f"{asked.database}: {done} requests in {took:.1f} s = {done / took:.0f}/s", end="")
    print(f", refused {times.refused or 0}, frames missing {missing}")
    for label, ended in (("answer", times.answered), ("officer's frame", times.framed)):
        print(
            f"  to the {label:16}",
            _quantiles([(ended[i] - times.began[i]) * 1000 for i in times.began if i in ended]),
        )
    for name, seconds in sorted(cpu.items(), key=lambda one: -one[1]):
        if seconds >= 0.02:
            share = 100 * seconds / took
            print(f"  {name:12} {1e6 * seconds / max(done, 1):7.0f} µs a request {share:5.1f} % of a core")
    total = sum(cpu.values())
    print(
        f"  {'all':12} {1e6 * total / max(done, 1):7.0f} µs a request {100 * total / took:5.1f} % of a core"
    )


def _quantiles(milliseconds: list[float]) -> str:
    ordered = sorted(milliseconds)
    if not ordered:
        return "none"
    parts = [
        (f"p{share * 100:g}", ordered[min(len(ordered) - 1, int(len(ordered) * share))])
        for share in (0.5, 0.9, 0.99, 0.999)
    ]
    return "  ".join(f"{name} {value:.2f}" for name, value in [*parts, ("max", ordered[-1])]) + "  ms"


if __name__ == "__main__":
    raise SystemExit(main())
