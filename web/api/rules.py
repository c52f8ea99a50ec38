"""The rule desk: tables and versions seen by administrators, and grids tried before anything is kept."""

from __future__ import annotations

from typing import Any

from models.errors import (
    InvalidField,
    NotFound,
    RuleFaulty,
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
    RuleGrid,
    RuleQuestion,
    RuleReplay,
    RuleReplayed,
    RulesSaid,
    RuleTable,
    RuleTables,
    RuleVersion,
    Validated,
    words_of,
)
from web.endpoint import Call, Endpoint, Nothing


async def every_table(call: Call[Nothing]) -> Answer:
    return Answer(await queries.tables(call.site.store, call.officer))


async def one_table(call: Call[Nothing]) -> Answer:
    scope = call.request.query_params.get("scope", "")
    return Answer(await queries.table(call.site.store, call.officer, call.path("table"), scope))


async def one_version(call: Call[Nothing]) -> Answer:
    return Answer(await queries.version(call.site.store, call.officer, call.path("id")))


async def validate(call: Call[RuleGrid]) -> Answer:
    content = await content_of(call, call.body.rows, call.body.golden)
    found = faults.find(content)
    return Answer(Validated(valid=not found, faults=[_fault(call, fault, content) for fault in found]))


async def ask(call: Call[RuleQuestion]) -> Answer:
    content = await content_of(call, call.body.rows)
    try:
        matched = _compiled(content).ask_loosely(call.body.given)
    except (KeyError, ValueError) as error:
        raise InvalidField(field=f"given.{error.args[0]}", why="unknown") from None
    return Answer(RulesSaid(rows=list(matched.rows), results=results_of(matched)))


async def ask_again(call: Call[RuleReplay]) -> Answer:
    compiled = _compiled(await content_of(call, call.body.rows))
    codes = await queries.districts_of(call.site.store, call.officer, call.body.scope)
    return Answer(await replay(call.site.store, compiled, codes))


async def content_of(
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


TABLE, VERSION = "/api/v1/admin/rules/tables/{table}", "/api/v1/admin/rules/versions/{id}"


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
        path=TABLE,
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
        path=VERSION,
        name="rule_version",
        handler=one_version,
        summary="One version as a grid, with its differences to what decides in its scope now.",
        module="platform",
        answers={200: RuleVersion},
        errors=(NotFound,),
    ),
    Endpoint(
        method="POST",
        path=f"{TABLE}/validate",
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
        path=f"{TABLE}/ask",
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
        path=f"{TABLE}/replay",
        name="replay_rules",
        handler=ask_again,
        summary="Last week's decisions (the newest 5,000) asked again: how many would come out otherwise, and which.",
        module="platform",
        body=RuleReplay,
        answers={200: RuleReplayed},
        errors=(NotFound, RuleFaulty),
    ),
]
