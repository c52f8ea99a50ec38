"""How many accidents one phone or one address may report: the table ``limits``, for the kind ``accident``.

A phone's first report of an accident for the police is never refused, whatever its address has reported: behind one
address may be a whole town. Phones are known by a name that we gave them with the page, and pages are limited.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from models.actions import counting, deciding
from models.actions.counting import Counted, Limit
from models.errors import TooManyRequests
from models.store import Change
from models.tables import accident_parties, participants

# Who joined another's report has reported nothing.
ACCIDENTS = Counted(
    participants.c.joined_at,
    participants.c.id.in_(select(accident_parties.c.id).where(accident_parties.c.side == "a")),
)


async def check(
    change: Change, district: str, reason: str, *, device: bytes | None, address: bytes | None, alert: bool
) -> None:
    """Raises TooManyRequests with the row that refused."""
    if not change.store.settings.limits:
        return
    known = {"device": device, "address": address}
    columns = {"device": participants.c.device, "address": participants.c.address}
    facts = deciding.facts(change.store, district, "accident", reason, change.at)
    matched = deciding.ask(change.store, "limits", district, change.at, facts).matched
    limits = [
        counting.limit_of(name, row, columns[row["subject"]] == known[row["subject"]], ACCIDENTS)
        for name, row in zip(matched.rows, matched.results, strict=True)
        if known.get(row["subject"]) is not None
    ]
    for limit in limits:
        until = await counting.refused(change, limit)
        if until is None or (alert and device is not None and await _first(change, device, limits)):
            continue
        raise TooManyRequests(retry_at=until, limit=limit.name)


async def _first(change: Change, device: bytes, limits: list[Limit]) -> bool:
    """Whether the phone has reported none as far back as anything counts."""
    since = max((one.window + one.block for one in limits), default=timedelta(0))
    query = select(participants.c.id).where(
        ACCIDENTS.which, participants.c.device == device, participants.c.joined_at > change.at - since
    )
    return (await change.connection.execute(query.limit(1))).first() is None
