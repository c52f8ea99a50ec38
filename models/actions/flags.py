"""Changing a flag: always a new version beside the old ones, by an administrator, audited, and told to all processes.

What a flag may say is `models.flags.content`'s business; what a rollout does to one, `models.actions.rollouts`'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.access.deeds import Deed
from models.access.rights import may
from models.actions import audit
from models.actions.idempotency import Keeping
from models.actions.incident_change import actor_of
from models.caller import Caller, Officer
from models.configuration import configuring
from models.errors import Conflict, Forbidden, InvalidField, NotFound
from models.flags.content import Content, FlagFault, Stage, check, parse, shipped, to_json
from models.flags.definitions import Definition, definition, rule_of
from models.flags.rollout import UNDER_WAY, decode_before
from models.flags.steps import Step
from models.flags.steps import to_json as to_json_of_step
from models.queries.places import cities_of_districts
from models.store import Change, Store
from models.tables import districts, flags, rollouts


async def set_stage(
    store: Store, key: str, district: str, stage: Stage, by: Officer, reason: str | None = None
) -> int:
    """Off, integrating or live in one district; a pilot is a rollout. Returns the flag's new version.

    Raises NotFound (no such flag), Forbidden (another's district, or no administrator), InvalidField (there is
    no code to switch on), Conflict (a rollout is under way there).
    """
    if stage.state == "pilot":
        raise InvalidField(field="state", why="not_here")
    refuse_others(by, [district])
    if rule_of(key) is not None:
        raise NotFound(field="flag")  # a version is in force by its desk, and tried by a rollout
    async with configuring(store, "flags") as change:
        await refuse_under_way(change, key, [district])
        content = (await current(change.connection, key)).with_districts({district: stage})
        version = await write(change, key, content, by, reason)
        await audit.record(change, by, "set_stage", f"flag:{key}@{version}", reason=reason)
    return version


async def kill(store: Store, key: str, killed: bool, by: Officer, reason: str) -> int:
    """Off at once for everybody and everywhere, or as it was before; said twice it changes nothing.

    Returns the flag's version. Raises NotFound, Forbidden (who does not administer every district).
    """
    async with configuring(store, "flags") as change:
        every = list((await change.connection.execute(select(districts.c.code))).scalars())
        refuse_others(by, every)
        content = await current(change.connection, key)
        if content.killed == killed:
            return await _newest_version(change.connection, key)
        version = await write(change, key, msgspec.structs.replace(content, killed=killed), by, reason)
        action: Deed = "kill_flag" if killed else "restore_flag"
        await audit.record(change, by, action, f"flag:{key}@{version}", reason=reason)
    return version


async def go_back(
    store: Store, key: str, version: int, by: Officer, reason: str, *, then: Keeping[int] | None = None
) -> int:
    """What an earlier version said of his districts, as a new version, which is returned.

    The kill switch goes back too where he administers every district. Raises NotFound (no such flag or version, or a
    rule's: those go back at their desk), Forbidden, Conflict (a rollout is under way there; it was on trial then, and
    a trial is begun as one; nothing would change).
    """
    if not may(by.role, "go_back_flag"):
        raise Forbidden
    if rule_of(key) is not None:
        raise NotFound(field="flag")
    async with configuring(store, "flags") as change:
        now, then_said = await current(change.connection, key), await _said(change.connection, key, version)
        cities = await cities_of_districts(change.connection)
        stages = _as_then(now, then_said, {code: cities.get(code, "") for code in by.districts})
        if any(stage.state == "pilot" for stage in stages.values()):
            raise Conflict(why="was_on_trial")
        await refuse_under_way(change, key, sorted(stages))
        killed = then_said.killed if cities.keys() <= by.districts else now.killed
        content = msgspec.structs.replace(now.with_districts(stages), killed=killed)
        if content == now:
            raise Conflict(why="nothing_changes")
        made = await write(change, key, content, by, reason)
        await audit.record(change, by, "go_back", f"flag:{key}@{made}", reason=f"→ {version}: {reason}"[:200])
        if then is not None:
            await then(change, made)
    return made


async def _said(connection: AsyncConnection, key: str, version: int) -> Content:
    """What a flag said in one version; 0 is what is shipped. Raises NotFound."""
    known = known_flag(key)
    if version == 0:
        return shipped(known)
    query = select(flags.c.content).where(flags.c.key == key, flags.c.version == version)
    text = (await connection.execute(query)).scalar_one_or_none()
    if text is None:
        raise NotFound(field="version")
    return parse(known, text)


def _as_then(now: Content, before: Content, cities: Mapping[str, str]) -> dict[str, Stage]:
    """The stages that districts had and have no more; ``cities``: by district."""
    return {
        code: before.stage(city, code)
        for code, city in cities.items()
        if before.stage(city, code) != now.stage(city, code)
    }


def refuse_others(by: Officer, codes: Sequence[str]) -> None:
    """Only administrators, and only in their own districts. Raises Forbidden."""
    if not may(by.role, "set_stage") or not set(codes) <= by.districts:
        raise Forbidden(field="district")


async def refuse_under_way(change: Change, key: str, codes: Sequence[str]) -> None:
    """Raises Conflict while a rollout of the flag, or of the same table of rules, is under way in one of them."""
    rule = rule_of(key)
    same = rollouts.c.flag == key if rule is None else rollouts.c.flag.like(f"rule.{rule[0]}.%")
    query = select(rollouts.c.before).where(same, rollouts.c.status.in_(UNDER_WAY))
    for before in (await change.connection.execute(query)).scalars():
        if set(decode_before(before)) & set(codes):
            raise Conflict(why="rollout_under_way")


async def current(connection: AsyncConnection, key: str) -> Content:
    """What the flag says now; what is shipped if nobody has said anything. Raises NotFound."""
    known = known_flag(key)
    query = select(flags.c.content).where(flags.c.key == key).order_by(flags.c.version.desc()).limit(1)
    text = (await connection.execute(query)).scalar_one_or_none()
    return shipped(known) if text is None else parse(known, text)


async def write(
    change: Change,
    key: str,
    content: Content,
    by: Caller,
    reason: str | None = None,
    step: Step | None = None,
) -> int:
    """A new version in the transaction of ``configuring(store, "flags")``; ``step``: of the rollout that makes it.

    Raises InvalidField with the place.
    """
    try:
        check(known_flag(key), content)
    except FlagFault as fault:
        raise InvalidField(field=fault.place, why=fault.why) from None
    return await add_version(change.connection, key, content, actor_of(by), change.at, reason, step)


async def add_version(
    connection: AsyncConnection,
    key: str,
    content: Content,
    by: str,
    at: datetime,
    reason: str | None,
    step: Step | None = None,
) -> int:
    """Content that was checked already, as the flag's next version, which is returned."""
    version = await _newest_version(connection, key) + 1
    values = {"key": key, "version": version, "content": to_json(content), "made_by": by, "made_at": at}
    made_by_step = None if step is None else to_json_of_step(step)
    await connection.execute(insert(flags).values(values | {"reason": reason, "step": made_by_step}))
    return version


async def _newest_version(connection: AsyncConnection, key: str) -> int:
    """0 for a flag of which nobody has said anything."""
    query = select(func.coalesce(func.max(flags.c.version), 0)).where(flags.c.key == key)
    return int((await connection.execute(query)).scalar_one())


def known_flag(key: str) -> Definition:
    found = definition(key)
    if found is None:
        raise NotFound(field="flag")
    return found
