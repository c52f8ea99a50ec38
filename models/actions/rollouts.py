"""A rollout's steps, from its start to going live or back. Each moves its flag in the same transaction.

Members stay members: a pause sends them back to what was before and resuming takes the same ones in again, and a
share only ever widens. Leaves to others: the figures (`models.queries.rollouts`), and who looks at the guards when.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import insert, select, update

from models.access.deeds import Deed
from models.actions import audit
from models.actions import flags as flag_actions
from models.actions.idempotency import Keeping
from models.actions.incident_change import actor_of
from models.caller import Caller, Officer, System
from models.configuration import configuring, revise
from models.errors import Conflict, InvalidField, NotFound
from models.flags.content import LIVE, Stage
from models.flags.definitions import is_untried, rule_of
from models.flags.guards import SHIPPED, Guard, faults
from models.flags.rollout import UNDER_WAY, Rollout, Status, encode, from_row
from models.flags.steps import Crossed, StepName
from models.flags.steps import Step as Made
from models.queries.places import cities_of_districts
from models.store import Change, Store
from models.tables import rollouts, rule_versions

MOST_DISTRICTS = 200  # of one rollout

Then = Keeping[Rollout]
_DEEDS: Mapping[StepName, Deed] = {
    "start": "start_rollout",
    "widen": "widen_rollout",
    "pause": "pause_rollout",
    "resume": "resume_rollout",
    "guards": "set_guards",
    "finish": "finish_rollout",
    "roll_back": "roll_back_rollout",
}
Step = Callable[[Change, Rollout], Awaitable[Rollout]]


async def start(
    store: Store,
    flag: str,
    districts: Sequence[str],
    percent: int,
    by: Officer,
    *,
    guards: tuple[Guard, ...] = SHIPPED,
    reason: str | None = None,
    then: Then | None = None,
) -> Rollout:
    """Puts ``flag`` on trial for ``percent`` in ``districts``.

    Raises NotFound, Forbidden (a district of somebody else's), InvalidField (no code, no share), Conflict (another
    rollout there, live already, killed, a table of which no share can be tried).
    """
    codes = sorted(set(districts))
    if not 1 <= len(codes) <= MOST_DISTRICTS:
        raise InvalidField(field="districts", why="required" if not codes else "too_long")
    flag_actions.refuse_others(by, codes)
    if is_untried(flag):
        raise Conflict(why="not_by_the_car")
    _refuse_faulty(guards)
    async with configuring(store, "flags") as change:
        rollout = await _new(change, flag, codes, percent, by, guards, reason)
        await _move_flag(change, rollout, by, reason, _made(rollout, "start", guards=rollout.guards))
        await change.connection.execute(insert(rollouts).values(**_row(rollout), checked_at=change.at))
        await audit.record(change, by, "start_rollout", f"rollout:{rollout.id}", reason=reason)
        if then is not None:
            await then(change, rollout)
    return rollout


async def widen(
    store: Store, rollout_id: str, percent: int, by: Officer, *, then: Then | None = None
) -> Rollout:
    """To a larger share. Raises NotFound, Forbidden, InvalidField (no larger one), Conflict (ended, or paused)."""

    async def step(_change: Change, seen: Rollout) -> Rollout:
        _refuse_unless(seen, "running")
        if not seen.percent < percent <= 100:
            raise InvalidField(field="percent", why="not_wider", percent=seen.percent)
        return replace(seen, percent=percent)

    return await _step(store, rollout_id, "widen", by, step, then=then)


async def pause(store: Store, rollout_id: str, by: Officer, *, then: Then | None = None) -> Rollout:
    """Everybody back to what was before, until it is resumed. Raises NotFound, Forbidden, Conflict."""

    async def step(_change: Change, seen: Rollout) -> Rollout:
        _refuse_unless(seen, "running")
        return replace(seen, status="paused")

    return await _step(store, rollout_id, "pause", by, step, then=then)


async def resume(store: Store, rollout_id: str, by: Officer, *, then: Then | None = None) -> Rollout:
    """The same share again. Raises NotFound, Forbidden, Conflict."""

    async def step(_change: Change, seen: Rollout) -> Rollout:
        _refuse_unless(seen, "paused")
        return replace(seen, status="running")

    return await _step(store, rollout_id, "resume", by, step, then=then)


async def finish(store: Store, rollout_id: str, by: Officer, *, then: Then | None = None) -> Rollout:
    """Live for everybody in its districts; a version of a rule begins at the rule desk instead.

    Raises NotFound, Forbidden, Conflict.
    """

    async def step(change: Change, seen: Rollout) -> Rollout:
        _refuse_unless(seen, "running")
        if rule_of(seen.flag) is not None:
            raise Conflict(why="rule_begins_at_its_desk")
        return replace(seen, status="finished", ended_at=change.at, ended_by=actor_of(by))

    return await _step(store, rollout_id, "finish", by, step, then=then)


async def roll_back(
    store: Store,
    rollout_id: str,
    by: Officer | System,
    reason: str,
    *,
    crossed: Crossed | None = None,
    then: Then | None = None,
) -> Rollout:
    """For good: as it was before. ``by`` is the service itself when a guard was ``crossed``.

    Raises NotFound, Forbidden, Conflict (it has ended).
    """

    async def step(change: Change, seen: Rollout) -> Rollout:
        _refuse_unless(seen, *UNDER_WAY)
        return replace(seen, status="rolled_back", ended_at=change.at, ended_by=actor_of(by), reason=reason)

    return await _step(store, rollout_id, "roll_back", by, step, reason=reason, crossed=crossed, then=then)


async def set_guards(
    store: Store,
    rollout_id: str,
    guards: tuple[Guard, ...],
    by: Officer,
    reason: str,
    *,
    then: Then | None = None,
) -> Rollout:
    """Other guards from now on: a new version of the flag, though it says the same, with what counted before.

    Raises NotFound, Forbidden, InvalidField (a guard that could never be crossed), Conflict (it has ended).
    """
    _refuse_faulty(guards)

    async def step(_change: Change, seen: Rollout) -> Rollout:
        _refuse_unless(seen, *UNDER_WAY)
        return replace(seen, guards=guards)

    return await _step(store, rollout_id, "guards", by, step, reason=reason, then=then)


async def _step(
    store: Store,
    rollout_id: str,
    name: StepName,
    by: Officer | System,
    step: Step,
    *,
    reason: str | None = None,
    crossed: Crossed | None = None,
    then: Then | None = None,
) -> Rollout:
    async with configuring(store, "flags") as change:
        seen = await _load(change, rollout_id)
        if isinstance(by, Officer):
            flag_actions.refuse_others(by, seen.districts)
        after = await step(change, seen)
        guards = (after.guards, seen.guards) if name == "guards" else (None, None)
        made = _made(after, name, guards=guards[0], were=guards[1], crossed=crossed)
        await _move_flag(change, after, by, reason, made)
        await change.connection.execute(
            update(rollouts).where(rollouts.c.id == seen.id).values(**_row(after))
        )
        await audit.record(change, by, _DEEDS[name], f"rollout:{seen.id}", reason=reason)
        if then is not None:
            await then(change, after)
    return after


async def _new(
    change: Change,
    flag: str,
    codes: list[str],
    percent: int,
    by: Officer,
    guards: tuple[Guard, ...],
    reason: str | None,
) -> Rollout:
    content = await flag_actions.current(change.connection, flag)
    if not 1 <= percent <= 100:
        raise InvalidField(field="percent", why="out_of_range")
    await flag_actions.refuse_under_way(change, flag, codes)
    if content.killed:
        raise Conflict(why="killed")
    cities = await cities_of_districts(change.connection)
    await _check_rule(change, flag, codes, cities)
    if any(content.stage(cities.get(code, ""), code) == LIVE for code in codes):
        raise Conflict(why="live_already")
    before: dict[str, Stage | None] = {code: content.districts.get(code) for code in codes}
    return Rollout(
        id=change.store.ids.new(),
        flag=flag,
        before=before,
        percent=percent,
        status="running",
        guards=guards,
        started_at=change.at,
        started_by=actor_of(by),
        ended_at=None,
        ended_by=None,
        reason=reason,
    )


async def _check_rule(change: Change, flag: str, codes: Sequence[str], cities: Mapping[str, str]) -> None:
    """A version of a rule is tried only when a second person has approved it, and where it is made for."""
    rule = rule_of(flag)
    if rule is None:
        return
    query = select(rule_versions).where(rule_versions.c.id == rule[1], rule_versions.c.table_name == rule[0])
    row = (await change.connection.execute(query)).one_or_none()
    if row is None:
        raise NotFound(field="flag")
    if row.status != "approved":
        raise Conflict(why="not_approved")
    if any(row.scope not in {code, cities.get(code)} for code in codes):
        raise InvalidField(field="districts", why="not_here")
    # Processes read a version only when they look at the rules.
    await revise(change.connection, "rules", change.store.ids.new(), change.at)


def _refuse_faulty(guards: tuple[Guard, ...]) -> None:
    for place, why in faults(guards):
        raise InvalidField(field=place, why=why)


def _made(
    rollout: Rollout,
    name: StepName,
    *,
    guards: tuple[Guard, ...] | None = None,
    were: tuple[Guard, ...] | None = None,
    crossed: Crossed | None = None,
) -> Made:
    """The step as the flag's version keeps it."""
    return Made(rollout.id, name, tuple(rollout.districts), rollout.percent, guards, were, crossed)


async def _move_flag(change: Change, rollout: Rollout, by: Caller, reason: str | None, made: Made) -> None:
    content = (await flag_actions.current(change.connection, rollout.flag)).with_districts(rollout.stages)
    await flag_actions.write(change, rollout.flag, content, by, reason, made)


async def _load(change: Change, rollout_id: str) -> Rollout:
    """Changes of flags queue, so nobody else moves it meanwhile."""
    row = (await change.connection.execute(select(rollouts).where(rollouts.c.id == rollout_id))).one_or_none()
    if row is None:
        raise NotFound(field="rollout")
    return from_row(row)


def _refuse_unless(seen: Rollout, *possible: Status) -> None:
    if seen.status not in possible:
        raise Conflict(why=f"rollout_{seen.status}")


def _row(rollout: Rollout) -> dict[str, Any]:
    return {
        "id": rollout.id,
        "flag": rollout.flag,
        "before": encode(rollout.before),
        "percent": rollout.percent,
        "status": rollout.status,
        "guards": encode(rollout.guards),
        "started_at": rollout.started_at,
        "started_by": rollout.started_by,
        "ended_at": rollout.ended_at,
        "ended_by": rollout.ended_by,
        "reason": rollout.reason,
    }
