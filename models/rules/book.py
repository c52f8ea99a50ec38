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


@dataclass(frozen=True, slots=True)
class InForce:
    """The version that decides, whose it is, and since when."""

    version: str
    scope: Scope
    since: datetime


class Standing:
    """Which version decides where and when, by its id. ``activations`` in the order in which they count."""

    def __init__(self, activations: Iterable[Activation]) -> None:
        self._of: dict[tuple[str, str], list[Activation]] = {}
        for activation in activations:
            self._of.setdefault((activation.table, activation.where), []).append(activation)

    def begun(self, table: str, where: str, at: datetime) -> list[Activation]:
        """Those of one scope that have begun at the instant ``at``: the last one counts."""
        return [one for one in self._of.get((table, where), ()) if one.at <= at]

    def coming(self, table: str, where: str, at: datetime) -> list[Activation]:
        """Those of one scope that are still to begin."""
        return [one for one in self._of.get((table, where), ()) if one.at > at]

    def in_force(
        self, table: str, where: str, city: str, at: datetime, *, kind: Scope = "district"
    ) -> InForce | None:
        """What decides in ``where``, which is a ``kind`` of ``city``: the word of the nearest scope that has one."""
        nearest: tuple[tuple[str, Scope], ...] = (
            (where, kind),
            (city, "city"),
            (EVERYWHERE, "shipped"),
        )
        for code, scope in nearest:
            if code == EVERYWHERE and scope != "shipped":
                continue  # what belongs to no district is its city's affair before it is everybody's
            begun = self.begun(table, code, at)
            if begun and begun[-1].version is not None:
                return InForce(begun[-1].version, scope, begun[-1].at)
        return None


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
        self._standing = Standing(activations)
        self._shipped = {
            name: Version(shipped_id(compiled.content), name, "shipped", compiled)
            for name, compiled in shipped().items()
        }

    def in_force(self, table: str, district: str, at: datetime) -> Version:
        """The version that decides in ``district`` at the instant ``at``."""
        found = self._standing.in_force(table, district, self._cities.get(district, ""), at)
        if found is None:
            return self._shipped[table]
        return Version(found.version, table, found.scope, self._versions[found.version])
