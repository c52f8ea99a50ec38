"""docs/operations.md explains every metric and every log event that there is, and none that there is not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry

from hub.measures import Measures
from models.metrics import merge
from web.figures import measure_requests
from workers import measures as of_workers

_ROOT = Path(__file__).resolve().parents[1]
_TEXT = (_ROOT / "docs/operations.md").read_text()
_LEVELS = {"debug", "info", "warning", "error", "exception", "log"}
# The supervisor passes on what others wrote under this name (``records.of_child``).
_PASSED_ON = {"output"}


def first_cells(heading: str) -> set[str]:
    """The names in code font in the first column of the table under a heading."""
    section = _TEXT.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])}


def metrics_of(registry: CollectorRegistry) -> set[str]:
    return {family.name + ("_total" if family.type == "counter" else "") for family in registry.collect()}


def test_every_metric_is_explained_and_no_other() -> None:
    of_web = CollectorRegistry()
    measure_requests(of_web)
    there = metrics_of(Measures().registry) | metrics_of(of_web) | metrics_of(of_workers.REGISTRY)
    there |= set(re.findall(r"^# TYPE (\w+)", merge({"hub.1": ""}), re.MULTILINE))
    assert first_cells("Metrics") == there


def test_every_log_event_is_explained_and_no_other() -> None:
    assert first_cells("Log events") == set(events_logged()) | _PASSED_ON


def events_logged() -> Iterator[str]:
    """The first text of every call of a logger or of the supervisor's voice."""
    for package in ("hub", "web", "workers", "models"):
        for path in sorted((_ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_bytes())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _speaks(node.func):
                    texts = [argument for argument in node.args if isinstance(argument, ast.Constant)]
                    yield next(str(text.value) for text in texts if isinstance(text.value, str))


def _speaks(called: ast.Attribute) -> bool:
    speaker = ast.unparse(called.value)
    if speaker in ("voice", "self._voice"):
        return called.attr == "say"
    return called.attr in _LEVELS and speaker in ("log", "_log", "structlog.get_logger()")
