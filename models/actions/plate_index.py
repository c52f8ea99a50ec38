"""How a plate is kept where nobody may read it: a blind index of its number and class."""

from __future__ import annotations

from models.store import Store

COLUMN = "watch_flags.plate"


def index_of(store: Store, number: str, plate_class: str) -> bytes:
    """The same number exists with several classes (blue and yellow), so both are in it."""
    return store.vault.index(COLUMN, f"{number}|{plate_class}")
