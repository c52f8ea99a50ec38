"""The administrator's desk: accounts and stickers of his districts. People's data is not his to see."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from msgspec import Meta

from models import passwords
from models.actions import officers, sticker_changes, stickers
from models.actions.officers import NewOfficer
from models.actions.sticker_changes import Changed
from models.actions.stickers import Batch
from models.errors import Conflict, Forbidden, InvalidField, NotFound, StickerUnknown
from models.printing import qr
from models.printing import sheet as printing
from models.queries.stickers import coverage, issued_batches, sticker_face
from web.answers import Answer, FileAnswer
from web.api.shapes import MaybeReason
from web.endpoint import Call, Endpoint, Nothing, Shape, keeping

Short = Annotated[str, Meta(min_length=1, max_length=60)]
Code = Annotated[str, Meta(min_length=1, max_length=12)]


class NewBatch(Shape):
    district: Code
    count: Annotated[int, Meta(ge=1, le=stickers.MOST)]


class BatchView(Shape):
    id: str
    district: str
    count: int
    issued_at: str
    fresh: int
    bound: int
    sheet: str


class NewBatchView(Shape):
    id: str
    district: str
    count: int
    codes: list[str]
    sheet: str


class OneBatch(Shape):
    batch: NewBatchView


class Batches(Shape):
    batches: list[BatchView]


class DistrictCoverage(Shape):
    """``bound`` cars have a sticker of the district; ``vehicles`` are registered there, null when unknown."""

    district: str
    bound: int
    vehicles: int | None


class Coverage(Shape):
    coverage: list[DistrictCoverage]


class Revocation(Shape):
    reason: MaybeReason | None = None


class Revoked(Shape):
    sticker: str
    status: str


class Applicant(Shape):
    username: Annotated[str, Meta(min_length=2, max_length=60, pattern=r"^[A-Za-z0-9_.@-]+$")]
    password: Annotated[str, Meta(min_length=1, max_length=256)]
    role: Literal["police", "auxiliary", "commander", "administrator"]
    service_number: Annotated[str, Meta(min_length=1, max_length=20)]
    unit: Short
    districts: Annotated[list[Code], Meta(min_length=1, max_length=50)]
    name: Annotated[str, Meta(max_length=40)] | None = None


class OfficerAdded(Shape):
    id: str


class OfficerView(Shape):
    id: str
    username: str
    role: str
    service_number: str
    unit: str
    active: bool
    districts: list[str]


class Officers(Shape):
    officers: list[OfficerView]


def _sheet(batch_id: str) -> str:
    return f"/api/v1/admin/stickers/{batch_id}/sheet.pdf"


async def issue(call: Call[NewBatch]) -> Answer:
    body = call.body
    then = keeping(call, _issued)
    return _issued(await stickers.issue(call.site.store, call.officer, body.district, body.count, then=then))


def _issued(batch: Batch) -> Answer:
    view = NewBatchView(
        id=batch.id,
        district=batch.district,
        count=len(batch.codes),
        codes=list(batch.codes),
        sheet=_sheet(batch.id),
    )
    return Answer(OneBatch(batch=view), 201)


async def batches(call: Call[Nothing]) -> Answer:
    found = await issued_batches(call.site.store, sorted(call.officer.districts))
    views = [BatchView(sheet=_sheet(one["id"]), **one) for one in found]
    return Answer(Batches(batches=views))


async def covered(call: Call[Nothing]) -> Answer:
    return Answer({"coverage": await coverage(call.site.store, sorted(call.officer.districts))})


async def sheet(call: Call[Nothing]) -> FileAnswer:
    batch = await stickers.batch(call.site.store, call.officer, call.path("batch"))
    if not batch.codes:
        raise NotFound
    pdf = await asyncio.to_thread(printing.sheet, batch.codes, call.site.settings.public_url, batch.design)
    name = f'attachment; filename="stickers-{batch.district}-{batch.id[:6]}.pdf"'
    return FileAnswer(pdf, "application/pdf", {"content-disposition": name})


async def svg(call: Call[Nothing]) -> FileAnswer:
    url = await _sticker_url(call)
    return FileAnswer(qr.svg(url, "Wufen").encode(), "image/svg+xml")


async def png(call: Call[Nothing]) -> FileAnswer:
    return FileAnswer(await asyncio.to_thread(qr.png, await _sticker_url(call)), "image/png")


async def _sticker_url(call: Call[Nothing]) -> str:
    face = await sticker_face(call.site.store, call.path("code"))
    if face is None or face.district not in call.officer.districts:
        raise StickerUnknown
    return qr.sticker_url(call.site.settings.public_url, face.code)


async def revoke(call: Call[Revocation]) -> Answer:
    changed = await sticker_changes.revoke(
        call.site.store,
        call.path("code"),
        call.officer,
        reason=call.body.reason,
        then=keeping(call, _revoked),
    )
    return _revoked(changed)


def _revoked(changed: Changed) -> Answer:
    return Answer(Revoked(sticker=changed.code, status=changed.status))


async def every_officer(call: Call[Nothing]) -> Answer:
    found = await officers.listed(call.site.store, sorted(call.officer.districts))
    return Answer({"officers": found})


async def add_officer(call: Call[Applicant]) -> Answer:
    body = call.body
    try:
        password_hash = await asyncio.to_thread(passwords.hash_password, body.password)
    except passwords.PasswordRefused as refused:
        raise InvalidField(field="password", why=refused.why) from None
    new = NewOfficer(
        body.username,
        password_hash,
        body.role,
        body.service_number,
        body.unit,
        tuple(body.districts),
        body.name,
    )
    return _added(await officers.add(call.site.store, new, call.officer, then=keeping(call, _added)))


def _added(officer_id: str) -> Answer:
    return Answer(OfficerAdded(id=officer_id), 201)


async def end_officer(call: Call[Nothing]) -> Answer:
    await officers.end(call.site.store, call.path("id"), call.officer)
    return Answer(Nothing())


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/admin/stickers",
        name="sticker_batches",
        handler=batches,
        summary="The batches of the administrator's districts, the newest first.",
        module="platform",
        answers={200: Batches},
    ),
    Endpoint(
        method="POST",
        path="/api/v1/admin/stickers",
        name="issue_stickers",
        handler=issue,
        summary="Issue a batch of fresh stickers for a district.",
        module="platform",
        body=NewBatch,
        answers={201: OneBatch},
        errors=(Forbidden, NotFound),
        repeatable=True,
    ),
    Endpoint(
        method="GET",
        path="/api/v1/admin/coverage",
        name="coverage",
        handler=covered,
        summary="How many cars of each of the administrator's districts have a sticker, of how many.",
        module="platform",
        answers={200: Coverage},
    ),
    Endpoint(
        method="GET",
        path="/api/v1/admin/stickers/{batch}/sheet.pdf",
        name="sticker_sheet",
        handler=sheet,
        summary="The batch's fresh stickers on A4 sheets, to print and cut.",
        module="platform",
        answers={200: None},
        errors=(NotFound,),
        media="application/pdf",
    ),
    Endpoint(
        method="GET",
        path="/api/v1/admin/stickers/{code}/qr.svg",
        name="sticker_svg",
        handler=svg,
        summary="One sticker's code as a drawing.",
        module="platform",
        answers={200: None},
        errors=(StickerUnknown,),
        media="image/svg+xml",
    ),
    Endpoint(
        method="GET",
        path="/api/v1/admin/stickers/{code}/qr.png",
        name="sticker_png",
        handler=png,
        summary="One sticker's code as a picture.",
        module="platform",
        answers={200: None},
        errors=(StickerUnknown,),
        media="image/png",
    ),
    Endpoint(
        method="POST",
        path="/api/v1/admin/stickers/{code}/revoke",
        name="revoke_sticker",
        handler=revoke,
        summary="The code is worthless from now on; the print says so politely.",
        module="platform",
        body=Revocation,
        answers={200: Revoked},
        errors=(Forbidden, StickerUnknown),
        repeatable=True,
    ),
    Endpoint(
        method="GET",
        path="/api/v1/admin/officers",
        name="officers",
        handler=every_officer,
        summary="The accounts of the administrator's districts.",
        module="platform",
        answers={200: Officers},
    ),
    Endpoint(
        method="POST",
        path="/api/v1/admin/officers",
        name="add_officer",
        handler=add_officer,
        summary="A new account.",
        module="platform",
        body=Applicant,
        answers={201: OfficerAdded},
        errors=(Forbidden, Conflict),
        repeatable=True,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/admin/officers/{id}/end",
        name="end_officer",
        handler=end_officer,
        summary="The account signs in no more; its sessions and live connections end.",
        module="platform",
        body=Nothing,
        answers={200: Nothing},
        errors=(Forbidden, NotFound, Conflict),
    ),
]
