"""Searching for a vehicle: a reason each time, a record of each try, and so many an hour that nobody trawls.

The record names the plate by its blind index only: an auditor who knows a plate can ask whether it was searched for,
and whoever reads the audit has no list of plates. Leaves to others: what is found (``models.queries.vehicle_history``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from sqlalchemy import func, select

from models import plates
from models.access.deeds import Deed
from models.access.rights import may, role_of
from models.actions import audit
from models.actions.reasoned import given_reason
from models.caller import Officer
from models.errors import Forbidden, InvalidField, TooManyRequests
from models.store import Change, Store
from models.tables import audit as records
from models.tables import officers

ACTION: Deed = "search_history"
MOST_AN_HOUR = (
    30  # searches of one officer: a long shift at the roadside, and nobody's way to read a car park
)
HOUR = timedelta(hours=1)
# Further pages of what was found, and a page that is loaded again, are the same look.
ONE_LOOK = timedelta(minutes=10)
SHORTEST_REASON = 2
LONGEST_FRAME = 40

What = Literal["plate", "frame", "sticker"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """By its whole plate, the whole number on its frame, or its sticker's code. Never by a part of one."""

    what: What
    value: str = field(repr=False)
    plate_class: str | None = None


def checked(what: What, text: str, plate_class: str | None) -> Wanted:
    """In canonical form. Raises InvalidField with the field that is wrong."""
    if what == "plate":
        try:
            plate = plates.parse(text, plate_class)
        except plates.PlateError as refused:
            where = "plate_class" if refused.why in {"unknown_class", "class_mismatch"} else "plate"
            raise InvalidField(field=where, why=refused.why) from None
        return Wanted("plate", plate.number, plate_class)
    if what == "frame":
        return Wanted("frame", frame_number(text))
    if not text.strip() or len(text) > 60:
        raise InvalidField(field="sticker", why="unknown")
    return Wanted("sticker", text.strip())


def frame_number(text: str) -> str:
    """What is stamped on a frame, in one form. Raises InvalidField."""
    number = plates.canonical(text)
    if not 5 <= len(number) <= LONGEST_FRAME or not (number.isascii() and number.isalnum()):
        why = (
            "too_short" if len(number) < 5 else "too_long" if len(number) > LONGEST_FRAME else "bad_character"
        )
        raise InvalidField(field="frame", why=why)
    return number


async def record(store: Store, officer: Officer, wanted: Wanted, reason: str) -> None:
    """The officer may look now. Raises InvalidField, Forbidden, TooManyRequests; what is refused is recorded as well.

    The same search within ten minutes is the same look: it is neither counted nor recorded again.
    """
    reason = given_reason(reason, shortest=SHORTEST_REASON)
    subject = subject_of(store, wanted)
    async with store.change() as change:
        refused = await _refused(change, officer, subject)
        if refused is None:
            return
        allowed = refused is _ALLOWED
        await audit.record(change, officer, ACTION, subject, reason=reason, success=allowed)
    if not allowed:
        raise refused


def subject_of(store: Store, wanted: Wanted) -> str:
    """How the audit names what was searched for."""
    return f"{wanted.what}:{store.vault.index('audit.searched', f'{wanted.what}|{wanted.value}').hex()}"


_ALLOWED = TooManyRequests()


async def _refused(change: Change, officer: Officer, subject: str) -> Forbidden | TooManyRequests | None:
    """None: the same look as just now. ``_ALLOWED``: a new one within the limit."""
    if not may(role_of(officer), ACTION):
        return Forbidden()
    # One after the other, so that of many at once none slips past the count.
    await change.connection.execute(
        select(officers.c.id).where(officers.c.id == officer.id).with_for_update()
    )
    mine = (records.c.actor == officer.subject, records.c.action == ACTION, records.c.success)
    again = select(records.c.id).where(
        *mine, records.c.subject == subject, records.c.at > change.at - ONE_LOOK
    )
    if (await change.connection.execute(again.limit(1))).first() is not None:
        return None
    query = select(func.count(), func.min(records.c.at)).where(*mine, records.c.at > change.at - HOUR)
    count, first = (await change.connection.execute(query)).one()
    if count >= MOST_AN_HOUR and change.store.settings.limits:
        return TooManyRequests(retry_at=first + HOUR, limit=MOST_AN_HOUR, why="plate_searches")
    return _ALLOWED
