"""The stages of modules and features by district: seen, changed, killed, and gone back to."""

from __future__ import annotations

import msgspec

from models.actions import flags as flag_actions
from models.clock import iso
from models.errors import Conflict, Forbidden, InvalidField, NotFound
from models.flags.content import Stage
from models.flags.guards import SHIPPED
from models.flags.steps import Step
from models.queries.flag_history import FlagVersion, history
from models.queries.flags import known_flags
from web.answers import Answer
from web.api.flag_shapes import (
    FlagHistory,
    Flags,
    FlagVersionView,
    FlagView,
    GoingBack,
    KillSwitch,
    NewStage,
    StageChange,
    StageView,
    StepView,
    Version,
)
from web.api.rollout_shapes import GuardShape
from web.endpoint import Call, Endpoint, Nothing, keeping


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
    guards = [msgspec.convert(guard, GuardShape, from_attributes=True) for guard in SHIPPED]
    return Answer(Flags(flags=views, may_kill=cities.keys() <= call.officer.districts, guards=guards))


def _stage(stage: Stage) -> StageView:
    return StageView(state=stage.state, percent=stage.percent)


async def set_stage(call: Call[NewStage]) -> Answer:
    stage = Stage(call.body.state)
    version = await flag_actions.set_stage(
        call.site.store, call.path("key"), call.path("code"), stage, call.officer, call.body.reason
    )
    return _made(version)


async def kill(call: Call[KillSwitch]) -> Answer:
    body = call.body
    version = await flag_actions.kill(
        call.site.store, call.path("key"), body.killed, call.officer, body.reason
    )
    return _made(version)


async def go_back(call: Call[GoingBack]) -> Answer:
    store, body, then = call.site.store, call.body, keeping(call, _made)
    key, by = call.path("key"), call.officer
    return _made(await flag_actions.go_back(store, key, body.version, by, body.reason, then=then))


def _made(version: int) -> Answer:
    return Answer(Version(version=version))


async def look_back(call: Call[Nothing]) -> Answer:
    asked = call.request.query_params
    page = await history(call.site.store, call.officer, asked.get("flag"), asked.get("before"))
    return Answer(FlagHistory(versions=[_version(one) for one in page.versions], older=page.older))


def _version(one: FlagVersion) -> FlagVersionView:
    return FlagVersionView(
        key=one.key,
        version=one.version,
        at=iso(one.at),
        by=one.by,
        reason=one.reason,
        changes=[
            StageChange(district=each.district, before=_stage(each.before), after=_stage(each.after))
            for each in one.changes
        ],
        killed=one.killed,
        step=None if one.step is None else _step(one.step),
        rule=one.rule,
        is_current=one.is_current,
        may_return=one.may_return,
    )


def _step(step: Step) -> StepView:
    """A step's guards and figures have the shapes that are told of a rollout."""
    told = msgspec.to_builtins(step)
    del told["districts"]
    return msgspec.convert({"guards": None, "were": None, "crossed": None} | told, StepView)


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
        method="GET",
        path="/api/v1/admin/flags/history",
        name="flag_history",
        handler=look_back,
        summary="The versions of flags that touched the administrator's districts, the newest first, page by page.",
        module="platform",
        query={"flag": "Of this flag only.", "before": "What the page before named as ``older``."},
        answers={200: FlagHistory},
        errors=(InvalidField,),
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
        method="POST",
        path="/api/v1/admin/flags/{key}/go_back",
        name="go_back_flag",
        handler=go_back,
        summary="What an earlier version said of the administrator's districts, as a new version.",
        module="platform",
        body=GoingBack,
        answers={200: Version},
        errors=(Forbidden, NotFound, Conflict),
        repeatable=True,
    ),
]
