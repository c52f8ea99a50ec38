"""How a plate is kept where nobody may read it: a blind index of its number and class."""

from __future__ import annotations

from models.privacy import Vault
from models.store import Store

COLUMN = "watch_flags.plate"


def index_of(store: Store, number: str, plate_class: str) -> bytes:
    """The same number exists with several classes (blue and yellow), so both are in it."""
    return indexed(store.vault, number, plate_class)


def indexed(vault: Vault, number: str, plate_class: str) -> bytes:
    """The same for who has no store yet."""
    return vault.index(COLUMN, value_of(number, plate_class))


def indexes_of(store: Store, number: str, plate_class: str) -> tuple[bytes, ...]:
    """The same under every key, the newest first: what is looked for."""
    return store.vault.indexes(COLUMN, value_of(number, plate_class))


def value_of(number: str, plate_class: str) -> str:
    """What is indexed."""
    return f"{number}|{plate_class}"
