"""Parking records: filed by an officer, ended, countersigned, withdrawn, printed."""

from __future__ import annotations

import asyncio
from typing import Any

from models.actions import parking, parking_drafts, parking_ends
from models.actions.parking import Filed, NewRecord
from models.actions.parking_ends import Ended
from models.clock import iso_or_none
from models.errors import (
    AlreadyAccepted,
    Conflict,
    Forbidden,
    IllegalTransition,
    InvalidField,
    NotFound,
    NotOnDuty,
    SecondPersonNeeded,
)
from models.parking.stays import read_code
from models.printing import notices as printing
from models.queries import parking as queries
from web import whereabouts
from web.answers import Answer, FileAnswer
from web.api.draft_exports import period
from web.api.parking_shapes import (
    Countersigning,
    EndedView,
    Ending,
    FiledView,
    NewParkingRecord,
    OneEnded,
    OneFiled,
    OneRecord,
    ParkingFigures,
    Records,
    Withdrawing,
)
from web.endpoint import Call, Endpoint, Nothing, keeping


async def file(call: Call[NewParkingRecord]) -> Answer:
    body = call.body
    new = NewRecord(body.capture, body.plate, body.grounds, body.plate_class, body.place)
    then = keeping(call, _filed)
    return _filed(await parking.file(call.site.store, call.officer, new, then=then))


def _filed(filed: Filed) -> Answer:
    view = FiledView(
        id=filed.id,
        state=filed.state,
        joined=filed.joined,
        told=filed.told,
        respond_by=iso_or_none(filed.respond_by),
    )
    return Answer(OneFiled(filed=view), 201)


async def own(call: Call[Nothing]) -> Answer:
    return Answer({"records": await queries.own(call.site.store, call.officer)}, 200)


async def waiting(call: Call[Nothing]) -> Answer:
    return Answer({"records": await queries.waiting(call.site.store, call.officer)}, 200)


async def show(call: Call[Nothing]) -> Answer:
    return Answer({"record": await queries.one(call.site.store, call.officer, call.path("id"))}, 200)


async def end(call: Call[Ending]) -> Answer:
    act = parking_ends.leave if call.body.how == "left" else parking_ends.stay
    then = keeping(call, _ended)
    return _ended(await act(call.site.store, call.officer, call.path("id"), call.body.capture, then=then))


async def countersign(call: Call[Countersigning]) -> Answer:
    body, then = call.body, keeping(call, _ended)
    return _ended(
        await parking_drafts.countersign(
            call.site.store,
            call.officer,
            call.path("id"),
            approve=body.approve,
            reason=body.reason,
            then=then,
        )
    )


async def withdraw(call: Call[Withdrawing]) -> Answer:
    then = keeping(call, _ended)
    return _ended(
        await parking_ends.withdraw(
            call.site.store, call.officer, call.path("id"), call.body.reason, then=then
        )
    )


def _ended(ended: Ended) -> Answer:
    return Answer(OneEnded(record=EndedView(id=ended.id, state=ended.state)), 200)


async def sheet(call: Call[Nothing]) -> FileAnswer:
    record = await queries.one(call.site.store, call.officer, call.path("id"))
    code = read_code(record["code"])
    paper = None if code is None else await queries.paper_notice(call.site.store, code)
    if paper is None:
        raise NotFound
    content = await asyncio.to_thread(printing.notice, paper, call.site.settings.public_url)
    return FileAnswer(content, "application/pdf", {"content-disposition": 'inline; filename="notice.pdf"'})


async def figures(call: Call[Nothing]) -> Answer:
    code = call.path("code")
    if code not in getattr(call.somebody, "districts", ()):
        raise Forbidden
    since, until = period(call)
    return Answer(await queries.figures(call.site.store, code, since, until), 200)


def _endpoint(method: str, path: str, name: str, handler: Any, summary: str, **more: Any) -> Endpoint:
    return Endpoint(
        method=method,
        path=path,
        name=name,
        handler=handler,
        summary=summary,
        module="duty",
        where=whereabouts.to_its_end,
        **more,
    )


ENDPOINTS = [
    _endpoint(
        "POST", "/api/v1/parking-records", "file_record", file,
        "File a parked car with the photo taken of it: the owner is told and the clock starts; an auxiliary officer's"
        " is a draft until an officer countersigned it. Seen again in the same stay it is the record that is there.",
        body=NewParkingRecord, answers={201: OneFiled}, repeatable=True,
        errors=(NotFound, Forbidden, NotOnDuty, Conflict, InvalidField),
    ),
    _endpoint(
        "GET", "/api/v1/parking-records", "own_records", own,
        "What the caller filed in thirty days, the newest first, at most a hundred.",
        answers={200: Records}, errors=(Forbidden,),
    ),
    _endpoint(
        "GET", "/api/v1/parking-records/waiting", "records_waiting", waiting,
        "What waits for a second person in the caller's districts, the longest first.",
        answers={200: Records}, errors=(Forbidden,),
    ),
    _endpoint(
        "GET", "/api/v1/parking-records/{id}", "record", show,
        "One record, for officers with its whole plate; each such look is recorded.",
        answers={200: OneRecord}, errors=(NotFound, Forbidden),
    ),
    _endpoint(
        "POST", "/api/v1/parking-records/{id}/end", "end_record", end,
        "The car has left (a later photo, or the owner's own word), or the time is up and it stays: then the rule says"
        " what follows.",
        body=Ending, answers={200: OneEnded}, repeatable=True,
        errors=(NotFound, Forbidden, NotOnDuty, IllegalTransition, AlreadyAccepted, Conflict, InvalidField),
    ),
    _endpoint(
        "POST", "/api/v1/parking-records/{id}/countersign", "countersign", countersign,
        "An officer's word on what waits: approved it counts, sent back it has a reason.",
        body=Countersigning, answers={200: OneEnded}, repeatable=True,
        errors=(NotFound, Forbidden, SecondPersonNeeded, Conflict, IllegalTransition, InvalidField),
    ),
    _endpoint(
        "POST", "/api/v1/parking-records/{id}/withdraw", "withdraw_record", withdraw,
        "It counts no more (an emergency vehicle, the wrong plate): by a second person, with a reason.",
        body=Withdrawing, answers={200: OneEnded}, repeatable=True,
        errors=(NotFound, Forbidden, SecondPersonNeeded, IllegalTransition, InvalidField),
    ),
    _endpoint(
        "GET", "/api/v1/parking-records/{id}/notice.pdf", "notice_sheet", sheet,
        "A paper notice with a code, to print, for a car whose owner nobody can reach.",
        answers={200: None}, errors=(NotFound, Forbidden), media="application/pdf",
    ),
    _endpoint(
        "GET", "/api/v1/districts/{code}/parking-figures", "record_figures", figures,
        "Records of a period by how they stand, and seconds from the shutter to filed, with n.",
        query={"since": "ISO 8601 with zone.", "until": "ISO 8601 with zone."},
        answers={200: ParkingFigures}, errors=(Forbidden, InvalidField),
    ),
]  # fmt: skip
