"""Deciding otherwise than the rules: an override with a reason, and the second person's yes or no."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from models.actions import rule_overrides
from models.actions.rule_overrides import Overridden
from models.errors import Conflict, Forbidden, InvalidField, NotFound, SecondPersonNeeded
from web import whereabouts
from web.answers import Answer
from web.api.shapes import Reason
from web.endpoint import Call, Endpoint, Nothing, Shape, keeping


class Override(Shape):
    """``result`` names the outputs that are decided otherwise, of a ladder also the ``step``."""

    result: Annotated[dict[str, Any], Meta(min_length=1, max_length=20)]
    reason: Reason


class Refusal(Shape):
    reason: Reason


class OverrideView(Shape):
    """``waits``: it counts only when somebody else has confirmed it."""

    override: str
    decision: str
    waits: bool


async def override(call: Call[Override]) -> Answer:
    done = await rule_overrides.override(
        call.site.store,
        call.officer,
        call.path("id"),
        call.path("decision"),
        call.body.result,
        reason=call.body.reason,
        then=keeping(call, _made),
    )
    return _made(done)


async def confirm(call: Call[Nothing]) -> Answer:
    done = await rule_overrides.confirm(
        call.site.store, call.officer, call.path("id"), call.path("override"), then=keeping(call, _confirmed)
    )
    return _confirmed(done)


async def refuse(call: Call[Refusal]) -> Answer:
    done = await rule_overrides.refuse(
        call.site.store,
        call.officer,
        call.path("id"),
        call.path("override"),
        reason=call.body.reason,
        then=keeping(call, _confirmed),
    )
    return _confirmed(done)


def _made(done: Overridden) -> Answer:
    return Answer(_view(done), 201)


def _confirmed(done: Overridden) -> Answer:
    return Answer(_view(done))


def _view(done: Overridden) -> OverrideView:
    return OverrideView(override=done.id, decision=done.decision, waits=done.waits)


ENDPOINTS = [
    Endpoint(
        method="POST",
        path="/api/v1/incidents/{id}/decisions/{decision}/override",
        name="override_decision",
        handler=override,
        summary="Police or commander decide otherwise than the rules did, with a reason.",
        module="move_car",
        where=whereabouts.to_its_end,
        body=Override,
        answers={201: OverrideView},
        errors=(NotFound, Forbidden, Conflict, InvalidField),
        repeatable=True,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/incidents/{id}/overrides/{override}/confirm",
        name="confirm_override",
        handler=confirm,
        summary="The second person's word, where the table wants one.",
        module="move_car",
        where=whereabouts.to_its_end,
        body=Nothing,
        answers={200: OverrideView},
        errors=(NotFound, Forbidden, Conflict, SecondPersonNeeded),
        repeatable=True,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/incidents/{id}/overrides/{override}/refuse",
        name="refuse_override",
        handler=refuse,
        summary="The second person's no, with a reason: the decision stands.",
        module="move_car",
        where=whereabouts.to_its_end,
        body=Refusal,
        answers={200: OverrideView},
        errors=(NotFound, Forbidden, Conflict, SecondPersonNeeded, InvalidField),
        repeatable=True,
    ),
]
