"""An accident as a party or an officer may see it; and what whoever holds a document may know of it.

Each party reads its own data whole and the other's masked. Officers read both masked: what the law wants written
stands on the document. Of a document's code nobody learns more than the paper says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.access.rights import may, role_of
from models.accident.details import Details, for_officers, masked, own
from models.accident.forms import OPPOSITE
from models.actions import scene
from models.actions.accident_parties import details_of
from models.actions.accident_terms import because, shots_of, suggest
from models.caller import Caller, Officer, Participant
from models.clock import iso, iso_or_none
from models.errors import Forbidden, NotFound
from models.queries.accident_reviews import ask_by, receipts_of, review_of
from models.queries.incident import url_of
from models.store import Store
from models.tables import (
    accident_documents,
    accident_parties,
    accident_shots,
    accidents,
    cities,
    districts,
    incidents,
    photos,
    pictures,
)

View = dict[str, Any]


async def accident_for(store: Store, accident_id: str, caller: Caller) -> View:
    """Raises NotFound, Forbidden. Numbers stand in it of nobody but the party who looks (``accident_calls``)."""
    async with store.database.read() as connection:
        row = await _row(connection, accident_id)
        _check(row, caller)
        parties = await _parties(connection, accident_id)
        own_id = caller.id if isinstance(caller, Participant) else None
        you = next((one.side for one in parties if one.id == own_id), None)
        view = _facts(store, row, you)
        view["parties"] = [_party(store, row, one, you) for one in parties]
        view["photos"] = await _photos(connection, accident_id)
        view["coming"] = await scene.coming(connection, accident_id, store.clock.now())
        documents = await _documents(connection, accident_id)
        received = await receipts_of(connection, [one.id for one in documents])
        view["documents"] = [_document(one, received[one.id]) for one in documents]
        view["review_by"] = await ask_by(connection, row.district, documents)
        is_officer = isinstance(caller, Officer)
        view["review"] = await review_of(store, connection, accident_id, you, is_officer=is_officer)
    return view


async def _row(connection: AsyncConnection, accident_id: str) -> Row[Any]:
    query = (
        select(
            accidents,
            incidents.c.district,
            incidents.c.status,
            incidents.c.officer_id,
            incidents.c.requested_at,
            incidents.c.respond_by,
        )
        .join(incidents, incidents.c.id == accidents.c.id)
        .where(accidents.c.id == accident_id)
    )
    row = (await connection.execute(query)).first()
    if row is None:
        raise NotFound
    return row


def _check(row: Row[Any], caller: Caller) -> None:
    if isinstance(caller, Participant):
        if caller.incident_id != row.id:
            raise Forbidden
        return
    if not isinstance(caller, Officer) or row.district not in caller.districts:
        raise Forbidden
    if not may(role_of(caller), "accident"):
        raise Forbidden


async def _parties(connection: AsyncConnection, accident_id: str) -> list[Row[Any]]:
    query = select(accident_parties).where(accident_parties.c.accident_id == accident_id)
    return list((await connection.execute(query.order_by(accident_parties.c.side))).all())


def _facts(store: Store, row: Row[Any], you: str | None) -> View:
    why: dict[str, str] = {}
    if row.did_a is not None and row.did_b is not None:
        found = suggest(store, row.district, row.requested_at, row.did_a, row.did_b)
        version = store.rules.in_force("fault", row.district, row.requested_at)
        why = because(version, found.row)
    return {
        "id": row.id,
        "district": row.district,
        "you": you,
        "status": row.status,
        "path": row.path,
        "answers": [one for one in row.answers.split(",") if one],
        "move": row.move,
        "rescue": row.rescue,
        "called_back": row.call_sealed is not None,
        "respond_by": iso(row.respond_by),
        "reported_at": iso(row.requested_at),
        "happened_at": iso(row.happened_at),
        "weather": row.weather,
        "form": row.form,
        "shots": shots_of(store, row.district, row.requested_at, row.form) if row.form else [],
        "terms": row.terms,
        "suggested": row.suggested,
        "because": why,
    }


def _party(store: Store, row: Row[Any], party: Row[Any], you: str | None) -> View:
    first = party.side == "a"
    grade = row.grade_a and (row.grade_a if first else OPPOSITE[row.grade_a])
    details = details_of(store, party)
    return {
        "side": party.side,
        "complete": party.complete,
        "signed": party.signed_terms is not None and party.signed_terms == row.terms,
        "did": row.did_a if first else row.did_b,
        "grade": grade,
        "details": _told(details, party.side, you),
    }


def _told(details: Details, side: str, you: str | None) -> View:
    """One's own whole; to officers, who are no party, with the statement."""
    if side == you:
        return own(details)
    return masked(details) if you else for_officers(details)


async def _photos(connection: AsyncConnection, accident_id: str) -> list[View]:
    query = (
        select(photos.c.id, photos.c.uploaded_at, accident_shots.c.shot, pictures.c.id.label("picture"))
        .outerjoin(accident_shots, accident_shots.c.photo_id == photos.c.id)
        .outerjoin(pictures, and_(pictures.c.upload_id == photos.c.id, pictures.c.position == 0))
        .where(photos.c.incident_id == accident_id)
        .order_by(photos.c.uploaded_at, photos.c.id)
    )
    return [
        {"id": row.id, "url": url_of(row.id, row.picture), "shot": row.shot, "at": iso(row.uploaded_at)}
        for row in await connection.execute(query)
    ]


async def _documents(connection: AsyncConnection, accident_id: str) -> list[Row[Any]]:
    query = select(accident_documents).where(accident_documents.c.accident_id == accident_id)
    return list((await connection.execute(query.order_by(accident_documents.c.made_at))).all())


def _document(row: Row[Any], received: list[View]) -> View:
    return {
        "id": row.id,
        "kind": row.kind,
        "code": row.code,
        "sha256": bytes(row.sha256).hex(),
        "made_at": iso(row.made_at),
        "officer": row.officer_number,
        "withdrawn_at": iso_or_none(row.withdrawn_at),
        "withdrawn_reason": row.withdrawn_reason,
        "received": received,
        "url": f"/api/v1/accident-documents/{row.id}",
    }


async def document_for(store: Store, document_id: str, caller: Caller) -> Row[Any]:
    """The document's row, for the parties and, since it is whole, officers who may determine. Raises NotFound,

    Forbidden.
    """
    query = (
        select(accident_documents, incidents.c.district)
        .join(incidents, incidents.c.id == accident_documents.c.accident_id)
        .where(accident_documents.c.id == document_id)
    )
    async with store.database.read() as connection:
        row = (await connection.execute(query)).first()
    if row is None or row.file is None:
        raise NotFound
    if isinstance(caller, Participant):
        if caller.incident_id != row.accident_id:
            raise Forbidden
    elif not isinstance(caller, Officer) or row.district not in caller.districts:
        raise Forbidden
    return row


@dataclass(frozen=True, slots=True)
class Verified:
    """What whoever holds the paper may know: names of nobody. ``plates`` masked; ``grade_a`` of the first party.

    ``incident``: for whoever of its district is signed in, and for nobody else.
    """

    incident: str
    district_code: str
    kind: str
    code: str
    sha256: str
    made_at: datetime
    happened_at: datetime
    district: tuple[str, str]
    platform: str
    city: str
    place: str | None
    form: str | None
    plates: tuple[str | None, ...]
    grade_a: str
    photos: int
    officer: str | None
    unit: str | None
    withdrawn_at: datetime | None
    received: tuple[tuple[str, str], ...]
    review: str | None


async def verified(store: Store, code: str) -> Verified | None:
    """By the code that stands on it; None for none of ours."""
    query = (
        select(
            accident_documents,
            accidents.c.happened_at,
            accidents.c.form,
            incidents.c.place,
            incidents.c.photos,
            districts.c.code.label("district_code"),
            districts.c.name,
            districts.c.name_en,
            districts.c.city_code,
            cities.c.platform,
        )
        .join(accidents, accidents.c.id == accident_documents.c.accident_id)
        .join(incidents, incidents.c.id == accidents.c.id)
        .join(districts, districts.c.code == incidents.c.district)
        .join(cities, cities.c.code == districts.c.city_code)
        .where(accident_documents.c.code == code)
    )
    async with store.database.read() as connection:
        row = (await connection.execute(query)).first()
        if row is None:
            return None
        parties = await _parties(connection, row.accident_id)
        received = (await receipts_of(connection, [row.id]))[row.id]
        review = await review_of(store, connection, row.accident_id, None, is_officer=False)
    return Verified(
        incident=row.accident_id,
        district_code=row.district_code,
        kind=row.kind,
        code=row.code,
        sha256=bytes(row.sha256).hex(),
        made_at=row.made_at,
        happened_at=row.happened_at,
        district=(row.name, row.name_en),
        platform=row.platform,
        city=row.city_code,
        place=row.place,
        form=row.form,
        plates=tuple(one.plate_masked for one in parties),
        grade_a=row.grade_a,
        photos=row.photos,
        officer=row.officer_number,
        unit=row.unit,
        withdrawn_at=row.withdrawn_at,
        received=tuple((one["side"], one["answer"]) for one in received),
        review=None if review is None or review["document"] != row.id else review["state"],
    )
