"""The rule desk: tables seen and tried by administrators, versions on their way, and one step back."""

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
from models.queries import rules as queries
from models.queries.rule_replay import replay, results_of
from models.rules import faults
from models.rules.content import Content, Golden, Row
from models.rules.evaluation import Compiled
from models.rules.faults import Fault
from models.rules.words import Words, said
from web.answers import Answer
from web.api.rule_shapes import (
    CaseShape,
    FaultView,
    RowShape,
    RuleApproval,
    RuleBack,
    RuleDraft,
    RuleGrid,
    RuleQuestion,
    RuleReplay,
    RuleReplayed,
    RulesSaid,
    RuleStart,
    RuleTable,
    RuleTables,
    RuleVersion,
    Validated,
    VersionChanged,
    WentBack,
    WithReason,
    words_of,
)
from web.endpoint import Call, Endpoint, Handler, Nothing, Shape, keeping


async def every_table(call: Call[Nothing]) -> Answer:
    return Answer(await queries.tables(call.site.store, call.officer))


async def one_table(call: Call[Nothing]) -> Answer:
    scope = call.request.query_params.get("scope", "")
    return Answer(await queries.table(call.site.store, call.officer, call.path("table"), scope))


async def one_version(call: Call[Nothing]) -> Answer:
    return Answer(await queries.version(call.site.store, call.officer, call.path("id")))


async def validate(call: Call[RuleGrid]) -> Answer:
    content = await _content(call, call.body.rows, call.body.golden)
    found = faults.find(content)
    return Answer(Validated(valid=not found, faults=[_fault(call, fault, content) for fault in found]))


async def ask(call: Call[RuleQuestion]) -> Answer:
    content = await _content(call, call.body.rows)
    try:
        matched = _compiled(content).ask_loosely(call.body.given)
    except (KeyError, ValueError) as error:
        raise InvalidField(field=f"given.{error.args[0]}", why="unknown") from None
    return Answer(RulesSaid(rows=list(matched.rows), results=results_of(matched)))


async def ask_again(call: Call[RuleReplay]) -> Answer:
    compiled = _compiled(await _content(call, call.body.rows))
    codes = await queries.districts_of(call.site.store, call.officer, call.body.scope)
    return Answer(await replay(call.site.store, compiled, codes))


async def draft(call: Call[RuleDraft]) -> Answer:
    body = call.body
    source = words_of(body.source)
    if not source:
        raise InvalidField(field="source", why="required")
    content = await _content(call, body.rows, body.golden, source=source)
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


async def _content(
    call: Call[Any],
    rows: list[RowShape] | None,
    golden: list[CaseShape] | None = None,
    source: Words | None = None,
) -> Content:
    """What somebody typed, with the sentence (and the source, if he names none) of what decides there now."""
    body = call.body
    present = await queries.in_force_in(call.site.store, call.officer, call.path("table"), body.scope)
    return Content(
        present.table,
        present.sentence,
        source or present.source,
        present.rows if rows is None else tuple(Row(row.id, row.cells, words_of(row.note)) for row in rows),
        present.golden
        if golden is None
        else tuple(Golden(words_of(case.name), case.given, case.then) for case in golden),
    )


def _compiled(content: Content) -> Compiled:
    """Raises RuleFaulty: rows that are none are asked nothing. Golden cases may fail meanwhile."""
    found = [fault for fault in faults.find(content) if fault.case is None]
    if found:
        raise RuleFaulty(faults=len(found))
    return Compiled(content)


def _fault(call: Call[Any], fault: Fault, content: Content) -> FaultView:
    told = dict(fault.params)
    if "name" in told and fault.case:
        told["name"] = said(content.golden[fault.case - 1].name, call.language)
    params = {**told, "row": fault.row or 0, "column": fault.column or "", "case": fault.case or 0}
    return FaultView(
        code=fault.code,
        sentence=call.site.store.texts.product.say(call.language, f"rules.fault.{fault.code}", params),
        row=fault.row,
        column=fault.column,
        case=fault.case,
        params=told,
    )


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


_TABLE, _VERSION = "/api/v1/admin/rules/tables/{table}", "/api/v1/admin/rules/versions/{id}"
_STEP = (NotFound, Forbidden, Conflict)


def _step(
    name: str, handler: Handler, body: type[Shape], summary: str, *errors: type[WufenError]
) -> Endpoint:
    """What somebody does with one version."""
    return Endpoint(
        method="POST",
        path=f"{_VERSION}/{name}",
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
        method="GET",
        path="/api/v1/admin/rules",
        name="rules",
        handler=every_table,
        summary="Every table, and which version decides in each of the administrator's districts and cities.",
        module="platform",
        answers={200: RuleTables},
    ),
    Endpoint(
        method="GET",
        path=_TABLE,
        name="rule_table",
        handler=one_table,
        summary="One table in one scope: columns, the version that decides as a grid, and the scope's versions.",
        module="platform",
        query={"scope": "The code of a district or city."},
        answers={200: RuleTable},
        errors=(NotFound,),
    ),
    Endpoint(
        method="GET",
        path=_VERSION,
        name="rule_version",
        handler=one_version,
        summary="One version as a grid, with its differences to what decides in its scope now.",
        module="platform",
        answers={200: RuleVersion},
        errors=(NotFound,),
    ),
    Endpoint(
        method="POST",
        path=f"{_TABLE}/validate",
        name="validate_rules",
        handler=validate,
        summary="The faults of a grid with their places; its golden cases are run. Nothing is kept.",
        module="platform",
        body=RuleGrid,
        answers={200: Validated},
        errors=(NotFound,),
    ),
    Endpoint(
        method="POST",
        path=f"{_TABLE}/ask",
        name="ask_rules",
        handler=ask,
        summary="What a grid, or what decides now, says of some inputs; those not named are the usual ones.",
        module="platform",
        body=RuleQuestion,
        answers={200: RulesSaid},
        errors=(NotFound, RuleFaulty),
    ),
    Endpoint(
        method="POST",
        path=f"{_TABLE}/replay",
        name="replay_rules",
        handler=ask_again,
        summary="Last week's decisions (the newest 5,000) asked again: how many would come out otherwise, and which.",
        module="platform",
        body=RuleReplay,
        answers={200: RuleReplayed},
        errors=(NotFound, RuleFaulty),
    ),
    Endpoint(
        method="POST",
        path=f"{_TABLE}/versions",
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
        path=f"{_TABLE}/roll_back",
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
        "activate",
        activate,
        RuleStart,
        "Puts an approved version in force, from an instant on or within two seconds.",
        RuleFaulty,
        InvalidField,
    ),
]
