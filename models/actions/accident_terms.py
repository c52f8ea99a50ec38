"""What the parties put down together: the form of the accident, who did what, and who answers for it.

The table ``fault`` suggests; parties may agree on another grade. Each photo of the guide is named here, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from models.accident.forms import (
    FORMS,
    GRADES,
    MANOEUVRES_OF,
    OPPOSITE,
    ORDINARY,
    SHOTS,
    UNCLEAR,
    WEATHER,
    agrees,
)
from models.actions import deciding, evidence
from models.actions.accident_parties import unsign
from models.actions.accidents import changed, draft_of
from models.actions.idempotency import Keeping
from models.actions.incident_change import IncidentChange
from models.caller import Participant
from models.errors import InvalidField, NotFound
from models.incident.evidence import CLOCK_ERROR
from models.rules.book import Version
from models.store import Change, Store
from models.tables import accident_shots, photos


@dataclass(frozen=True, slots=True)
class Terms:
    """As the caller sees it: what he did (``mine``) and what the other did (``theirs``); ``grade`` is his own, and

    left out it is what the table suggests. ``happened_at``: left out it stays what it was, first when it was reported;
    how long ago it may be is the table ``evidence``'s, as for its photos.
    """

    form: str
    mine: str | None = None
    theirs: str | None = None
    grade: str | None = None
    weather: str | None = None
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """For one of two drivers. ``row`` of the version says why."""

    grade: str
    version: str
    row: str


def suggest(store: Store, district: str, at: datetime, did: str, other: str) -> Suggestion:
    """What the table says of who did ``did`` while the other did ``other``; unclear where it contradicts itself."""
    one = deciding.ask(store, "fault", district, at, {"did": did, "other": other})
    reverse = deciding.ask(store, "fault", district, at, {"did": other, "other": did})
    grade: str = one.result["grade"]
    if not agrees(grade, reverse.result["grade"]):
        grade = UNCLEAR
    row = one.matched.rows[0]
    # Who did it reads why, not that the other one did.
    if did == ORDINARY and other != ORDINARY:
        row = reverse.matched.rows[0]
    return Suggestion(grade, one.version, row)


def because(version: Version, row: str) -> dict[str, str]:
    """The row's own words, in both languages."""
    for one in version.compiled.content.rows:
        if one.id == row:
            return dict(one.note.items())
    return {}


def shots_of(store: Store, district: str, at: datetime, form: str) -> list[str]:
    """Which photos the guide asks for."""
    return list(deciding.ask(store, "scene_photos", district, at, {"form": form}).result["shots"])


async def state(
    store: Store,
    accident_id: str,
    caller: Participant,
    given: Terms,
    *,
    then: Keeping[int] | None = None,
) -> int:
    """Puts it down; returns the version of the terms, under which nobody has signed yet.

    Raises InvalidField, Forbidden, IllegalTransition.
    """
    _check(given)

    async def work(change: Change) -> int:
        draft = await draft_of(change, accident_id, caller, "state")
        side = draft.party_of(caller).side
        at = draft.changing.now.requested_at
        happened_at = given.happened_at or draft.row.happened_at
        if given.happened_at is not None:
            await _check_instant(draft.changing, given.happened_at)
        values = _columns(store, draft.changing.now.district, at, given, side)
        draft.told("drafted")
        terms = unsign(draft, **values, happened_at=happened_at)
        draft.changing.save()
        return terms

    return await changed(store, work, then)


async def _check_instant(changing: IncidentChange, happened_at: datetime) -> None:
    """Before it was reported, and no longer before than photos of it may be old. Raises InvalidField."""
    change, reported_at = changing.change, changing.now.requested_at
    _, wanted = await evidence.wanted_of(change.store, change.connection, changing.now, "citizen")
    if not reported_at - wanted.oldest <= happened_at <= min(change.at, reported_at) + CLOCK_ERROR:
        raise InvalidField(field="happened_at", why="out_of_range")


def _check(given: Terms) -> None:
    if given.form not in FORMS:
        raise InvalidField(field="form", why="unknown")
    possible = {None, ORDINARY, *MANOEUVRES_OF[given.form]}
    for name in ("mine", "theirs"):
        if getattr(given, name) not in possible:
            raise InvalidField(field=name, why="unknown")
    if given.grade is not None and given.grade not in GRADES:
        raise InvalidField(field="grade", why="unknown")
    if given.weather is not None and given.weather not in WEATHER:
        raise InvalidField(field="weather", why="unknown")


def _columns(store: Store, district: str, at: datetime, given: Terms, side: str) -> dict[str, Any]:
    did, other, grade = given.mine, given.theirs, given.grade
    if side == "b":
        did, other, grade = other, did, OPPOSITE[grade] if grade else None
    values: dict[str, Any] = {"form": given.form, "did_a": did, "did_b": other, "weather": given.weather}
    if did is None or other is None:
        return values | {"suggested": None, "rule_version": None, "grade_a": grade}
    found = suggest(store, district, at, did, other)
    grade = grade or (None if found.grade == UNCLEAR else found.grade)
    return values | {"suggested": found.grade, "rule_version": found.version, "grade_a": grade}


async def name_photo(
    store: Store,
    accident_id: str,
    caller: Participant,
    shot: str,
    photo_id: str,
    *,
    then: Keeping[str] | None = None,
) -> str:
    """The photo is the one that the guide asked for. Raises InvalidField, NotFound, Forbidden, IllegalTransition."""
    if shot not in SHOTS:
        raise InvalidField(field="shot", why="unknown")

    async def work(change: Change) -> str:
        draft = await draft_of(change, accident_id, caller, "photo")
        draft.party_of(caller)
        found = select(photos.c.id).where(photos.c.id == photo_id, photos.c.incident_id == accident_id)
        if (await change.connection.execute(found)).first() is None:
            raise NotFound(field="photo")
        same = (accident_shots.c.accident_id == accident_id, accident_shots.c.shot == shot)
        draft.told("drafted")
        draft.changing.later(delete(accident_shots).where(*same))
        draft.changing.later(
            insert(accident_shots).values(accident_id=accident_id, shot=shot, photo_id=photo_id)
        )
        unsign(draft)
        draft.changing.save()
        return photo_id

    return await changed(store, work, then)
