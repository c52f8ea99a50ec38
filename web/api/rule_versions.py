"""Versions of rules on their way at the rule desk: drafted, handed in, decided about, withdrawn, put in force, back."""

from __future__ import annotations

from typing import Any

from models.actions import rule_activations, rule_changes
from models.actions.rule_activations import RolledBack
from models.actions.rule_steps import Changed
from models.clock import iso, iso_or_none, parse_iso
from models.errors import (
    Conflict,
    Forbidden,
    InvalidField,
    NotFound,
    RuleFaulty,
    SecondPersonNeeded,
    WufenError,
)
from web.answers import Answer
from web.api.rule_shapes import (
    RuleApproval,
    RuleBack,
    RuleDraft,
    RuleStart,
    RuleWithdrawal,
    VersionChanged,
    WentBack,
    WithReason,
    words_of,
)
from web.api.rules import TABLE, VERSION, content_of
from web.endpoint import Call, Endpoint, Handler, Nothing, Shape, keeping


async def draft(call: Call[RuleDraft]) -> Answer:
    body = call.body
    source = words_of(body.source)
    if not source:
        raise InvalidField(field="source", why="required")
    content = await content_of(call, body.rows, body.golden, source=source)
    made = await rule_changes.draft(
        call.site.store,
        call.officer,
        content,
        body.scope,
        note=body.note,
        then=keeping(call, _made),
    )
    return _made(made)


async def submit(call: Call[Nothing]) -> Answer:
    store, then = call.site.store, keeping(call, _changed)
    return _changed(await rule_changes.submit(store, call.officer, call.path("id"), then=then))


async def approve(call: Call[RuleApproval]) -> Answer:
    return await _decide(call, approve=True)


async def reject(call: Call[WithReason]) -> Answer:
    return await _decide(call, approve=False)


async def _decide(call: Call[Any], *, approve: bool) -> Answer:
    decided = await rule_changes.decide(
        call.site.store,
        call.officer,
        call.path("id"),
        approve=approve,
        reason=call.body.reason,
        then=keeping(call, _changed),
    )
    return _changed(decided)


async def withdraw(call: Call[RuleWithdrawal]) -> Answer:
    store, then = call.site.store, keeping(call, _changed)
    reason = call.body.reason
    return _changed(
        await rule_changes.withdraw(store, call.officer, call.path("id"), reason=reason, then=then)
    )


async def activate(call: Call[RuleStart]) -> Answer:
    try:
        at = None if call.body.at is None else parse_iso(call.body.at)
    except ValueError:
        raise InvalidField(field="at", why="wrong_type") from None
    store, then = call.site.store, keeping(call, _changed)
    return _changed(await rule_activations.activate(store, call.officer, call.path("id"), at=at, then=then))


async def roll_back(call: Call[RuleBack]) -> Answer:
    done = await rule_activations.roll_back(
        call.site.store,
        call.officer,
        call.path("table"),
        call.body.scope,
        reason=call.body.reason,
        then=keeping(call, _went_back),
    )
    return _went_back(done)


def _made(changed: Changed) -> Answer:
    return Answer(_changed(changed).body, 201)


def _changed(changed: Changed) -> Answer:
    view = VersionChanged(
        version=changed.id,
        number=changed.number,
        status=changed.status,  # type: ignore[arg-type]
        active_from=iso_or_none(changed.active_from),
    )
    return Answer(view)


def _went_back(done: RolledBack) -> Answer:
    view = WentBack(version=done.version, active_from=iso(done.active_from), cancelled=done.cancelled)
    return Answer(view)


_STEP = (NotFound, Forbidden, Conflict)


def _step(
    name: str, handler: Handler, body: type[Shape], summary: str, *errors: type[WufenError]
) -> Endpoint:
    """What somebody does with one version."""
    return Endpoint(
        method="POST",
        path=f"{VERSION}/{name}",
        name=f"{name}_rules",
        handler=handler,
        summary=summary,
        module="platform",
        body=body,
        answers={200: VersionChanged},
        errors=(*_STEP, *errors),
        repeatable=True,
    )


ENDPOINTS = [
    Endpoint(
        method="POST",
        path=f"{TABLE}/versions",
        name="draft_rules",
        handler=draft,
        summary="A new version, as a draft. A version is never edited.",
        module="platform",
        body=RuleDraft,
        answers={201: VersionChanged},
        errors=_STEP,
        repeatable=True,
    ),
    Endpoint(
        method="POST",
        path=f"{TABLE}/roll_back",
        name="roll_back_rules",
        handler=roll_back,
        summary="One step back: what is to come is taken back, else what was in force before is in force again.",
        module="platform",
        body=RuleBack,
        answers={200: WentBack},
        errors=_STEP,
        repeatable=True,
    ),
    _step(
        "submit", submit, Nothing, "Checks a draft and hands it to somebody else for approval.", RuleFaulty
    ),
    _step(
        "approve",
        approve,
        RuleApproval,
        "A second person approves a checked version; never its author.",
        RuleFaulty,
        SecondPersonNeeded,
    ),
    _step(
        "reject",
        reject,
        WithReason,
        "A second person rejects a checked version, with a reason.",
        SecondPersonNeeded,
    ),
    _step(
        "withdraw",
        withdraw,
        RuleWithdrawal,
        "Its author takes back a draft, or what waits for a second person. It stays, and goes nowhere.",
    ),
    _step(
        "activate",
        activate,
        RuleStart,
        "Puts an approved version in force, from an instant on or within two seconds.",
        RuleFaulty,
        InvalidField,
    ),
]
