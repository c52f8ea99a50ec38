"""How many accidents one phone or one address may report: the table ``limits``, for the kind ``accident``.

A phone's first report of an accident for the police is never refused, whatever its address has reported: behind one
address may be a whole town. Phones are known by a name that we gave them with the page, and pages are limited.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select

from models.actions import deciding
from models.errors import TooManyRequests
from models.store import Change
from models.tables import accident_parties, participants


async def check(
    change: Change, district: str, reason: str, *, device: bytes | None, address: bytes | None, alert: bool
) -> None:
    """Raises TooManyRequests with the row that refused."""
    if not change.store.settings.limits:
        return
    known = {"device": device, "address": address}
    columns = {"device": participants.c.device, "address": participants.c.address}
    facts = deciding.facts(change.store, district, "accident", reason, change.at)
    decision = deciding.ask(change.store, "limits", district, change.at, facts)
    longest = timedelta(0)
    for name, row in zip(decision.matched.rows, decision.matched.results, strict=True):
        value = known.get(row["subject"])
        if value is None:
            continue
        window = timedelta(seconds=row["seconds"])
        longest = max(longest, window)
        latest = await _reported(change, columns[row["subject"]] == value, window, row["most"])
        if len(latest) < row["most"]:
            continue
        if (
            alert
            and device is not None
            and not await _reported(change, columns["device"] == device, longest, 1)
        ):
            continue
        retry_at = max(latest[-1] + window, change.at + timedelta(seconds=row["block_seconds"]))
        raise TooManyRequests(retry_at=retry_at, limit=name)


async def _reported(
    change: Change, same: ColumnElement[bool], window: timedelta, most: int
) -> list[datetime]:
    """When the latest ones were reported, the newest first; who joined another's report has reported nothing."""
    query = (
        select(participants.c.joined_at)
        .join(accident_parties, accident_parties.c.id == participants.c.id)
        .where(accident_parties.c.side == "a", same, participants.c.joined_at > change.at - window)
        .order_by(participants.c.joined_at.desc())
        .limit(most)
    )
    return list((await change.connection.execute(query)).scalars())
