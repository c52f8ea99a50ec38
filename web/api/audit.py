"""The audit for the unit's auditor: read, filtered, paged, exported; there is no call that changes it."""

from __future__ import annotations

from models.actions import audit as records
from models.errors import InvalidField
from models.queries import audit
from models.queries.audit import Filter
from models.tabular import csv_of
from web.answers import Answer, FileAnswer
from web.endpoint import Call, Endpoint, Nothing, Shape

QUERY = {
    "since": "Only records from this instant (ISO 8601 with a zone).",
    "until": "Only records before this instant.",
    "person": "Only what the officer with this service number did, or what was done to him.",
    "action": "Only records of this action.",
    "success": "1: only what was done; 0: only what was refused.",
}
LONGEST = 80  # characters of a filter
COLUMNS = ("at", "actor", "role", "action", "subject", "reason", "success")


class AuditRecord(Shape):
    """``actor`` and ``subject`` are service numbers where they are officers."""

    id: str
    at: str
    actor: str
    role: str
    action: str
    subject: str
    reason: str | None
    success: bool


class AuditPage(Shape):
    """``after`` asks for the next page; ``actions`` are those of which there are records."""

    records: list[AuditRecord]
    after: str | None
    actions: list[str]


async def read(call: Call[Nothing]) -> Answer:
    store = call.site.store
    wanted = _filter(call)
    await records.read(store, call.officer, "read_audit")
    found, after = await audit.page(store, sorted(call.officer.districts), wanted)
    return Answer({"records": found, "after": after, "actions": await audit.actions(store)})


async def export(call: Call[Nothing]) -> FileAnswer:
    store = call.site.store
    wanted = _filter(call)
    await records.read(store, call.officer, "export_audit")
    found, more = await audit.everything(store, sorted(call.officer.districts), wanted)
    content = csv_of(COLUMNS, found)
    if more:
        content += f"only the newest {audit.MOST_EXPORTED}: choose a shorter period\r\n".encode()
    return FileAnswer(
        content, "text/csv; charset=utf-8", {"content-disposition": 'attachment; filename="audit.csv"'}
    )


def _filter(call: Call[Nothing]) -> Filter:
    given = {name: text for name, text in call.request.query_params.items() if text}
    for name, text in given.items():
        if name in {*QUERY, "after"} and len(text) > LONGEST:
            raise InvalidField(field=name, why="too_long", limit=LONGEST)
    if given.get("success", "1") not in {"0", "1"}:
        raise InvalidField(field="success", why="unknown")
    return Filter(
        since=call.instant("since"),
        until=call.instant("until"),
        person=given.get("person"),
        action=given.get("action"),
        success=given["success"] == "1" if "success" in given else None,
        after=given.get("after"),
    )


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/audit",
        name="audit",
        handler=read,
        summary="The audit of the auditor's districts, the newest first.",
        module="platform",
        query={**QUERY, "after": "Where the page before said that it goes on."},
        answers={200: AuditPage},
    ),
    Endpoint(
        method="GET",
        path="/api/v1/audit.csv",
        name="export_audit",
        handler=export,
        summary="The same as a table for spreadsheets, at most 50,000 records.",
        module="platform",
        query=QUERY,
        answers={200: None},
        media="text/csv",
    ),
]
