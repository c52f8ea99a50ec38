"""The versions that are shipped: one JSON decision model per table, beside this module.

They hold where no city and no district has a version of its own. Each is named by its content, so that a decision
made by one names exactly what it was made by, also after the next release ships another.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import resources

from models.rules import faults
from models.rules.content import Content, from_model, to_model
from models.rules.definitions import DEFINITIONS
from models.rules.evaluation import Compiled

PREFIX = "shipped-"


def shipped_id(content: Content) -> str:
    """The name of a shipped version: 26 characters, like any version's id."""
    return PREFIX + hashlib.sha256(to_model(content).encode()).hexdigest()[:18]


@lru_cache(maxsize=1)  # they are as immutable as the program
def shipped() -> dict[str, Compiled]:
    """The shipped version of each table. Raises ValueError for a file with a fault, naming it."""
    return {name: _read(name) for name in DEFINITIONS}


def _read(name: str) -> Compiled:
    content = from_model(resources.files(__package__).joinpath(f"{name}.json").read_bytes())
    found = faults.find(content)
    if content.table != name or found:
        raise ValueError(f"{name}.json: {found or content.table}")
    return Compiled(content)
