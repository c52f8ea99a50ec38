"""Metrics: each process counts for itself, and any one of a kind shows all of its kind on the machine.

A process serves its own figures on a Unix socket in the run folder; whoever is asked for /metrics collects them
from the sockets of its kind and labels each by its process. Leaves to others: what is worth counting.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
ASK_SECONDS = 0.5  # a sister that does not answer in this time is left out
MOST_BYTES = 4 << 20  # of one process's figures

# Seconds, from what a person does not notice to what a promise is about.
LATENCY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


def new_registry(*collectors: Collector) -> CollectorRegistry:
    """A registry of one process; nothing is registered globally, so tests and processes stay apart."""
    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    return registry


class MetricsSocket:
    """Serves one process's figures at `path` until closed: connect, read to the end."""

    def __init__(self, registry: CollectorRegistry, path: Path) -> None:
        self._registry = registry
        self._path = path
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Takes the place of whatever was left there by a process that died."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._answer, self._path)
        self._path.chmod(0o600)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._path.unlink(missing_ok=True)

    async def _answer(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(generate_latest(self._registry))
            await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


async def serve_metrics(registry: CollectorRegistry, path: Path) -> MetricsSocket:
    """Begins to serve; close what it returns."""
    socket = MetricsSocket(registry, path)
    await socket.start()
    return socket


async def collect(
    kind: str, run_dir: Path, process: str, registry: CollectorRegistry, also: Sequence[str] = ()
) -> bytes:
    """The figures of all processes of `kind` (web, hub) on this machine, as Prometheus text, and of the kinds
    `also` that have no page of their own.

    `process` is the one that is asked, such as hub.1, and `registry` its own; the others are asked on their
    sockets. One that does not answer is left out, and `wufen_processes` says how many did of each kind.
    """
    found = [path for each in (kind, *also) for path in _sockets(each, run_dir)]
    sisters = [path for path in found if path.stem != process]
    answers = await asyncio.gather(*(_ask(path) for path in sisters))
    texts = {path.stem: text for path, text in zip(sisters, answers, strict=True) if text is not None}
    texts[process] = generate_latest(registry).decode()
    return merge(texts).encode()


def _sockets(kind: str, run_dir: Path) -> list[Path]:
    return [path for path in run_dir.glob(f"{kind}.*.sock") if re.fullmatch(rf"{kind}\.\d+", path.stem)]


async def _ask(path: Path) -> str | None:
    try:
        async with asyncio.timeout(ASK_SECONDS):
            reader, writer = await asyncio.open_unix_connection(path)
            try:
                return await _read(reader)
            finally:
                writer.close()
                await writer.wait_closed()
    except (OSError, TimeoutError, ValueError):
        return None


async def _read(reader: asyncio.StreamReader) -> str:
    whole = bytearray()
    while chunk := await reader.read(65536):
        whole += chunk
        if len(whole) > MOST_BYTES:
            raise ValueError("more figures than one process has")
    return whole.decode()


def merge(texts: Mapping[str, str]) -> str:
    """One text of several processes' texts: each family once, each sample with a label process="…"."""
    families: dict[str, list[str]] = {"# HELP wufen_processes Processes of this kind that answered.": []}
    (own,) = families.values()
    own.append("# TYPE wufen_processes gauge")
    kinds = Counter(process.partition(".")[0] for process in texts)
    own.extend(f'wufen_processes{{kind="{kind}"}} {count}' for kind, count in sorted(kinds.items()))
    for process, text in sorted(texts.items()):
        for help_line, type_line, *samples in _families(text):
            lines = families.setdefault(help_line, [type_line])
            lines.extend(_labelled(sample, process) for sample in samples)
    return "".join(f"{line}\n" for help_line, lines in families.items() for line in (help_line, *lines))


def _families(text: str) -> Iterator[list[str]]:
    for block in re.split("^(?=# HELP )", text, flags=re.MULTILINE):
        # When a counter began is of no use where processes come and go.
        if block.startswith("# HELP ") and not block.split(" ", 3)[2].endswith("_created"):
            yield block.splitlines()


def _labelled(sample: str, process: str) -> str:
    name, bracket, rest = sample.partition("{")
    if bracket:
        return f'{name}{{process="{process}",{rest}'
    name, _, value = sample.partition(" ")
    return f'{name}{{process="{process}"}} {value}'
