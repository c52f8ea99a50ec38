"""The rollout desk: which module is in which stage in the administrator's districts, and what is on trial."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from models.actions import flags as flag_actions
from models.actions import rollouts
from models.clock import iso, iso_or_none
from models.errors import Conflict, Forbidden, InvalidField, NotFound
from models.flags.content import Stage
from models.flags.definitions import rule_key
from models.flags.figures import Estimate, Figure
from models.flags.guards import SHIPPED, Guard
from models.flags.rollout import Rollout
from models.queries.flags import known_flags
from models.queries.rollouts import compared, listed, one_of
from web.answers import Answer
from web.api.rollout_shapes import (
    EstimateView,
    Flags,
    FlagView,
    Groups,
    GuardShape,
    KillSwitch,
    NewRollout,
    NewStage,
    OfFeature,
    OfModule,
    OfRule,
    OneRollout,
    Rollouts,
    RolloutView,
    StageView,
    Version,
    Why,
    Widening,
)
from web.endpoint import Call, Endpoint, Nothing, Shape, keeping


async def every_flag(call: Call[Nothing]) -> Answer:
    known, cities = await known_flags(call.site.store)
    codes = sorted(call.officer.districts)
    views = [
        FlagView(
            key=one.definition.key,
            kind=one.definition.kind,
            built=one.definition.built,
            killed=one.content.killed,
            version=one.version,
            stages={
                code: _stage(one.content.stage(cities.get(code, ""), code))
                for code in codes
                if one.rule is None or one.rule[0] in {code, cities.get(code)}
            },
            rule=None if one.rule is None else f"{one.rule[1]} · {one.rule[0]}",
        )
        for one in known
    ]
    # Another place's versions are not this administrator's to see.
    views = [view for view in views if view.rule is None or view.stages]
    return Answer(Flags(flags=views, may_kill=cities.keys() <= call.officer.districts))


def _stage(stage: Stage) -> StageView:
    return StageView(state=stage.state, percent=stage.percent)


async def set_stage(call: Call[NewStage]) -> Answer:
    stage = Stage(call.body.state)
    version = await flag_actions.set_stage(
        call.site.store, call.path("key"), call.path("code"), stage, call.officer, call.body.reason
    )
    return Answer(Version(version=version))


async def kill(call: Call[KillSwitch]) -> Answer:
    body = call.body
    version = await flag_actions.kill(
        call.site.store, call.path("key"), body.killed, call.officer, body.reason
    )
    return Answer(Version(version=version))


async def every_rollout(call: Call[Nothing]) -> Answer:
    found = await listed(call.site.store, sorted(call.officer.districts))
    return Answer(Rollouts(rollouts=[_view(one) for one in found]))


async def look(call: Call[Nothing]) -> Answer:
    rollout = await one_of(call.site.store, call.path("id"))
    if rollout is None or not set(rollout.districts) & call.officer.districts:
        raise NotFound
    seen = await compared(call.site.store, rollout)
    groups = Groups(pilot=_figures(seen.pilot), control=_figures(seen.control), control_is=seen.control_is)
    return Answer(OneRollout(rollout=_view(rollout, groups)))


def _figures(found: dict[Figure, Estimate]) -> dict[str, EstimateView]:
    return {
        name: EstimateView(n=one.n, value=one.value, low=one.low, high=one.high)
        for name, one in found.items()
    }


def _view(rollout: Rollout, groups: Groups | UnsetType = UNSET) -> RolloutView:
    return RolloutView(
        id=rollout.id,
        flag=rollout.flag,
        districts=rollout.districts,
        percent=rollout.percent,
        status=rollout.status,
        guards=[msgspec.to_builtins(guard) for guard in rollout.guards],
        started_at=iso(rollout.started_at),
        started_by=rollout.started_by,
        ended_at=iso_or_none(rollout.ended_at),
        ended_by=rollout.ended_by,
        reason=rollout.reason,
        groups=groups,
    )


def _answer(rollout: Rollout) -> Answer:
    return Answer(OneRollout(rollout=_view(rollout)))


def _started(rollout: Rollout) -> Answer:
    return Answer(_answer(rollout).body, 201)


async def start(call: Call[NewRollout]) -> Answer:
    body = call.body
    rollout = await rollouts.start(
        call.site.store,
        _key(body.subject),
        body.districts,
        body.percent,
        call.officer,
        guards=SHIPPED if body.guards is None else tuple(map(_guard, body.guards)),
        reason=body.reason,
        then=keeping(call, _started),
    )
    return _started(rollout)


def _key(subject: OfModule | OfFeature | OfRule) -> str:
    if isinstance(subject, OfRule):
        return rule_key(subject.name, subject.version)
    return f"module.{subject.name}" if isinstance(subject, OfModule) else f"feature.{subject.name}"


def _guard(given: GuardShape) -> Guard:
    if given.worse_by is None and given.limit is None:
        raise InvalidField(field="guards", why="missing")
    return Guard(given.figure, given.worse_by, given.limit, given.least_n)


async def widen(call: Call[Widening]) -> Answer:
    then = keeping(call, _answer)
    return _answer(
        await rollouts.widen(call.site.store, call.path("id"), call.body.percent, call.officer, then=then)
    )


async def pause(call: Call[Nothing]) -> Answer:
    then = keeping(call, _answer)
    return _answer(await rollouts.pause(call.site.store, call.path("id"), call.officer, then=then))


async def resume(call: Call[Nothing]) -> Answer:
    then = keeping(call, _answer)
    return _answer(await rollouts.resume(call.site.store, call.path("id"), call.officer, then=then))


async def finish(call: Call[Nothing]) -> Answer:
    then = keeping(call, _answer)
    return _answer(await rollouts.finish(call.site.store, call.path("id"), call.officer, then=then))


async def roll_back(call: Call[Why]) -> Answer:
    then = keeping(call, _answer)
    return _answer(
        await rollouts.roll_back(call.site.store, call.path("id"), call.officer, call.body.reason, then=then)
    )


def _step(name: str, handler: Any, body: type[Shape], summary: str) -> Endpoint:
    return Endpoint(
        method="POST",
        path=f"/api/v1/admin/rollouts/{{id}}/{name}",
        name=f"{name}_rollout",
        handler=handler,
        summary=summary,
        module="platform",
        body=body,
        answers={200: OneRollout},
        errors=(Forbidden, NotFound, Conflict),
        repeatable=True,
    )


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/admin/flags",
        name="flags",
        handler=every_flag,
        summary="Every module and feature, and its stage in the administrator's districts.",
        module="platform",
        answers={200: Flags},
    ),
    Endpoint(
        method="PUT",
        path="/api/v1/admin/flags/{key}/districts/{code}",
        name="set_stage",
        handler=set_stage,
        summary="Off, integrating or live in one district, within a second everywhere.",
        module="platform",
        body=NewStage,
        answers={200: Version},
        errors=(Forbidden, NotFound, Conflict),
    ),
    Endpoint(
        method="PUT",
        path="/api/v1/admin/flags/{key}/kill",
        name="kill_flag",
        handler=kill,
        summary="The kill switch: off for everybody and everywhere, or as it was before.",
        module="platform",
        body=KillSwitch,
        answers={200: Version},
        errors=(Forbidden, NotFound),
    ),
    Endpoint(
        method="GET",
        path="/api/v1/admin/rollouts",
        name="rollouts",
        handler=every_rollout,
        summary="The rollouts of the administrator's districts, the newest first, at most 50.",
        module="platform",
        answers={200: Rollouts},
    ),
    Endpoint(
        method="POST",
        path="/api/v1/admin/rollouts",
        name="start_rollout",
        handler=start,
        summary="Put a module, a feature or an approved version of a rule on trial for a share of some districts.",
        module="platform",
        body=NewRollout,
        answers={201: OneRollout},
        errors=(Forbidden, NotFound, Conflict),
        repeatable=True,
    ),
    Endpoint(
        method="GET",
        path="/api/v1/admin/rollouts/{id}",
        name="rollout",
        handler=look,
        summary="A rollout with the figures of its pilot and of its control group.",
        module="platform",
        answers={200: OneRollout},
        errors=(NotFound,),
    ),
    _step("widen", widen, Widening, "To a larger share; whoever is in stays in."),
    _step("pause", pause, Nothing, "Everybody back to what was before, until it is resumed."),
    _step("resume", resume, Nothing, "The same share again, with the same members."),
    _step("finish", finish, Nothing, "Live for everybody in its districts."),
    _step("roll_back", roll_back, Why, "For good: as it was before."),
]
