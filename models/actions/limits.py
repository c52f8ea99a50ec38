"""How often may be asked, by device, address, vehicle and sticker: the table ``limits``, counted over requests.

WUFEN_LIMITS=off lifts all of them. The lock after wrong plate tails is not one of them (`proof`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, and_, exists, null, select

from models.actions import deciding, refusals
from models.actions.deciding import Decision
from models.actions.refusals import Refusal
from models.errors import TooManyRequests
from models.rules.book import Version
from models.rules.evaluation import Result
from models.store import Change
from models.tables import incidents, participants

# Who joins an open request harasses nobody: the owner is told about that car already.
NEW_ONLY = frozenset({"vehicle", "sticker"})


@dataclass(frozen=True, slots=True)
class _Limit:
    """At most ``most`` requests within ``seconds`` where ``same`` holds; then none for ``block`` after the last."""

    name: str
    subject: str
    same: ColumnElement[bool]
    most: int
    window: timedelta
    block: timedelta


async def check(
    change: Change,
    sticker: Row[Any],
    reason: str,
    *,
    device: bytes | None,
    address: bytes,
    tried: Version | None = None,
) -> Decision | Refusal | None:
    """What the table said, to be kept; None where limits are off. Or a refusal, which is the caller's to keep and tell.

    ``device`` None: it is not known as one (no cookie), and only the address counts. ``tried``: the version that is on
    trial with this car.
    """
    if not change.store.settings.limits:
        return None
    given = deciding.facts(change.store, sticker.district, "move_car", reason, change.at)
    decision = deciding.ask(change.store, "limits", sticker.district, change.at, given, tried)
    subjects = _subjects(sticker, device, address)
    matched = list(zip(decision.matched.rows, decision.matched.results, strict=True))
    limits = [
        _limit(name, one, subjects[one["subject"]]) for name, one in matched if one["subject"] in subjects
    ]
    joins = exists().where(
        incidents.c.vehicle_id == sticker.vehicle_id,
        incidents.c.kind == "move_car",
        incidents.c.status != "closed",
    )
    columns = [
        column.label(f"limit_{number}")
        for number, limit in enumerate(limits)
        for column in (_nth(limit, limit.most, change.at), _last(limit, change.at))
    ]
    query = select(select(joins).scalar_subquery().label("joins"), *columns)
    row = (await change.connection.execute(query)).one()
    for number, limit in enumerate(limits):
        until = _refused_until(limit, row[1 + 2 * number], row[2 + 2 * number])
        if until is None or until <= change.at or (row.joins and limit.subject in NEW_ONLY):
            continue
        digest = _digest(change, limit.subject, sticker, device, address)
        instead = await refusals.instead_of(change, limit.name, digest)
        if instead is None or await _still_refused(change, limit, instead[1]):
            result = next(one for name, one in matched if name == limit.name)
            return Refusal(decision, limit.name, result, digest, sticker.id, sticker.district, until)
        decision = replace(decision, instead=f"override:{instead[0]}")
    return decision


async def check_person(
    change: Change, district: str, kind: str, reason: str, *, device: bytes | None, address: bytes | None
) -> Decision | None:
    """The same for what is about no car: by device and address alone, over everything that either asked for.

    What the table said, to be kept; None where limits are off. Raises TooManyRequests.
    """
    if not change.store.settings.limits:
        return None
    given = deciding.facts(change.store, district, kind, reason, change.at)
    decision = deciding.ask(change.store, "limits", district, change.at, given)
    subjects = {} if address is None else {"address": participants.c.address == address}
    if device is not None:
        subjects["device"] = participants.c.device == device
    for name, one in zip(decision.matched.rows, decision.matched.results, strict=True):
        if one["subject"] not in subjects:
            continue
        limit = _limit(name, one, subjects[one["subject"]])
        query = select(_nth(limit, limit.most, change.at), _last(limit, change.at))
        first, last = (await change.connection.execute(query)).one()
        until = _refused_until(limit, first, last)
        if until is not None and until > change.at:
            raise TooManyRequests(retry_at=until)
    return decision


async def check_key(change: Change, digest: bytes, most: int) -> None:
    """At most so many an hour of another program's key. Raises TooManyRequests."""
    if not change.store.settings.limits:
        return
    same = participants.c.device == digest
    limit = _Limit("key", "device", same, most, timedelta(hours=1), timedelta(0))
    first = (await change.connection.execute(select(_nth(limit, most, change.at)))).scalar_one()
    if first is not None:
        raise TooManyRequests(retry_at=first + limit.window)


async def _still_refused(change: Change, limit: _Limit, instead: Mapping[str, Any]) -> bool:
    """Whether even what somebody let hold for this one refuses him."""
    wider = _limit(limit.name, instead, limit.same)
    query = select(_nth(wider, wider.most, change.at), _last(wider, change.at))
    first, last = (await change.connection.execute(query)).one()
    until = _refused_until(wider, first, last)
    return until is not None and until > change.at


def _digest(change: Change, subject: str, sticker: Row[Any], device: bytes | None, address: bytes) -> bytes:
    """Stands for whom a limit counts, as its requests alone tell it."""
    known = {
        "device": (device or b"").hex(),
        "address": address.hex(),
        "vehicle": str(sticker.vehicle_id),
        "sticker": str(sticker.id),
        "device_and_vehicle": f"{(device or b'').hex()}|{sticker.vehicle_id}",
    }
    return change.store.vault.index("refused_requests.subject", f"{subject}|{known[subject]}")


def _subjects(sticker: Row[Any], device: bytes | None, address: bytes) -> Mapping[str, ColumnElement[bool]]:
    """What is counted together, as far as it is known."""
    found: dict[str, ColumnElement[bool]] = {
        "address": participants.c.address == address,
        "vehicle": participants.c.vehicle_id == sticker.vehicle_id,
        "sticker": participants.c.sticker_id == sticker.id,
    }
    if device is not None:
        found["device"] = participants.c.device == device
        found["device_and_vehicle"] = and_(found["device"], found["vehicle"])
    return found


def _limit(name: str, result: Result, same: ColumnElement[bool]) -> _Limit:
    return _Limit(
        name,
        result["subject"],
        same,
        result["most"],
        timedelta(seconds=result["seconds"]),
        timedelta(seconds=result["block_seconds"]),
    )


def _nth(limit: _Limit, number: int, at: datetime) -> ScalarSelect[datetime]:
    """When the ``number``-th latest request was made, as far back as it can still count; else nothing."""
    return (
        select(participants.c.joined_at)
        .where(participants.c.role == "requester", limit.same)
        .where(participants.c.joined_at > at - limit.window - limit.block)
        .order_by(participants.c.joined_at.desc())
        .offset(number - 1)
        .limit(1)
        .scalar_subquery()
    )


def _last(limit: _Limit, at: datetime) -> Any:
    """When the latest one was made, which only a block asks for."""
    return _nth(limit, 1, at) if limit.block else null()


def _refused_until(limit: _Limit, first: datetime | None, last: datetime | None) -> datetime | None:
    """Once ``most`` requests were made within the window: until the first of them is old, and the block over.

    Only the last request can have used the limit up: while it was used up there was none.
    """
    if first is None:
        return None
    if last is None:
        return first + limit.window
    return None if last - first >= limit.window else max(first + limit.window, last + limit.block)
