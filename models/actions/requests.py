"""A request to move a car: made by whoever stands before it, or joined when somebody else was first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from models import plates
from models.actions import (
    consequences,
    deciding,
    limits,
    lockouts,
    proof,
    refusals,
    trial_faults,
    variants,
    watch_hits,
)
from models.actions.around import Around, contacts_by_vehicle
from models.actions.beginning import Car, begin
from models.actions.deciding import Decision
from models.actions.idempotency import Keeping, answered_at
from models.actions.incident_change import IncidentChange, until_saved
from models.actions.proof import REFUSALS
from models.actions.refusals import Refusal
from models.actions.request_facts import open_by_vehicle, respond_seconds_by_district, stickers_by_code
from models.actions.variants import Variants
from models.actions.zoning import zone_at, zones_by_district
from models.caller import Participant
from models.errors import (
    InvalidField,
    PlateTailWrong,
    StickerUnknown,
    TooManyRequests,
)
from models.facts import Asked
from models.flags.definitions import module_key
from models.geography import Location
from models.incident import kinds
from models.incident.commands import Join
from models.incident.decide import decide
from models.incident.happened import Happened
from models.incident.incident import Incident
from models.incident.views import View, district_view, public_view
from models.rules.evaluation import Result
from models.store import Change, Store

REASONS = kinds.REASONS["move_car"]
LONGEST_MESSAGE = 200  # characters


@dataclass(frozen=True, slots=True)
class MoveRequest:
    """``device`` and ``address`` are hashes (16 bytes), for limits; no ``location``: kept to himself.

    ``prover`` is the hash for which wrong tails are counted: a device, known or guessed.
    """

    sticker: str
    plate_tail: str
    reason: str
    message: str | None = field(default=None, repr=False)
    location: Location | None = None
    device: bytes | None = None
    address: bytes | None = None
    prover: bytes | None = None


@dataclass(frozen=True, slots=True)
class Requested:
    """``view`` is the requester's; ``token`` is told only now; ``joined``: somebody was first."""

    view: View
    token: str = field(repr=False)
    joined: bool
    participant: str


Then = Keeping[Requested]


async def request_move(store: Store, request: MoveRequest, *, then: Then | None = None) -> Requested:
    """Makes the request, or joins the open one of the same car; ``then`` keeps the answer with it.

    Raises InvalidField, PlateTailWrong (counted, if there is a ``prover``), PlateTailLocked, TooManyRequests,
    IllegalTransition (an officer is at the car already) and the sticker's refusals.
    """
    if request.reason not in REASONS:
        raise InvalidField(field="reason", why="unknown")
    if request.message is not None and len(request.message) > LONGEST_MESSAGE:
        raise InvalidField(field="message", why="too_long", limit=LONGEST_MESSAGE)
    subjects = {request.sticker}

    async def work(change: Change) -> Requested | Refusal | _WrongTail:
        return await _request(change, request, then)

    try:
        made = await until_saved(lambda: store.commit("request", subjects, work))
    except Exception as error:
        await trial_faults.count(store, error, request.sticker, partial(_district, store, request))
        raise
    if isinstance(made, Requested):
        return made
    if isinstance(made, Refusal):
        reference = await refusals.keep(store, made)
        raise TooManyRequests(retry_at=made.retry_at, limit=made.row, reference=reference, why="limits")
    if request.prover is not None:
        await proof.count_wrong(store, made.sticker_id, request.prover, made.rule)
    raise PlateTailWrong(field="plate_tail", remaining=made.rule["wrong_tails"] - 1)


@dataclass(frozen=True, slots=True)
class _WrongTail:
    """Nothing was written: it is counted in a change of its own."""

    sticker_id: str
    rule: Result


async def _request(
    change: Change, request: MoveRequest, then: Then | None
) -> Requested | Refusal | _WrongTail:
    sticker = await _bound_sticker(change, request)
    await _learn(change, request, sticker, then)
    if request.prover is not None:
        await proof.refuse_locked(change, sticker.id, request.prover)
    store, district = change.store, _district(change.store, request, sticker.district)
    trying = await variants.of_request(
        store, change.connection, sticker.vehicle_id, district=district, sticker_district=sticker.district
    )
    rule = _conditions(change, request, sticker, trying)
    if not plates.tail_matches(sticker.plate, request.plate_tail):
        return _WrongTail(sticker.id, rule.result)
    change.take(("vehicle", sticker.vehicle_id))
    decisions = [rule]
    if request.address is not None:
        limited = await limits.check(
            change,
            sticker,
            request.reason,
            device=request.device,
            address=request.address,
            tried=variants.tried(change.store, "limits", trying),
        )
        if isinstance(limited, Refusal):
            return limited
        decisions += [] if limited is None else [limited]
    token = change.store.ids.secret()
    participant = change.store.ids.row()
    person = consequences.person_of(change, request, participant)
    seen = await change.fact(open_by_vehicle, sticker.vehicle_id)
    if seen is None:
        made = await _new(change, request, sticker, district, trying, rule.result, token, person)
    else:
        made = _join(change, seen, token, person)
    made.save()
    for decision in decisions:
        deciding.keep(change, made.now.id, made.now.district, decision)
    call = change.store.texts.call(made.now.district)
    view = public_view(district_view(made.now, call))
    result = Requested(view, token, joined=seen is not None, participant=participant)
    if then is not None:
        await then(change, result)
    return result


async def _learn(change: Change, request: MoveRequest, sticker: Any, then: Then | None) -> None:
    """Everything that will be asked, once the sticker's row is held, for all requests of a group at once."""
    asked: list[Asked] = [
        (open_by_vehicle, sticker.vehicle_id),
        (contacts_by_vehicle, sticker.vehicle_id),
        *watch_hits.asked(change.store, sticker.plate),
    ]
    if request.location is not None:
        asked.append((zones_by_district, _district(change.store, request, sticker.district)))
    if request.prover is not None:
        subjects = proof.subjects_of(sticker.id, request.prover)
        asked += [(lockouts.locked_by_subject, subject) for subject in subjects]
    if then is not None:
        asked.append((answered_at, then.key.key))
    await change.learn(*asked)


def _district(store: Store, request: MoveRequest, home: str) -> str:
    """The one in which the car stands if that is known and moves cars, else the sticker's."""
    place = request.location
    found = None if place is None else store.boundaries.district_of(place)
    if found is None or store.flags.set.stage(module_key("move_car"), found).state == "off":
        return home
    return found


def _join(change: Change, seen: Incident, token: str, person: dict[str, Any]) -> IncidentChange:
    caller = Participant(str(person["id"]), seen.id, "requester")
    joining = IncidentChange(change, seen, seen, f"requester:{person['id']}")
    for happened in decide(seen, Join(), caller, change.at):
        joining.happen(happened)
    consequences.joined(joining, token=token, person=person)
    return joining


def _conditions(change: Change, request: MoveRequest, sticker: Any, trying: Variants) -> Decision:
    given = {
        **deciding.facts(change.store, sticker.district, "move_car", request.reason, change.at),
        "located": request.location is not None,
    }
    tried = variants.tried(change.store, "requests", trying)
    return deciding.ask(change.store, "requests", sticker.district, change.at, given, tried)


async def _new(
    change: Change,
    request: MoveRequest,
    row: Any,
    district: str,
    trying: Variants,
    rule: Result,
    token: str,
    person: dict[str, Any],
) -> IncidentChange:
    own = row.respond_seconds
    if district != row.district:
        own = await change.fact(respond_seconds_by_district, district)
    zone = await zone_at(change, district, request.location)
    car = Car(row.vehicle_id, row.plate, request.location, sticker_id=row.id, zone=zone)
    first = begin(change, car, district, request.reason, own=own, trying=trying)
    around = Around(change.connection)
    around.knows(row.vehicle_id, await change.fact(contacts_by_vehicle, row.vehicle_id) or [])
    new = IncidentChange(change, None, first.incident, f"requester:{person['id']}", around)
    new.happen(Happened("requested", first.incident))
    variants.note(new, trying)
    first.keep(change)
    delay = timedelta(seconds=rule["delay_seconds"])
    await consequences.requested(new, token=token, delay=delay, person=person)
    await watch_hits.met(change, first.met)
    return new


async def _bound_sticker(change: Change, request: MoveRequest) -> Any:
    row = await change.fact(stickers_by_code, request.sticker)
    if row is None:
        raise StickerUnknown(field="sticker")
    if row.status != "bound":
        raise REFUSALS[row.status](field="sticker")
    return row
