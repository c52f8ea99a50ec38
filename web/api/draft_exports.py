"""Drafts for the official register, of parking records and of verified reports: counted, exported, had once more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from models.actions import draft_export, parking_export, report_export
from models.actions.draft_export import Export, Source
from models.errors import Forbidden, InvalidField, NotFound
from models.queries.draft_exports import exports
from models.tabular import MEDIA, csv_of
from web import whereabouts
from web.answers import Answer, FileAnswer, encode
from web.api.parking_shapes import Exports, ExportView, NewExport, OneExport
from web.endpoint import Call, Endpoint, Nothing, keeping


def period(call: Call[Nothing]) -> tuple[datetime, datetime]:
    """What stands behind the question mark; without it the last thirty days. Raises InvalidField."""
    until = call.instant("until") or call.now
    since = call.instant("since") or until - timedelta(days=30)
    if not timedelta(0) < until - since <= timedelta(days=366):
        raise InvalidField(field="since", why="out_of_range")
    return since, until


class Door:
    """Where one kind of draft leaves the house. ``kind``: parking or report, as it stands in the path."""

    def __init__(self, kind: str, source: Source) -> None:
        self.kind, self.source = kind, source
        self.path = f"/api/v1/{kind}-exports"

    async def export(self, call: Call[NewExport]) -> Answer:
        body = call.body
        for name in ("since", "until"):
            if getattr(body, name).tzinfo is None:
                raise InvalidField(field=name, why="zone")
        done = await draft_export.export(
            call.site.store, self.source, call.officer, body.district, body.since, body.until, body.reason,
            then=keeping(call, self._exported),
        )  # fmt: skip
        return self._exported(done)

    def _exported(self, done: Export) -> Answer:
        view = ExportView(id=done.id, more=done.more, drafts=done.drafts, **self._files(done.id))
        return Answer(OneExport(export=view), 201)

    async def counted(self, call: Call[Nothing]) -> Answer:
        since, until = period(call)
        found = await exports(call.site.store, self.source, call.officer, call.path("code"), since, until)
        taken = [one | self._files(one["id"]) for one in found["exports"]]
        return Answer({**found, "exports": taken})

    async def as_csv(self, call: Call[Nothing]) -> FileAnswer:
        done = await draft_export.again(call.site.store, self.source, call.officer, call.path("id"))
        return self._file(done, csv_of(self.source.fields, done.drafts), "csv", MEDIA["csv"])

    async def as_json(self, call: Call[Nothing]) -> FileAnswer:
        done = await draft_export.again(call.site.store, self.source, call.officer, call.path("id"))
        content = encode({"export": done.id, "drafts": done.drafts})
        return self._file(done, content, "json", "application/json")

    def _files(self, export_id: str) -> dict[str, str]:
        """Where an export is had again."""
        at = f"{self.path}/{export_id}/drafts"
        return {"csv": f"{at}.csv", "json": f"{at}.json"}

    def _file(self, done: Export, content: bytes, ending: str, media: str) -> FileAnswer:
        name = f'attachment; filename="{self.kind}-drafts-{done.id}.{ending}"'
        return FileAnswer(content, media, {"content-disposition": name})


_PERIOD = {
    "since": "ISO 8601 with zone; 30 days before the end.",
    "until": "ISO 8601 with zone; now.",
}


def _endpoints(door: Door, module: str, what: str, names: tuple[str, str, str, str]) -> list[Endpoint]:
    """``names``: of exporting, counting, and the two files."""
    exporting, counting, csv, json = names
    at_once: dict[str, Any] = {"module": module, "where": whereabouts.to_its_end}
    return [
        Endpoint(
            method="POST", path=door.path, name=exporting, handler=door.export,
            summary=f"{what}, as drafts for the official register that it does not know yet, marked as told.",
            body=NewExport, answers={201: OneExport}, repeatable=True, errors=(Forbidden, InvalidField), **at_once,
        ),
        Endpoint(
            method="GET", path=f"/api/v1/districts/{{code}}/{door.kind}-exports", name=counting, handler=door.counted,
            summary="How many drafts of a period the register does not know yet, and which exports there were."
            " Counts only.",
            query=_PERIOD, answers={200: Exports}, errors=(Forbidden, InvalidField), **at_once,
        ),
        Endpoint(
            method="GET", path=f"{door.path}/{{id}}/drafts.csv", name=csv, handler=door.as_csv,
            summary="An export once more, as CSV.",
            answers={200: None}, errors=(NotFound, Forbidden), media="text/csv", **at_once,
        ),
        Endpoint(
            method="GET", path=f"{door.path}/{{id}}/drafts.json", name=json, handler=door.as_json,
            summary="An export once more, as JSON.",
            answers={200: None}, errors=(NotFound, Forbidden), media="application/json", **at_once,
        ),
    ]  # fmt: skip


ENDPOINTS = [
    *_endpoints(
        Door("parking", parking_export.SOURCE), "duty",
        "Parking records that ended in a penalty, and what was withdrawn since",
        ("export_drafts", "parking_exports", "exported_drafts", "exported_json"),
    ),
    *_endpoints(
        Door("report", report_export.SOURCE), "reports", "Verified reports that became no incident",
        ("export_reports", "report_exports", "exported_reports", "exported_reports_json"),
    ),
]  # fmt: skip
