"""One process's keys, and how it follows a change of them: they are in the environment or in `secrets.json`, and the

database says which of them seals. Leaves to others: starting a change (``models.actions.rotating``), and sealing anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.privacy import Vault
from models.secrets_file import kept_rings
from models.settings import Settings
from models.tables import sealing_keys


class KeyMissing(RuntimeError):
    """The database names a key as sealing that this process does not have."""


class Keyring:
    """Puts into the vault what the settings hold, in the order that the database says."""

    def __init__(self, settings: Settings, vault: Vault) -> None:
        self._settings, self._vault = settings, vault

    async def load(self, connection: AsyncConnection) -> None:
        """Raises KeyMissing, and leaves the vault as it was."""
        rows = (await connection.execute(select(sealing_keys))).all()
        fields, indexes = await asyncio.to_thread(material, self._settings)
        if rows:
            self._vault.adopt(_ordered("field", fields, rows), _ordered("index", indexes, rows))


def material(settings: Settings) -> tuple[Mapping[str, bytes], Mapping[str, bytes]]:
    """Field keys and index keys, as they are now: the file may have got one since the start. Blocking."""
    fields, indexes = settings.field_keys, settings.index_keys
    if settings.keeps_field_keys or settings.keeps_index_keys:
        kept_fields, kept_indexes = kept_rings(settings.home)
        fields = kept_fields if settings.keeps_field_keys else fields
        indexes = kept_indexes if settings.keeps_index_keys else indexes
    return fields, indexes


def _ordered(kind: str, ring: Mapping[str, bytes], rows: Sequence[Any]) -> dict[str, bytes]:
    states = {row.key_id: row.state for row in rows if row.kind == kind}
    sealing = next((name for name, state in states.items() if state == "sealing"), None)
    if sealing is not None and sealing not in ring:
        raise KeyMissing(f"the {kind} key {sealing} seals by now and is not here")
    usable = {name: key for name, key in ring.items() if states.get(name) != "retired"}
    return dict(sorted(usable.items(), key=lambda one: one[0] != sealing)) if sealing else usable
