"""What an import would change: a bundle beside what the installation holds. Pure but for the reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from models.city.bundle import SECTIONS, Bundle
from models.city.sections import Entries, Value, Values

Fate = Literal["added", "changed", "unchanged", "left alone"]


class ImportForbidden(Exception):
    """What the installation holds forbids this bundle; ``reasons`` are sentences."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join(reasons))


@dataclass(frozen=True, slots=True)
class Difference:
    """One column of an entry; None: not set."""

    name: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Step:
    """One entry and what becomes of it; ``values`` are what it will hold."""

    section: str
    label: str
    key: str
    fate: Fate
    values: Values
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Every entry of the bundle, and those of its sections that only the installation has."""

    city: str
    steps: tuple[Step, ...]

    @property
    def to_do(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.fate in ("added", "changed"))

    def count(self, fate: Fate) -> int:
        return sum(step.fate == fate for step in self.steps)


async def plan(connection: AsyncConnection, bundle: Bundle) -> Plan:
    """Compares. Raises ImportForbidden."""
    reasons: list[str] = []
    steps: list[Step] = []
    for section in SECTIONS:
        wanted = bundle.sections.get(section.name)
        if wanted is None:
            continue
        reasons += await section.conflicts(connection, bundle.city, wanted)
        held = await section.held(connection, bundle.city, wanted)
        steps += _steps(section.name, section.label, held, wanted)
    if reasons:
        raise ImportForbidden(reasons)
    return Plan(bundle.city, tuple(steps))


def _steps(section: str, label: str, held: Entries, wanted: Entries) -> list[Step]:
    steps = [_step(section, label, key, held.get(key), values) for key, values in wanted.items()]
    alone = [
        Step(section, label, key, "left alone", values) for key, values in held.items() if key not in wanted
    ]
    return [*steps, *alone]


def _step(section: str, label: str, key: str, before: Values | None, after: Values) -> Step:
    if before is None:
        return Step(section, label, key, "added", after)
    differences = tuple(
        Difference(name, before.get(name), value)
        for name, value in after.items()
        if before.get(name) != value
    )
    return Step(section, label, key, "changed" if differences else "unchanged", after, differences)
