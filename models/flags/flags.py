"""One process's knowledge of the flags: what is on where and for whom, and under which variants an incident is.

Read from the database as a whole (`models.configuration` says when); until then, and while the database is away,
what was known last counts, and at first what is shipped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from openfeature.evaluation_context import EvaluationContext
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.caller import Caller, Officer, Wall
from models.flags.content import LIVE, OFF, Audience, Content, Stage, parse, shipped
from models.flags.definitions import DEFINITIONS, Definition, Module, Unit, definition, module_key
from models.flags.provider import Client, FlagdProvider
from models.flags.targeting import compiled
from models.queries.places import cities_of_districts
from models.tables import flags

# on, off: inside and outside the share of a pilot. live, outside: where it is on for all, or not at all, while it
# is on trial elsewhere.
Variant = Literal["on", "off", "live", "outside"]


ANSWERS_KEPT = 20_000  # some two megabytes


@dataclass(frozen=True, slots=True)
class FlagSet:
    """All flags of one moment. ``cities``: district → city."""

    contents: Mapping[str, Content]
    cities: Mapping[str, str]

    @classmethod
    def shipped(cls) -> FlagSet:
        return cls({key: shipped(one) for key, one in DEFINITIONS.items()}, {})

    def stage(self, key: str, district: str) -> Stage:
        """What counts in a district: off for a flag that was killed."""
        content = self.contents[key]
        return OFF if content.killed else content.stage(self.cities.get(district, ""), district)

    def is_plain(self, key: str) -> bool:
        """Whether it is on everywhere and for everybody: then nobody need ask where, or for whom."""
        content = self.contents[key]
        live = all(stage == LIVE for stage in content.stages)
        return live and not content.killed and not content.roles


class Flags:
    """``is_on`` and ``variants`` answer from memory."""

    def __init__(self) -> None:
        self._provider = FlagdProvider()
        self._client = Client(self._provider)
        # The flags that are on trial somewhere.
        self.trials: tuple[str, ...] = ()
        self._plain: frozenset[str] = frozenset()
        self.set = FlagSet.shipped()
        self.put(self.set)

    def put(self, known: FlagSet) -> None:
        """From now on this set counts, all of it at once."""
        self._provider.replace({key: compiled(_known(key), one) for key, one in known.contents.items()})
        self.set = known
        self._plain = frozenset(key for key in known.contents if known.is_plain(key))
        # The same question has the same answer until the set is another one.
        self._answers = lru_cache(ANSWERS_KEPT)(self._ask)
        self.trials = tuple(key for key, one in known.contents.items() if _on_trial(one))

    async def load(self, connection: AsyncConnection) -> None:
        """Reads the newest version of every flag. Raises FlagFault and changes nothing if one is none."""
        rows = await connection.execute(select(flags.c.key, flags.c.version, flags.c.content))
        self.put(FlagSet(_newest(rows.all()), await cities_of_districts(connection)))

    def is_on(self, key: str, district: str, *, role: Audience = "public", unit: str | None = None) -> bool:
        """``unit``: the id of the vehicle, owner or officer whose share it is; without, he is in no pilot."""
        if key in self._plain:
            return True
        return self._answers(key, district, role, unit)

    def _ask(self, key: str, district: str, role: Audience, unit: str | None) -> bool:
        if key not in self.set.contents:
            return False
        context = EvaluationContext(
            targeting_key=unit,
            attributes={"district": district, "city": self.set.cities.get(district, ""), "role": role},
        )
        return self._client.get_boolean_value(key, False, context)

    def is_plain(self, key: str) -> bool:
        """Whether it is on everywhere and for everybody."""
        return key in self._plain

    def is_anywhere(self, module: Module) -> bool:
        """Whether anybody anywhere has the module."""
        content = self.set.contents[module_key(module)]
        return not content.killed and any(stage.state != "off" for stage in content.stages)

    def unit(self, key: str) -> Unit:
        """Whose id ``is_on`` wants."""
        return self.set.contents[key].by or _known(key).unit

    def modules(self, district: str, caller: Officer) -> list[Module]:
        """The modules that are on in a district for an officer."""
        return [module for module in MODULES_BY_KEY.values() if self.is_on_for(module, district, caller)]

    def is_on_for(self, module: Module, district: str, caller: Caller | None) -> bool:
        unit = caller.id if isinstance(caller, Officer) else None
        return self.is_on(module_key(module), district, role=audience_of(caller), unit=unit)

    def variants(self, district: str, *, units: Mapping[str, str | None]) -> dict[str, Variant]:
        """Under which variant of everything on trial somebody comes; ``units``: by the flag's unit, his ids."""
        return {key: self.variant(key, district, units=units) for key in self.trials}

    def variant(self, key: str, district: str, *, units: Mapping[str, str | None]) -> Variant:
        """Under which variant of one flag he comes."""
        stage, unit = self.set.stage(key, district), units.get(self.unit(key))
        if stage.state == "pilot":
            return "on" if self.is_on(key, district, unit=unit) else "off"
        return "live" if stage.state == "live" else "outside"


MODULES_BY_KEY: Mapping[str, Module] = {
    key: key.removeprefix("module.")  # type: ignore[misc]
    for key, one in DEFINITIONS.items()
    if one.kind == "module"
}


def audience_of(caller: Caller | None) -> Audience:
    """The role that counts for flags."""
    if isinstance(caller, Officer):
        return "public" if caller.role == "auditor" else caller.role
    return "wall" if isinstance(caller, Wall) else "public"


def _on_trial(content: Content) -> bool:
    return not content.killed and any(stage.state == "pilot" for stage in content.stages)


def _newest(rows: Sequence[Any]) -> dict[str, Content]:
    """A key that the code does not ask for any more is left alone."""
    newest: dict[str, tuple[int, str]] = {}
    for row in rows:
        if definition(row.key) and row.version > newest.get(row.key, (0, ""))[0]:
            newest[row.key] = (row.version, row.content)
    contents = {key: shipped(one) for key, one in DEFINITIONS.items()}
    contents.update({key: parse(_known(key), content) for key, (_, content) in newest.items()})
    return contents


def _known(key: str) -> Definition:
    found = definition(key)
    assert found is not None, key
    return found
