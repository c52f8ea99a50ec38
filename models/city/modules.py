"""The section ``modules``: which modules and features a city has, and each of its districts where it differs.

A pilot is an experiment with people of this place, begun, watched and ended at the rollout desk: a bundle neither tells
one nor begins one.
"""

from __future__ import annotations

import re
from typing import Any

from msgspec import structs
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.flags import add_version, current
from models.city.reading import Fields
from models.city.sections import Entries, Values, Writing
from models.flags.content import Stage
from models.flags.definitions import DEFINITIONS
from models.flags.rollout import UNDER_WAY, decode_before
from models.tables import districts, rollouts

TOLD = ("off", "integrating", "live")
_SCOPE = re.compile(r"[0-9A-Z]{6}")


class ModulesSection:
    """An entry for each flag and scope, with its state there."""

    name = "modules"
    label = "module"

    def read(self, fields: Fields, city: str) -> Entries:
        found: dict[str, Values] = {}
        for one in fields.items(self.name):
            key = one.text("name", longest=60)
            scope = one.text("scope", longest=6, pattern=_SCOPE)
            state = one.text("state", longest=12)
            definition = DEFINITIONS.get(key)
            if key and definition is None:
                one.wrong("name", f"there is no {key}; there are {', '.join(DEFINITIONS)}")
            if state and state not in TOLD:
                one.wrong("state", f"{state!r} is none of {', '.join(TOLD)}")
            elif definition is not None and not definition.built and state != "off":
                one.wrong("state", f"{key} has no code to switch on yet")
            if f"{key} {scope}" in found:
                one.wrong("name", f"{key} stands here twice for {scope}")
            one.end()
            found[f"{key} {scope}"] = {"state": state}
        return found

    async def held(self, connection: AsyncConnection, city: str, wanted: Entries | None = None) -> Entries:
        own = select(districts.c.code).where(districts.c.city_code == city)
        codes = set((await connection.execute(own)).scalars())
        found: dict[str, Values] = {}
        for key in DEFINITIONS:
            content = await current(connection, key)
            stages = {code: stage for code, stage in content.districts.items() if code in codes}
            if city in content.cities:
                stages = {city: content.cities[city], **stages}
            found |= {
                f"{key} {code}": {"state": stage.state}
                for code, stage in stages.items()
                if stage.state in TOLD
            }
        return found

    def shown(self, entries: Entries) -> Any:
        return [
            {"name": key.split(" ")[0], "scope": key.split(" ")[1], "state": values["state"]}
            for key, values in entries.items()
        ]

    async def conflicts(self, connection: AsyncConnection, city: str, wanted: Entries) -> list[str]:
        """A rollout that is under way is ended at its desk, not by a file."""
        query = select(rollouts.c.flag, rollouts.c.before).where(rollouts.c.status.in_(UNDER_WAY))
        moving = {
            f"{row.flag} {code}"
            for row in await connection.execute(query)
            for code in decode_before(row.before)
        }
        return [f"{key} is being rolled out there: end that first" for key in wanted if key in moving]

    async def write(self, writing: Writing, key: str, values: Values, *, new: bool) -> None:
        flag, scope = key.split(" ")
        content = await current(writing.connection, flag)
        stage = Stage(values["state"])  # type: ignore[arg-type]
        own = {scope: stage} if scope != writing.city or scope in content.districts else {}
        changed = content.with_districts(own)
        if scope == writing.city:
            # A county that is a city of its own has one code for both, and its district's word goes first.
            changed = structs.replace(changed, cities={**content.cities, scope: stage})
        reason = "from a city's bundle"
        await add_version(writing.connection, flag, changed, "operator", writing.at, reason)
