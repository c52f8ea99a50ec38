"""What is on trial in the administrator's districts: its figures beside those of others, and every step of it."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from models.actions import rollouts
from models.clock import iso, iso_or_none
from models.errors import Conflict, Forbidden, NotFound
from models.flags.definitions import rule_key
from models.flags.figures import Estimate, Figure
from models.flags.guards import SHIPPED, Guard, judged
from models.flags.rollout import Rollout
from models.queries.rollouts import compared, listed, one_of
from web.answers import Answer
from web.api.rollout_shapes import (
    CheckView,
    EstimateView,
    Groups,
    GuardShape,
    NewGuards,
    NewRollout,
    OfFeature,
    OfModule,
    OfRule,
    OneRollout,
    Rollouts,
    RolloutView,
    Why,
    Widening,
)
from web.endpoint import Call, Endpoint, Handler, Nothing, Shape, keeping


async def every_rollout(call: Call[Nothing]) -> Answer:
    found = await listed(call.site.store, sorted(call.officer.districts))
    return Answer(Rollouts(rollouts=[_view(one) for one in found]))


async def look(call: Call[Nothing]) -> Answer:
    rollout = await one_of(call.site.store, call.path("id"))
    if rollout is None or not set(rollout.districts) & call.officer.districts:
        raise NotFound
    seen = await compared(call.site.store, rollout)
    checks = judged(rollout.guards, seen.pilot, seen.control)
    groups = Groups(
        pilot=_figures(seen.pilot),
        control=_figures(seen.control),
        control_is=seen.control_is,
        checks=[msgspec.convert(one, CheckView, from_attributes=True) for one in checks],
    )
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
        guards=[msgspec.convert(guard, GuardShape, from_attributes=True) for guard in rollout.guards],
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


async def set_guards(call: Call[NewGuards]) -> Answer:
    body, then = call.body, keeping(call, _answer)
    guards = tuple(map(_guard, body.guards))
    done = rollouts.set_guards(call.site.store, call.path("id"), guards, call.officer, body.reason, then=then)
    return _answer(await done)


async def finish(call: Call[Nothing]) -> Answer:
    then = keeping(call, _answer)
    return _answer(await rollouts.finish(call.site.store, call.path("id"), call.officer, then=then))


async def roll_back(call: Call[Why]) -> Answer:
    then = keeping(call, _answer)
    return _answer(
        await rollouts.roll_back(call.site.store, call.path("id"), call.officer, call.body.reason, then=then)
    )


def _step(
    name: str, handler: Handler, body: type[Shape], summary: str, called: str | None = None
) -> Endpoint:
    return Endpoint(
        method="POST",
        path=f"/api/v1/admin/rollouts/{{id}}/{name}",
        name=called or f"{name}_rollout",
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
    _step("guards", set_guards, NewGuards, "Other guards from now on, with a reason.", "set_guards"),
    _step("finish", finish, Nothing, "Live for everybody in its districts."),
    _step("roll_back", roll_back, Why, "For good: as it was before."),
]
