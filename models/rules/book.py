"""Which version of a table is in force where and when, as one process knows it. Pure.

The nearest scope that has a version in force decides: the district, then its city, then what is shipped. From an
activation on its version is in force, until the next activation in the same scope; an activation of nothing hands
back to the wider scope.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from models.rules.evaluation import Compiled
from models.rules.shipped import shipped, shipped_id

Scope = Literal["district", "city", "shipped"]
EVERYWHERE = ""  # where what is shipped holds


@dataclass(frozen=True, slots=True)
class Version:
    """A version that may be asked; ``scope`` is where it holds."""

    id: str
    table: str
    scope: Scope
    compiled: Compiled


@dataclass(frozen=True, slots=True)
class Activation:
    """From ``at`` on ``version`` (None: the wider scope's) is in force in the district or city ``where``."""

    table: str
    where: str
    version: str | None
    at: datetime


class Book:
    """One state of all rules. ``cities`` is each district's city; ``activations`` in the order in which they count.

    Without an activation that has begun it is the program's own shipped version that holds.
    """

    def __init__(
        self,
        versions: Mapping[str, Compiled] | None = None,
        activations: Iterable[Activation] = (),
        cities: Mapping[str, str] | None = None,
    ) -> None:
        self._versions = dict(versions or {})
        self._cities = dict(cities or {})
        self._activations: dict[tuple[str, str], list[Activation]] = {}
        for activation in activations:
            self._activations.setdefault((activation.table, activation.where), []).append(activation)
        self._shipped = {
            name: Version(shipped_id(compiled.content), name, "shipped", compiled)
            for name, compiled in shipped().items()
        }

    def in_force(self, table: str, district: str, at: datetime) -> Version:
        """The version that decides in ``district`` at the instant ``at``."""
        if self._activations:
            city = self._cities.get(district, "")
            places: tuple[tuple[str, Scope], ...] = (
                (district, "district"),
                (city, "city"),
                (EVERYWHERE, "shipped"),
            )
            for where, scope in places:
                own = self._own(table, where, scope, at)
                if own is not None:
                    return own
        return self._shipped[table]

    def _own(self, table: str, where: str, scope: Scope, at: datetime) -> Version | None:
        begun = [one for one in self._activations.get((table, where), ()) if one.at <= at]
        if not begun or begun[-1].version is None:
            return None
        name = begun[-1].version
        return Version(name, table, scope, self._versions[name])
