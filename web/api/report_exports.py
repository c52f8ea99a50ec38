"""Drafts of verified reports for the official register: exported once, and the same export again as CSV or JSON."""

from __future__ import annotations

from typing import Any

from models.actions import parking_export, report_export
from models.actions.parking_export import Export
from models.errors import Forbidden, InvalidField, NotFound
from web import whereabouts
from web.answers import Answer, FileAnswer, encode
from web.api.parking_shapes import ExportView, NewExport, OneExport
from web.endpoint import Call, Endpoint, Nothing, keeping

PATH = "/api/v1/report-exports"


async def export(call: Call[NewExport]) -> Answer:
    body = call.body
    for name in ("since", "until"):
        if getattr(body, name).tzinfo is None:
            raise InvalidField(field=name, why="zone")
    done = await report_export.export(
        call.site.store, call.officer, body.district, body.since, body.until, body.reason,
        then=keeping(call, _exported),
    )  # fmt: skip
    return _exported(done)


def _exported(done: Export) -> Answer:
    at = f"{PATH}/{done.id}/drafts"
    view = ExportView(id=done.id, more=done.more, drafts=done.drafts, csv=f"{at}.csv", json=f"{at}.json")
    return Answer(OneExport(export=view), 201)


async def as_csv(call: Call[Nothing]) -> FileAnswer:
    done = await report_export.again(call.site.store, call.officer, call.path("id"))
    content = parking_export.as_csv(done, report_export.FIELDS)
    return _file(done, content, "csv", "text/csv; charset=utf-8")


async def as_json(call: Call[Nothing]) -> FileAnswer:
    done = await report_export.again(call.site.store, call.officer, call.path("id"))
    return _file(done, encode({"export": done.id, "drafts": done.drafts}), "json", "application/json")


def _file(done: Export, content: bytes, ending: str, media: str) -> FileAnswer:
    name = f'attachment; filename="reports-{done.id}.{ending}"'
    return FileAnswer(content, media, {"content-disposition": name})


def _endpoint(method: str, path: str, name: str, handler: Any, summary: str, **more: Any) -> Endpoint:
    return Endpoint(
        method=method, path=PATH + path, name=name, handler=handler, summary=summary, module="reports",
        where=whereabouts.to_its_end, **more,
    )  # fmt: skip


ENDPOINTS = [
    _endpoint(
        "POST", "", "export_reports", export,
        "Verified reports that became no incident, as drafts for the official register; each is told once.",
        body=NewExport, answers={201: OneExport}, repeatable=True, errors=(Forbidden, InvalidField),
    ),
    _endpoint(
        "GET", "/{id}/drafts.csv", "exported_reports", as_csv, "An export of reports once more, as CSV.",
        answers={200: None}, errors=(NotFound, Forbidden), media="text/csv",
    ),
    _endpoint(
        "GET", "/{id}/drafts.json", "exported_reports_json", as_json, "An export of reports once more, as JSON.",
        answers={200: None}, errors=(NotFound, Forbidden), media="application/json",
    ),
]  # fmt: skip
