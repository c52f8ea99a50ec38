"""How often may be asked, by device, address, vehicle and sticker: the table ``limits``, counted over requests.

WUFEN_LIMITS=off lifts all of them. The lock after wrong plate tails is not one of them (`proof`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, select

from models.actions import counting, deciding, refusals
from models.actions.counting import Limit
from models.actions.deciding import Decision
from models.actions.refusals import Refusal
from models.errors import TooManyRequests
from models.rules.book import Version
from models.store import Change
from models.tables import incidents, participants

# Who joins an open request harasses nobody: the owner is told about that car already.
NEW_ONLY = frozenset({"vehicle", "sticker"})


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
        counting.limit_of(name, one, subjects[one["subject"]])
        for name, one in matched
        if one["subject"] in subjects
    ]
    joins = exists().where(
        incidents.c.vehicle_id == sticker.vehicle_id,
        incidents.c.kind == "move_car",
        incidents.c.status != "closed",
    )
    columns = [
        column.label(f"limit_{number}")
        for number, limit in enumerate(limits)
        for column in (counting.nth(limit, limit.most, change.at), counting.last(limit, change.at))
    ]
    query = select(select(joins).scalar_subquery().label("joins"), *columns)
    row = (await change.connection.execute(query)).one()
    for number, limit in enumerate(limits):
        until = counting.refused_until(limit, row[1 + 2 * number], row[2 + 2 * number])
        if until is None or until <= change.at or (row.joins and limit.subject in NEW_ONLY):
            continue
        digests = _digests(change, limit.subject, sticker, device, address)
        instead = await refusals.instead_of(change, limit.name, digests)
        if instead is None or await _still_refused(change, limit, instead[1]):
            result = next(one for name, one in matched if name == limit.name)
            return Refusal(decision, limit.name, result, digests[0], sticker.id, sticker.district, until)
        decision = replace(decision, instead=f"override:{instead[0]}")
    return decision


async def check_person(
    change: Change, district: str, kind: str, reason: str, *, device: bytes | None, address: bytes | None
) -> Decision | Refusal | None:
    """The same for what is about no car: by device and address alone, over everything that either asked for."""
    if not change.store.settings.limits:
        return None
    given = deciding.facts(change.store, district, kind, reason, change.at)
    decision = deciding.ask(change.store, "limits", district, change.at, given)
    subjects = {} if address is None else {"address": (participants.c.address == address, address)}
    if device is not None:
        subjects["device"] = (participants.c.device == device, device)
    for name, one in zip(decision.matched.rows, decision.matched.results, strict=True):
        if one["subject"] not in subjects:
            continue
        same, who = subjects[one["subject"]]
        limit = counting.limit_of(name, one, same)
        until = await counting.refused(change, limit)
        if until is None:
            continue
        digests = _digests_of(change, one["subject"], who.hex())
        instead = await refusals.instead_of(change, name, digests)
        if instead is None or await _still_refused(change, limit, instead[1]):
            return Refusal(decision, name, one, digests[0], None, district, until)
        decision = replace(decision, instead=f"override:{instead[0]}")
    return decision


async def check_key(change: Change, digest: bytes, most: int) -> None:
    """At most so many an hour of another program's key. Raises TooManyRequests."""
    if not change.store.settings.limits:
        return
    same = participants.c.device == digest
    limit = Limit("key", "device", same, most, timedelta(hours=1), timedelta(0))
    first = (await change.connection.execute(select(counting.nth(limit, most, change.at)))).scalar_one()
    if first is not None:
        raise TooManyRequests(retry_at=first + limit.window)


async def _still_refused(change: Change, limit: Limit, instead: Mapping[str, Any]) -> bool:
    """Whether even what somebody let hold for this one refuses him."""
    wider = counting.limit_of(limit.name, instead, limit.same)
    return await counting.refused(change, wider) is not None


def _digests(
    change: Change, subject: str, sticker: Row[Any], device: bytes | None, address: bytes
) -> tuple[bytes, ...]:
    """Stands for whom a limit counts, as its requests alone tell it; under every key, the newest first."""
    known = {
        "device": (device or b"").hex(),
        "address": address.hex(),
        "vehicle": str(sticker.vehicle_id),
        "sticker": str(sticker.id),
        "device_and_vehicle": f"{(device or b'').hex()}|{sticker.vehicle_id}",
    }
    return _digests_of(change, subject, known[subject])


def _digests_of(change: Change, subject: str, who: str) -> tuple[bytes, ...]:
    return change.store.vault.indexes("refused_requests.subject", f"{subject}|{who}")


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
