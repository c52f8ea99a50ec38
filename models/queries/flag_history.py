"""How flags came to say what they say: their versions, the newest first, in words' reach of one administrator.

Everything is what the versions themselves keep; nothing is written here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.caller import Officer
from models.clock import parse_iso
from models.errors import InvalidField
from models.flags.content import Content, Stage, parse, shipped
from models.flags.definitions import Definition, definition, rule_of
from models.flags.steps import Step
from models.flags.steps import parse as parse_step
from models.queries.places import cities_of_districts
from models.queries.service_numbers import service_numbers
from models.store import Store
from models.tables import flags, rule_versions

PAGE = 30  # versions that are looked at for one page


@dataclass(frozen=True, slots=True)
class Changed:
    """The stage of one district before and after."""

    district: str
    before: Stage
    after: Stage


@dataclass(frozen=True, slots=True)
class FlagVersion:
    """``by``: a service number, or ``system`` or ``operator``. ``killed``: None where the kill switch was not touched.

    ``may_return``: that his districts had other stages then than now, and none was a trial's. ``rule``: of a rule's
    version its number.
    """

    key: str
    version: int
    at: datetime
    by: str
    reason: str | None
    changes: list[Changed]
    killed: bool | None
    step: Step | None
    is_current: bool
    may_return: bool
    rule: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """``older``: what to ask for to see what was before; None: that was all."""

    versions: list[FlagVersion]
    older: str | None


@dataclass(frozen=True, slots=True)
class _View:
    """What one administrator sees of the flags, as they are now."""

    codes: Collection[str]
    cities: Mapping[str, str]

    def stages(self, content: Content) -> dict[str, Stage]:
        return {code: content.stage(self.cities.get(code, ""), code) for code in sorted(self.codes)}


async def history(store: Store, by: Officer, key: str | None = None, before: str | None = None) -> Page:
    """One page of the versions that touched his districts, of one flag or of all.

    Raises InvalidField for a ``before`` that no page named.
    """
    query = select(flags).order_by(flags.c.made_at.desc(), flags.c.key.desc(), flags.c.version.desc())
    if key is not None:
        query = query.where(flags.c.key == key)
    if before is not None:
        query = _older_than(query, before)
    async with store.database.read() as connection:
        view = _View(by.districts, await cities_of_districts(connection))
        rows = list((await connection.execute(query.limit(PAGE + 1))).all())
        shown = [row for row in rows[:PAGE] if definition(row.key)]
        versions = await _versions(connection, view, shown)
    return Page(versions, _cursor(rows[PAGE - 1]) if len(rows) > PAGE else None)


def _cursor(row: Any) -> str:
    return f"{row.made_at.isoformat()}~{row.key}~{row.version}"


def _older_than(query: Select[Any], cursor: str) -> Select[Any]:
    at, _, rest = cursor.partition("~")
    key, _, version = rest.rpartition("~")
    try:
        instant, number = parse_iso(at), int(version)
    except ValueError:
        raise InvalidField(field="before", why="wrong_type") from None
    same_key = and_(flags.c.key == key, flags.c.version < number)
    same_instant = and_(flags.c.made_at == instant, or_(flags.c.key < key, same_key))
    return query.where(or_(flags.c.made_at < instant, same_instant))


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around the versions of a page: the one before each, the newest of each flag, and names."""

    earlier: Mapping[tuple[str, int], Content]
    newest: Mapping[str, tuple[int, Content]]
    people: Mapping[str, str]
    numbers: Mapping[str, int]


async def _versions(connection: AsyncConnection, view: _View, rows: list[Any]) -> list[FlagVersion]:
    keys = {row.key for row in rows}
    around = _Around(
        await _earlier(connection, rows),
        await _newest(connection, keys),
        await service_numbers(connection, (_subject(row.made_by) for row in rows)),
        await _numbers(connection, keys),
    )
    found = (_version(row, around, view) for row in rows)
    return [one for one in found if one is not None]


def _version(row: Any, around: _Around, view: _View) -> FlagVersion | None:
    """None where nothing of it is the administrator's."""
    known, (last, now) = _known(row.key), around.newest[row.key]
    content, before = (
        parse(known, row.content),
        around.earlier.get((row.key, row.version - 1), shipped(known)),
    )
    step = None if row.step is None else parse_step(row.step)
    were, are = view.stages(before), view.stages(content)
    changes = [Changed(code, were[code], are[code]) for code in are if were[code] != are[code]]
    killed = content.killed if content.killed != before.killed else None
    if not changes and killed is None and not (step and set(step.districts) & set(view.codes)):
        return None
    return FlagVersion(
        key=row.key,
        version=row.version,
        at=row.made_at,
        by=around.people.get(_subject(row.made_by), row.made_by),
        reason=row.reason,
        changes=changes,
        killed=killed,
        step=step,
        is_current=row.version == last,
        may_return=known.kind != "rule" and _differs(view, content, now),
        rule=around.numbers.get(row.key),
    )


def _differs(view: _View, content: Content, now: Content) -> bool:
    """Whether going back would change something, and nothing to a trial."""
    then, present = view.stages(content), view.stages(now)
    other = [then[code] for code in then if then[code] != present[code]]
    of_all = view.cities.keys() <= set(view.codes)
    killed = of_all and content.killed != now.killed
    return (bool(other) or killed) and all(stage.state != "pilot" for stage in other)


async def _earlier(connection: AsyncConnection, rows: list[Any]) -> dict[tuple[str, int], Content]:
    """What each flag said one version before."""
    wanted = [and_(flags.c.key == row.key, flags.c.version == row.version - 1) for row in rows]
    if not wanted:
        return {}
    query = select(flags.c.key, flags.c.version, flags.c.content).where(or_(*wanted))
    found = await connection.execute(query)
    return {(row.key, row.version): parse(_known(row.key), row.content) for row in found}


async def _newest(connection: AsyncConnection, keys: Collection[str]) -> dict[str, tuple[int, Content]]:
    last = select(flags.c.key, func.max(flags.c.version).label("version")).group_by(flags.c.key)
    newest = last.where(flags.c.key.in_(sorted(keys))).subquery()
    query = select(flags.c.key, flags.c.version, flags.c.content).join(
        newest, and_(newest.c.key == flags.c.key, newest.c.version == flags.c.version)
    )
    found = await connection.execute(query)
    return {row.key: (row.version, parse(_known(row.key), row.content)) for row in found}


async def _numbers(connection: AsyncConnection, keys: Collection[str]) -> dict[str, int]:
    """The number of each version of a rule, by its flag."""
    ids = {rule[1]: key for key in keys if (rule := rule_of(key)) is not None}
    query = select(rule_versions.c.id, rule_versions.c.number).where(rule_versions.c.id.in_(sorted(ids)))
    return {ids[row.id]: row.number for row in await connection.execute(query)} if ids else {}


def _subject(made_by: str) -> str:
    """The maker of a version (``administrator:<id>``) as the audit names him (``officer:<id>``)."""
    role, stroke, name = made_by.partition(":")
    return f"officer:{name}" if stroke else role


def _known(key: str) -> Definition:
    found = definition(key)
    assert found is not None, key
    return found
