"""A hazard of the road is reported, or followed by whoever sees the same one.

Leaves to others: what a hazard's steps bring about (``hazard_follow``), and who answers where (``agencies``).
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import consequences, deciding, filing, hazard_contacts, hazard_follow, limits, refusals
from models.actions.deciding import Decision
from models.actions.filing import About, Reporter
from models.actions.idempotency import Keeping
from models.actions.incident_change import IncidentChange, load, until_saved
from models.actions.notify import token_hash
from models.actions.refusals import Refusal
from models.caller import Participant
from models.errors import InvalidField, NotFound, TooManyRequests
from models.geography import Location, distance_m
from models.incident.commands import Join
from models.incident.decide import decide
from models.incident.kinds import REASONS
from models.incident.views import View, district_view, public_view
from models.store import Change, Store
from models.tables import districts, participants

LONGEST_MESSAGE = 5_000  # characters: a description of Open311 has 4,000, and its attributes
_NUMBER = re.compile(r"\d(?:[ -]?\d){6,}")
FARTHEST_SEAT_M = 100_000  # without boundaries: a place further from every seat lies in none of our districts


@dataclass(frozen=True, slots=True)
class HazardReport:
    """``location`` in WGS-84, or else a ``place`` in words and the ``district``. ``device`` and ``address``: hashes."""

    reason: str
    location: Location | None = None
    place: str | None = None
    district: str | None = None
    message: str | None = field(default=None, repr=False)
    device: bytes | None = None
    address: bytes | None = None
    source: str = "phone"
    # What the key of another program allows, instead of what one phone is allowed.
    most_an_hour: int | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """``view`` is the follower's; ``token`` is told only now; ``joined``: it was there already."""

    view: View
    token: str = field(repr=False)
    joined: bool
    participant: str


Then = Keeping[Followed]


async def report(store: Store, given: HazardReport, *, then: Then | None = None) -> Followed:
    """Begins a hazard, whose reporter follows it. Raises InvalidField, TooManyRequests."""
    if given.reason not in REASONS["hazard"]:
        raise InvalidField(field="reason", why="unknown")
    if given.message is not None and len(given.message) > LONGEST_MESSAGE:
        raise InvalidField(field="message", why="too_long", limit=LONGEST_MESSAGE)
    if given.place is not None and _NUMBER.search(given.place):
        # Everybody reads where it is.
        raise InvalidField(field="place", why="phone_number")
    if given.location is None and not (given.place or "").strip():
        raise InvalidField(field="location", why="required")

    return await _unless_refused(store, lambda change: _report(change, given), then)


async def _unless_refused(
    store: Store, work: Callable[[Change], Awaitable[Followed | Refusal]], then: Then | None
) -> Followed:
    """Raises TooManyRequests with the reference of a refusal, which is kept."""

    async def attempt() -> Followed | Refusal:
        async with store.change() as change:
            found = await work(change)
            if then is not None and isinstance(found, Followed):
                await then(change, found)
            return found

    made = await until_saved(attempt)
    if isinstance(made, Followed):
        return made
    reference = await refusals.keep(store, made)
    raise TooManyRequests(retry_at=made.retry_at, limit=made.row, reference=reference, why="limits")


async def _report(change: Change, given: HazardReport) -> Followed | Refusal:
    district = await district_at(change.store, change.connection, given.location, given.district)
    if district is None:
        raise InvalidField(field="location" if given.location else "district", why="outside")
    limited = None
    if given.most_an_hour is not None and given.device is not None:
        await limits.check_key(change, given.device, given.most_an_hour)
    else:
        limited = await limits.check_person(
            change, district, "hazard", given.reason, device=given.device, address=given.address
        )
        if isinstance(limited, Refusal):
            return limited
    facts = deciding.facts(change.store, district, "hazard", given.reason, change.at)
    said = deciding.ask(change.store, "hazards", district, change.at, facts)
    token = change.store.ids.secret()
    begun = await filing.begin(
        change,
        About(
            "hazard",
            given.reason,
            district,
            given.location,
            (given.place or "").strip() or None,
            officers=said.result["body"] == hazard_follow.OFFICERS,
        ),
        Reporter(token, device=given.device, address=given.address, message=given.message),
    )
    await hazard_follow.began(begun.changing, said.result, given.source)
    begun.changing.save()
    for decision in (said, limited):
        if isinstance(decision, Decision):
            deciding.keep(change, begun.changing.now.id, district, decision)
    return _followed(begun.changing, token, str(begun.participant), joined=False)


async def join(
    store: Store,
    incident_id: str,
    *,
    device: bytes | None,
    address: bytes | None,
    then: Then | None = None,
) -> Followed:
    """Whoever sees the same one follows it too. The same device again is the same follower with a new link.

    Raises NotFound, IllegalTransition (it is closed), TooManyRequests.
    """

    return await _unless_refused(store, lambda change: _join(change, incident_id, device, address), then)


async def _join(
    change: Change, incident_id: str, device: bytes | None, address: bytes | None
) -> Followed | Refusal:
    seen = await load(change, incident_id)
    if seen.kind != "hazard":
        raise NotFound
    token = change.store.ids.secret()
    changing = IncidentChange(change, seen, seen, "requester:-")
    again = None if device is None else await _follower(change.connection, incident_id, device)
    if again is not None:
        changing.later(
            update(participants).where(participants.c.id == again).values(token_hash=token_hash(token))
        )
        await hazard_contacts.renew(change, again, token)
        changing.save()
        return _followed(changing, token, again, joined=True)
    limited = await limits.check_person(
        change, seen.district, "hazard", seen.reason, device=device, address=address
    )
    if isinstance(limited, Refusal):
        return limited
    participant = change.store.ids.row()
    caller = Participant(participant, incident_id, "requester")
    changing = IncidentChange(change, seen, seen, f"requester:{participant}")
    for happened in decide(seen, Join(), caller, change.at):
        changing.happen(happened)
    person = consequences.person_of(change, Reporter(token, device=device, address=address), participant)
    consequences.joined(changing, token=token, person=person)
    await hazard_follow.follow(changing)
    changing.save()
    return _followed(changing, token, participant, joined=True)


async def _follower(connection: AsyncConnection, incident_id: str, device: bytes) -> str | None:
    query = select(participants.c.id).where(
        participants.c.incident_id == incident_id,
        participants.c.device == device,
        participants.c.withdrawn_at.is_(None),
    )
    found: str | None = (await connection.execute(query)).scalars().first()
    return found


def _followed(changing: IncidentChange, token: str, participant: str, *, joined: bool) -> Followed:
    now, store = changing.now, changing.change.store
    view = public_view(district_view(now, store.texts.call(now.district)))
    return Followed(view, token, joined, participant)


async def district_at(
    store: Store, connection: AsyncConnection, location: Location | None, said: str | None
) -> str | None:
    """The district of a place: by the boundaries; without these the one that was ``said``, else the nearest seat's.

    A place outside a boundary that is known lies not in that district, whatever is said. None where there is none.
    """
    found = None if location is None else store.boundaries.district_of(location)
    rows = (await connection.execute(select(districts.c.code, districts.c.lat, districts.c.lng))).all()
    if location is not None:
        rows = [row for row in rows if row.code == found or not store.boundaries.knows(row.code)]
    codes = {row.code for row in rows}
    if found in codes:
        return found
    if said is not None:
        return said if said in codes else None
    if location is None:
        return None
    seats = [
        (distance_m(location, Location(lat=row.lat, lng=row.lng)), row.code)
        for row in rows
        if row.lat is not None and row.lng is not None
    ]
    metres, code = min(seats, default=(FARTHEST_SEAT_M + 1.0, None))
    return code if metres <= FARTHEST_SEAT_M else None
