"""What a section of a bundle is: one subject of a city, read from the file, from the database, and written.

A section tells its subject as entries: a key (a district's code) with flat values. So one comparison serves all of
them, and whoever adds a subject adds a section to ``models.city.bundle`` and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from models.city.reading import Fields
from models.ids import Ids

Value = str | int | float | None
# By column; None: not set, what the product does without it holds.
Values = Mapping[str, Value]
# By the entry's key.
Entries = Mapping[str, Values]


@dataclass(frozen=True, slots=True)
class Writing:
    """An import under way: its transaction, its instant, and the city that it writes."""

    connection: AsyncConnection
    ids: Ids
    at: datetime
    city: str


class Section(Protocol):
    """One subject. ``name`` is its name in the bundle, ``label`` what one entry is called.

    A section that the bundle does not have leaves its subject alone.
    """

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str: ...

    def read(self, fields: Fields, city: str) -> Entries:
        """The entries of the bundle, ``fields`` being its root. What is wrong is told to ``fields.faults``."""

    async def held(self, connection: AsyncConnection, city: str, wanted: Entries | None = None) -> Entries:
        """The entries that the installation holds for the city; of the columns that are named here and no others.

        ``wanted`` is what they will be compared with: what has been handed in already and waits counts as held.
        """

    def shown(self, entries: Entries) -> Any:
        """Entries, at least one, as they stand in a bundle: dictionaries, lists, texts and numbers."""

    async def conflicts(self, connection: AsyncConnection, city: str, wanted: Entries) -> list[str]:
        """What the installation holds that forbids these entries, a sentence each."""

    async def write(self, writing: Writing, key: str, values: Values, *, new: bool) -> None:
        """Writes one entry, which is ``new`` or differs."""
