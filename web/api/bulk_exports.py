"""Records of whole periods for other systems: asked for, watched, given up, fetched."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from models.actions import bulk_export
from models.actions.bulk_export import Fetched, Wanted
from models.errors import Conflict, Forbidden, InvalidField, NotFound, TooManyRequests
from models.queries import bulk_exports as queries
from models.queries.bulk_exports import manifest, name_of
from models.queries.incident_rows import Period
from models.store import Store
from models.tabular import MEDIA
from models.zipped import zipped
from web import whereabouts
from web.answers import Answer, FileAnswer, encode
from web.api.bulk_shapes import AskedBulkExport, BulkExports, NewBulkExport
from web.endpoint import Call, Endpoint, Nothing, keeping


async def ask(call: Call[NewBulkExport]) -> Answer:
    body = call.body
    for name in ("since", "until"):
        if getattr(body, name).tzinfo is None:
            raise InvalidField(field=name, why="zone")
    wanted = Wanted(Period(body.district, body.since, body.until), body.format, body.plates, body.reason)
    then = keeping(call, _asked)
    return _asked(await bulk_export.ask(call.site.store, call.officer, wanted, then=then))


def _asked(export_id: str) -> Answer:
    return Answer(AskedBulkExport(id=export_id), 202)


async def of_district(call: Call[Nothing]) -> Answer:
    if call.path("code") not in call.officer.districts:
        raise Forbidden
    return Answer(await queries.of_district(call.site.store, call.path("code")))


async def cancel(call: Call[Nothing]) -> Answer:
    await bulk_export.cancel(call.site.store, call.officer, call.path("id"))
    return Answer(status=204)


async def file(call: Call[Nothing]) -> FileAnswer:
    number = call.path("number")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NotFound
    store = call.site.store
    fetched = await bulk_export.fetch(store, call.officer, call.path("id"), int(number))
    content = await bulk_export.opened(store, fetched.files[0])
    return FileAnswer(content, MEDIA[fetched.export.format], _named(name_of(fetched.export, int(number))))


async def archive(call: Call[Nothing]) -> FileAnswer:
    store = call.site.store
    fetched = await bulk_export.fetch(store, call.officer, call.path("id"))
    name = f"incidents-{fetched.export.district}-{fetched.export.id}.zip"
    return FileAnswer(zipped(_files(store, fetched), call.now), "application/zip", _named(name))


async def _files(store: Store, fetched: Fetched) -> AsyncIterator[tuple[str, bytes]]:
    yield "manifest.json", encode(manifest(fetched.export, fetched.files))
    async for one, content in bulk_export.each_opened(store, fetched):
        yield name_of(fetched.export, one.number), content


def _named(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}


def _endpoint(method: str, path: str, name: str, handler: Any, summary: str, **more: Any) -> Endpoint:
    return Endpoint(
        method=method, path=path, name=name, handler=handler, summary=summary, module="platform",
        where=whereabouts.to_its_end, **more,
    )  # fmt: skip


ENDPOINTS = [
    _endpoint(
        "POST", "/api/v1/bulk-exports", "ask_bulk_export", ask,
        "The incidents of a district and period, at most 366 days, as files that a worker writes from now on.",
        body=NewBulkExport, answers={202: AskedBulkExport}, repeatable=True,
        errors=(Forbidden, InvalidField, TooManyRequests),
    ),
    _endpoint(
        "GET", "/api/v1/districts/{code}/bulk-exports", "bulk_exports", of_district,
        "The district's twenty newest exports: how far each is, and where its files are had.",
        answers={200: BulkExports}, errors=(Forbidden,),
    ),
    _endpoint(
        "DELETE", "/api/v1/bulk-exports/{id}", "cancel_bulk_export", cancel,
        "Nothing more is written of it, and what was written goes.",
        answers={204: None}, errors=(NotFound, Forbidden, Conflict),
    ),
    _endpoint(
        "GET", "/api/v1/bulk-exports/{id}/files/{number}", "bulk_export_file", file,
        "One file of an export that is ready.",
        answers={200: None}, errors=(NotFound, Forbidden), media="application/octet-stream",
    ),
    _endpoint(
        "GET", "/api/v1/bulk-exports/{id}/files.zip", "bulk_export_archive", archive,
        "All files of an export that is ready, with a manifest of their sums.",
        answers={200: None}, errors=(NotFound, Forbidden), media="application/zip",
    ),
]  # fmt: skip
