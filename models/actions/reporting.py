"""A citizen tells of an offence: what was seen, the plate, the place, photos or a short video; or he joins another.

A report is no incident: it waits for an officer's review (程序规定 14, 19, 23), and only then becomes one, or the draft
of a case. Leaves to others: which are the same (``report_sameness``), the review (``reviewing``), how it is shown
(``queries.reports``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select, update

from models import plates
from models.actions import deciding, report_limits, report_sameness, report_steps, uploads
from models.actions.deciding import Decision
from models.actions.idempotency import Keeping
from models.actions.incident_change import until_saved
from models.actions.notify import token_hash
from models.actions.parking import read_plate
from models.actions.plate_index import indexes_of
from models.actions.zoning import zone_at
from models.clock import BEIJING
from models.errors import Conflict, InvalidField
from models.geography import Location
from models.incident.evidence import CLOCK_ERROR, Wanted, check_enough
from models.incident.kinds import REASONS
from models.plates import Plate
from models.privacy import PhoneRefused, normalise_phone
from models.reports.sameness import Same
from models.store import Change, Store
from models.tables import reporters, reports
from models.tables import uploads as uploads_table

PLATE, WORDS, CONTACT = "reports.plate_sealed", "reports.words_sealed", "reporters.contact_sealed"
LONGEST_PLACE, LONGEST_WORDS, LONGEST_CONTACT = 120, 500, 40  # characters
MOST_UPLOADS = 21  # photos and a video
Joins = Literal["ask", "join", "new"]


@dataclass(frozen=True, slots=True)
class NewReport:
    """``holder`` sent the ``uploads``; ``live``: they were taken in the page. ``contact``: a phone, if he leaves one.

    ``joins``: what becomes of it if somebody told the same before: he is asked first, joins, or it stands for itself.
    """

    offence: str
    plate: str = field(repr=False)
    district: str
    happened_at: datetime
    uploads: tuple[str, ...]
    holder: str
    address: bytes
    device: bytes | None = None
    plate_class: str | None = None
    location: Location | None = None
    place: str | None = None
    words: str | None = field(default=None, repr=False)
    contact: str | None = field(default=None, repr=False)
    live: bool = False
    joins: Joins = "ask"


@dataclass(frozen=True, slots=True)
class Reported:
    """``token`` is told only now. ``joined``: somebody was first. ``same``: nothing was written, he is to choose."""

    id: str | None
    token: str | None = field(repr=False)
    joined: bool = False
    same: Same | None = None
    due_by: datetime | None = None


Then = Keeping[Reported]


async def file(store: Store, new: NewReport, *, then: Then | None = None) -> Reported:
    """Files it, joins it, or says that there is the same.

    Raises InvalidField; Conflict where pictures are still examined (``pictures_waiting``) or are too few;
    TooManyRequests for who told too often, or told the untruth too often.
    """
    plate = _checked(new, store.clock.now())

    async def work(change: Change) -> Reported:
        reported = await _file(change, new, plate)
        if then is not None:
            await then(change, reported)
        return reported

    return await until_saved(lambda: store.run(work))


def _checked(new: NewReport, now: datetime) -> Plate:
    if new.offence not in REASONS["report"]:
        raise InvalidField(field="offence", why="unknown")
    for name, text, most in (
        ("place", new.place, LONGEST_PLACE),
        ("words", new.words, LONGEST_WORDS),
        ("contact", new.contact, LONGEST_CONTACT),
    ):
        if text is not None and len(text) > most:
            raise InvalidField(field=name, why="too_long", limit=most)
    if new.location is None and not (new.place or "").strip():
        raise InvalidField(field="place", why="required")
    if not new.uploads:
        raise InvalidField(field="uploads", why="required")
    if len(new.uploads) > MOST_UPLOADS or len(set(new.uploads)) != len(new.uploads):
        raise InvalidField(field="uploads", why="too_many", limit=MOST_UPLOADS)
    if new.happened_at > now + CLOCK_ERROR:
        raise InvalidField(field="happened_at", why="not_yet")
    _phone(new.contact)
    return read_plate(new.plate, new.plate_class)


def _phone(contact: str | None) -> str | None:
    """In E.164. Raises InvalidField for what is no mobile number: nobody could be told anything."""
    try:
        return normalise_phone(contact) if contact and contact.strip() else None
    except PhoneRefused as refused:
        raise InvalidField(field="contact", why=refused.why) from None


async def _file(change: Change, new: NewReport, plate: Plate) -> Reported:
    rule = rule_of(change.store, new.district, new.offence, change.at)
    await report_limits.check(change, new, rule.result)
    indexes = indexes_of(change.store, plate.number, plate.plate_class)
    media = await _media(change, new)
    _check_evidence(change, new, media)
    known = None if new.joins == "new" else await report_sameness.find(change, new, indexes, rule.result)
    if known is not None and new.joins == "ask":
        return Reported(None, None, same=known)
    token = change.store.ids.secret()
    if known is not None and new.joins == "join":
        return await _join(change, new, known, token)
    row = await _row(change, new, plate, indexes[0], rule)
    await uploads.attach(change, new.holder, "report", new.uploads, about=row["id"])
    change.writes.add(reports, row)
    by = _person(change, new, row["id"], token, first=True)
    change.writes.add(report_steps.table, report_steps.row(change, row["id"], 1, "file", "waiting", by))
    report_steps.tell(change, "report_filed", row)
    return Reported(row["id"], token, due_by=row["due_by"])


def rule_of(store: Store, district: str, offence: str, at: datetime) -> Decision:
    """What the table ``reports`` says of it."""
    given = {"offence": offence, "hour": at.astimezone(BEIJING).hour}
    return deciding.ask(store, "reports", district, at, given)


async def _media(change: Change, new: NewReport) -> list[Any]:
    """What was sent, examined: whether it is evidence can be said of nothing else."""
    query = select(uploads_table).where(
        uploads_table.c.id.in_(new.uploads),
        uploads_table.c.holder == new.holder,
        uploads_table.c.purpose == "report",
        uploads_table.c.about.is_(None),
    )
    rows = list((await change.connection.execute(query)).all())
    if len(rows) < len(new.uploads):
        raise InvalidField(field="uploads", why="unknown")
    if any(row.state == "refused" for row in rows):
        raise InvalidField(field="uploads", why="refused")
    if any(row.state != "ready" for row in rows):
        raise Conflict(why="pictures_waiting")
    return rows


def _check_evidence(change: Change, new: NewReport, media: Sequence[Any]) -> None:
    given = {"by": "citizen", "purpose": "illegal_parking"}
    wanted = Wanted.of(deciding.ask(change.store, "evidence", new.district, change.at, given).result)
    if new.happened_at < change.at - wanted.oldest:
        hours = max(1, int(wanted.oldest.total_seconds() // 3600))
        raise InvalidField(field="happened_at", why="too_old", hours=hours)
    if any(row.kind == "video" for row in media):
        return  # it shows what goes on by itself
    check_enough(wanted, [row.taken_at or row.received_at for row in media])


async def _join(change: Change, new: NewReport, known: Same, token: str) -> Reported:
    """His own pictures go with it: what one phone shows badly another may show well."""
    query = select(reports).where(reports.c.id == known.id).with_for_update()
    row = (await change.connection.execute(query)).one()
    await uploads.attach(change, new.holder, "report", new.uploads, about=known.id)
    change.writes.later(
        update(reports)
        .where(reports.c.id == known.id)
        .values(
            people=reports.c.people + 1,
            media=reports.c.media + len(new.uploads),
            version=reports.c.version + 1,
        )
    )
    by = _person(change, new, known.id, token, first=False)
    number = await report_steps.next_number(change, known.id)
    change.writes.add(report_steps.table, report_steps.row(change, known.id, number, "join", row.state, by))
    return Reported(known.id, token, joined=True, due_by=row.due_by)


def _person(change: Change, new: NewReport, report_id: str, token: str, *, first: bool) -> str:
    person = change.store.ids.row()
    contact = _phone(new.contact)
    sealed = change.store.vault.seal(CONTACT, person, contact) if contact else None
    change.writes.add(
        reporters,
        {
            "id": person,
            "report_id": report_id,
            "token_hash": token_hash(token),
            "device": new.device,
            "address": new.address,
            "first": first,
            "contact_sealed": sealed,
            "joined_at": change.at,
        },
    )
    return f"reporter:{person}"


async def _row(change: Change, new: NewReport, plate: Plate, index: bytes, rule: Decision) -> dict[str, Any]:
    store, report_id, where = change.store, change.store.ids.new(), new.location
    zone = await zone_at(change, new.district, where)
    words = (new.words or "").strip()
    return {
        "id": report_id,
        "district": new.district,
        "zone": None if zone is None else zone.code,
        "offence": new.offence,
        "state": "waiting",
        "version": 1,
        "plate_sealed": store.vault.seal(PLATE, report_id, plate.number),
        "plate_index": index,
        "plate_masked": plates.mask(plate.number),
        "plate_class": plate.plate_class,
        "place": (new.place or "").strip() or None,
        "lat": None if where is None else where.lat,
        "lng": None if where is None else where.lng,
        "accuracy_m": None if where is None else where.accuracy_m,
        "words_sealed": store.vault.seal(WORDS, report_id, words) if words else None,
        "happened_at": new.happened_at,
        "filed_at": change.at,
        "due_by": await report_steps.due(change, new.district, rule.result["working_days"]),
        "media": len(new.uploads),
        "live": new.live,
        "people": 1,
    }
