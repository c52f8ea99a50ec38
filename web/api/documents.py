"""Documents of the record as PDF: of a car that was asked to be moved, and of a shift; and which shifts have ended."""

from __future__ import annotations

from typing import Any

from models.actions import audit
from models.actions.documents import About, Made, document_of
from models.caller import Officer
from models.clock import iso
from models.documents.sheet import Sheet
from models.errors import Forbidden, IllegalTransition, NotFound
from models.queries import documents as queries
from models.store import Store
from web import whereabouts
from web.answers import Answer, FileAnswer
from web.endpoint import Call, Endpoint, Nothing, Shape


class EndedShift(Shape):
    """``report``: where its report is had."""

    id: str
    officer: str
    district: str
    started_at: str
    ended_at: str
    report: str


class EndedShifts(Shape):
    shifts: list[EndedShift]


async def move_record(call: Call[Nothing]) -> FileAnswer:
    caller, store = call.somebody, call.site.store
    sheet, about = await queries.move_record_for(store, call.path("id"), caller)
    if isinstance(caller, Officer):
        await audit.look(store, caller, f"incident:{about.subject}")
    return await _file(store, sheet, about)


async def shift_report(call: Call[Nothing]) -> FileAnswer:
    sheet, about = await queries.shift_report_for(call.site.store, call.path("id"), call.officer)
    await audit.look(call.site.store, call.officer, f"shift:{about.subject}")
    return await _file(call.site.store, sheet, about)


async def _file(store: Store, sheet: Sheet, about: About) -> FileAnswer:
    try:
        made: Made = await document_of(store, sheet, about)
    except FileNotFoundError:
        raise NotFound from None
    name = f'inline; filename="{made.kind}-{made.code}.pdf"'
    return FileAnswer(made.content, "application/pdf", {"content-disposition": name})


async def shifts(call: Call[Nothing]) -> Answer:
    district = call.request.query_params.get("district") or None
    found = await queries.ended_shifts(call.site.store, call.officer, district)
    return Answer(
        {"shifts": [one | {key: iso(one[key]) for key in ("started_at", "ended_at")} for one in found]}
    )


def _endpoint(path: str, name: str, handler: Any, summary: str, module: Any, **more: Any) -> Endpoint:
    return Endpoint(
        method="GET", path=path, name=name, handler=handler, summary=summary, module=module,
        where=whereabouts.to_its_end, **more,
    )  # fmt: skip


ENDPOINTS = [
    _endpoint(
        "/api/v1/incidents/{id}/record.pdf", "move_record", move_record,
        "The record of a closed request to move a car: what happened and when, without names, the plate masked. The"
        " same document for everybody who took part, verified by its code at /v.",
        "move_car", answers={200: None}, errors=(NotFound, Forbidden, IllegalTransition), media="application/pdf",
    ),
    _endpoint(
        "/api/v1/shifts", "ended_shifts", shifts,
        "The caller's thirty newest shifts that have ended; with a district, a commander's whole district.",
        "duty", query={"district": "Code of GB/T 2260; without it one's own."},
        answers={200: EndedShifts}, errors=(Forbidden,),
    ),
    _endpoint(
        "/api/v1/shifts/{id}/report.pdf", "shift_report", shift_report,
        "The report of a shift that has ended, for its officer and the district's commanders.",
        "duty", answers={200: None}, errors=(NotFound, Forbidden, IllegalTransition), media="application/pdf",
    ),
]  # fmt: skip
