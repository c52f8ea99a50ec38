"""Citizens' reports of offences: told without an account, followed by a token, reviewed by the police."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from models.actions import report_ends, report_queue, reporting, reviewing
from models.actions.reporting import Reported
from models.actions.reviewing import Reviewed, Said
from models.caller import Reporter
from models.clock import iso_or_none, parse_iso
from models.errors import (
    Conflict,
    Forbidden,
    IllegalTransition,
    InvalidField,
    NotFound,
    SwitchedOff,
    TooManyRequests,
    Unauthenticated,
    WufenError,
)
from models.incident.kinds import REASONS
from models.queries import reports as queries
from models.reports.states import STATES
from web import passes, whereabouts
from web.answers import Answer
from web.api.report_shapes import (
    More,
    NewReport,
    Objection,
    OneReport,
    OneReviewed,
    ReportQueue,
    ReportReasons,
    ReportTold,
    Review,
    ReviewedView,
    SameReport,
    TakenReport,
    Taking,
)
from web.endpoint import Call, Endpoint, Nothing, keeping


async def tell(call: Call[NewReport]) -> Answer:
    body = call.body
    where = None if body.location is None else body.location.location("location")
    new = reporting.NewReport(
        offence=body.offence,
        plate=body.plate,
        plate_class=body.plate_class,
        district=await whereabouts.district_of_report(call.site.store, where, body.district),
        happened_at=_instant(body.happened_at),
        uploads=tuple(body.uploads),
        holder=passes.holder_of(call),
        address=call.address,
        device=call.device if call.own_device else None,
        location=where,
        place=body.place,
        words=body.words,
        contact=body.contact,
        live=body.live,
        joins=body.joins,
    )
    return _told(await reporting.file(call.site.store, new, then=keeping(call, _told)))


def _instant(text: str) -> Any:
    try:
        return parse_iso(text)
    except ValueError:
        raise InvalidField(field="happened_at", why="wrong_type") from None


def _told(reported: Reported) -> Answer:
    same = None if reported.id or reported.same is None else SameReport(because=reported.same.because)
    told = ReportTold(
        report=reported.id,
        access_token=reported.token,
        joined=reported.joined,
        same=same,
        due_by=iso_or_none(reported.due_by),
    )
    return Answer(told, 201 if reported.id and not reported.joined else 200)


def _reporter(call: Call[Any]) -> Reporter:
    """Whose token covers a report. Raises NotFound for a requester of something else, Unauthenticated without one."""
    if isinstance(call.caller, Reporter):
        return call.caller
    raise Unauthenticated if call.caller is None else NotFound


async def follow(call: Call[Nothing]) -> Answer:
    return Answer({"report": await queries.own(call.site.store, _reporter(call))}, 200)


async def withdraw(call: Call[Nothing]) -> Answer:
    then = keeping(call, _reviewed)
    return _reviewed(await report_ends.withdraw(call.site.store, _reporter(call), then=then))


async def object_to(call: Call[Objection]) -> Answer:
    then = keeping(call, _reviewed)
    return _reviewed(
        await report_ends.object_to(call.site.store, _reporter(call), call.body.words, then=then)
    )


async def supply(call: Call[More]) -> Answer:
    reporter = _reporter(call)
    sent, then = tuple(call.body.uploads), keeping(call, _reviewed)
    return _reviewed(await report_ends.supply(call.site.store, reporter, reporter.subject, sent, then=then))


async def queue(call: Call[Nothing]) -> Answer:
    state = call.request.query_params.get("state")
    if state is not None and state not in STATES:
        raise InvalidField(field="state", why="unknown")
    return Answer(await queries.waiting(call.site.store, call.officer, state), 200)


async def take(call: Call[Taking]) -> Answer:
    store, officer = call.site.store, call.officer
    taken = await report_queue.take(store, officer, call.body.report)
    report = None if taken is None else await queries.one(store, officer, taken)
    return Answer({"report": report}, 200)


async def show(call: Call[Nothing]) -> Answer:
    return Answer({"report": await queries.one(call.site.store, call.officer, call.path("id"))}, 200)


async def put_back(call: Call[Nothing]) -> Answer:
    await report_queue.put_back(call.site.store, call.officer, call.path("id"))
    return Answer(None, 204)


async def review(call: Call[Review]) -> Answer:
    body = call.body
    said = Said(body.command, body.reason, body.note, body.of, body.version)
    return _reviewed(
        await reviewing.review(
            call.site.store, call.officer, call.path("id"), said, then=keeping(call, _reviewed)
        )
    )


def _reviewed(reviewed: Reviewed) -> Answer:
    view = ReviewedView(
        id=reviewed.id, state=reviewed.state, version=reviewed.version, incident=reviewed.incident
    )
    return Answer(OneReviewed(report=view), 200)


async def words(_call: Call[Nothing]) -> Answer:
    reasons: dict[str, list[str]] = {command: list(of) for command, of in reviewing.REASONS.items()}
    return Answer(ReportReasons(offences=list(REASONS["report"]), reasons=reasons), 200)


Handler = Callable[[Call[Any]], Awaitable[Answer]]


def _endpoint(
    method: str,
    path: str,
    name: str,
    handler: Handler,
    summary: str,
    answer: tuple[int, type | None],
    errors: tuple[type[WufenError], ...],
    **more: Any,
) -> Endpoint:
    status, shape = answer
    return Endpoint(
        method=method,
        path=f"/api/v1/reports{path}",
        name=name,
        handler=handler,
        summary=summary,
        module="reports",
        answers=more.pop("answers", {status: shape}),
        errors=errors,
        **{"where": whereabouts.to_its_end, **more},
    )


_OF_REPORTER = (Unauthenticated, Forbidden, NotFound, IllegalTransition, Conflict)
ENDPOINTS = [
    _endpoint(
        "POST", "", "tell_offence", tell,
        "Tell of an offence with photos or a short video that were uploaded with the same pass. Whoever tells what"
        " somebody told before is asked first (200, same) and joins, or insists.",
        (201, ReportTold), (InvalidField, Conflict, TooManyRequests, SwitchedOff),
        answers={201: ReportTold, 200: ReportTold}, where=whereabouts.of_report, body=NewReport,
        answered_as="requester",
        repeatable=True, in_one_change=True,
    ),
    _endpoint(
        "GET", "/words", "report_words", words, "What can be told of, and why a report may be decided as it is.",
        (200, ReportReasons), (),
    ),
    _endpoint(
        "GET", "/own", "own_report", follow, "The report that the token covers: each step, and the outcome.",
        (200, OneReport), (Unauthenticated, Forbidden, NotFound),
    ),
    _endpoint(
        "POST", "/own/withdraw", "withdraw_report", withdraw, "Take it back before anybody has decided.",
        (200, OneReviewed), _OF_REPORTER, repeatable=True, in_one_change=True,
    ),
    _endpoint(
        "POST", "/own/more", "supply_report", supply, "Send the photos that were asked for.",
        (200, OneReviewed), (*_OF_REPORTER, InvalidField), body=More, repeatable=True, in_one_change=True,
    ),
    _endpoint(
        "POST", "/own/objection", "object_to_report", object_to,
        "Do not agree, once: another officer looks at it again.",
        (200, OneReviewed), (*_OF_REPORTER, InvalidField), body=Objection, repeatable=True, in_one_change=True,
    ),
    _endpoint(
        "GET", "", "report_queue", queue, "What waits for a review in the caller's districts, due first.",
        (200, ReportQueue), (Forbidden, InvalidField), query={"state": "Those in this state instead."},
    ),
    _endpoint(
        "POST", "/next", "take_report", take,
        "Take the report that is due first, or this one, for ten minutes: nobody else is given it.",
        (200, TakenReport), (Forbidden, NotFound, Conflict), body=Taking,
    ),
    _endpoint(
        "GET", "/{id}", "report", show, "A report whole, with the rule's checks. Each look is on the record.",
        (200, OneReport), (Forbidden, NotFound),
    ),
    _endpoint(
        "DELETE", "/{id}/lease", "put_back_report", put_back, "Close it without a word.", (204, None), (Forbidden,),
    ),
    _endpoint(
        "POST", "/{id}/review", "review_report", review,
        "Verify, reject, join to another or ask for more; agree or send back what a colleague verified; uphold what"
        " its reporter objects to.",
        (200, OneReviewed), (Forbidden, NotFound, IllegalTransition, InvalidField, Conflict),
        body=Review, repeatable=True, in_one_change=True,
    ),
]  # fmt: skip
