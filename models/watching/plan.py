"""What taking a list in would change: which vehicles are new on it, changed, no longer on it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from models.watching.lines import Line

# The blind index of a plate, and the kind.
Key = tuple[bytes, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """A flag of the same source that has not been cleared, in the words of a list."""

    id: str
    key: Key
    dated: date | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line with its instants: from midnight in Beijing; ``begins_at`` None: from the moment it is taken in."""

    key: Key
    line: Line
    begins_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListPlan:
    """``changed`` and ``ended`` name the flags that are cleared; ``changed`` have a line that stands instead."""

    new: tuple[Wanted, ...]
    changed: tuple[tuple[Standing, Wanted], ...]
    unchanged: int
    ended: tuple[Standing, ...]


def plan(
    wanted: Iterable[Wanted], standing: Mapping[Key, Standing], *, whole: bool, named: frozenset[bytes]
) -> ListPlan:
    """``whole``: the file is all of it: what is missing ends, unless a refused line is about it (``named``)."""
    new: list[Wanted] = []
    changed: list[tuple[Standing, Wanted]] = []
    unchanged = 0
    seen: set[Key] = set()
    for one in wanted:
        seen.add(one.key)
        before = standing.get(one.key)
        if before is None:
            new.append(one)
        elif (before.dated, before.ends_at) == (one.line.dated, one.ends_at):
            unchanged += 1
        else:
            changed.append((before, one))
    missing = [one for key, one in standing.items() if key not in seen and key[0] not in named]
    return ListPlan(tuple(new), tuple(changed), unchanged, tuple(missing) if whole else ())
