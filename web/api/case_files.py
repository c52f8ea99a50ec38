"""The case file of an incident: read, with a reason, and taken along as an archive."""

from __future__ import annotations

from typing import Any

from models.actions import case_files
from models.errors import Conflict, Forbidden, InvalidField, NotFound
from models.zipped import zipped
from web import whereabouts
from web.answers import Answer, FileAnswer
from web.api.shapes import Reason
from web.endpoint import Call, Endpoint, Nothing, Shape


class CaseReason(Shape):
    """Why it is opened; it stands in the audit, and in what is taken along."""

    reason: Reason


class CaseEntry(Shape):
    """``what``: event, offer, notice, decision, override, evidence, message, audit. ``by``: service number, or role."""

    at: str
    what: str
    name: str
    by: str | None
    detail: dict[str, Any]


class CaseEvidence(Shape):
    """``sha256`` in hex, of what came in; ``kept``: whether the archive has it."""

    id: str
    kind: str
    name: str
    by: str | None
    sha256: str | None
    kept: bool


class CaseFileView(Shape):
    """Everything that is known of an incident. ``entries`` in the order in which they happened."""

    id: str
    kind: str
    district: str
    status: str
    outcome: str | None
    reason: str
    place: str | None
    plate: str | None
    requested_at: str
    respond_by: str
    closed_at: str | None
    now: str
    entries: list[CaseEntry]
    evidence: list[CaseEvidence]
    archive: str


class OneCaseFile(Shape):
    case_file: CaseFileView


async def read(call: Call[CaseReason]) -> Answer:
    incident = call.path("id")
    view = await case_files.open_case(call.site.store, call.officer, incident, call.body.reason)
    return Answer({"case_file": view | {"archive": f"/api/v1/incidents/{incident}/case-file.zip"}}, 200)


async def archive(call: Call[Nothing]) -> FileAnswer:
    store = call.site.store
    case = await case_files.fetch(store, call.officer, call.path("id"))
    name = f"case-{case.view['district']}-{case.view['id']}.zip"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return FileAnswer(zipped(case_files.files_of(store, case), call.now), "application/zip", headers)


ENDPOINTS = [
    Endpoint(
        method="POST", path="/api/v1/incidents/{id}/case-file", name="case_file", handler=read, module="platform",
        summary="Everything that is known of an incident, in order: events, notices, decisions, evidence, who looked.",
        where=whereabouts.to_its_end, body=CaseReason, answers={200: OneCaseFile}, records_refusals=True,
        errors=(NotFound, Forbidden, InvalidField),
    ),
    Endpoint(
        method="GET", path="/api/v1/incidents/{id}/case-file.zip", name="case_file_archive", handler=archive,
        module="platform", where=whereabouts.to_its_end, answers={200: None}, media="application/zip",
        summary="The case file with its evidence and a signed manifest of hashes, within an hour of giving a reason.",
        errors=(NotFound, Forbidden, Conflict),
    ),
]  # fmt: skip
