"""Fixtures for tests that start processes."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder with a short path, so that sockets lie in it too and vanish with it."""
    with tempfile.TemporaryDirectory(prefix="wufen-") as name:
        yield Path(name)


@pytest.fixture
def home(folder: Path) -> Path:
    """A home that is still to be made."""
    return folder / "home"
