"""Followers of a hazard who left a phone, and what they are told: as seldom as the table ``hazard_notices`` says.

A phone may have been typed in by somebody else: one tap in any message stops it, for this hazard for good, and a phone
gets no more than so many messages a day, whoever left it where. Leaves to others: sending (``notices``), and clearing
away (``clearing_hazards``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import deciding, reach
from models.actions.incident_change import IncidentChange
from models.caller import Participant
from models.clock import BEIJING
from models.errors import Conflict, InvalidField, NotFound
from models.incident.incident import Incident, from_row
from models.privacy import PhoneRefused, mask_phone, normalise_phone
from models.rules.evaluation import Result
from models.store import Change, Store
from models.tables import cities, districts, hazard_contacts, incidents, notices, participants

PHONE, TOKEN = "hazard_contacts.phone_sealed", "hazard_contacts.token_sealed"
# By the news; each has a sentence of the catalogue (``notice.hazard_…``).
TEMPLATES = {
    "taken": "hazard_taken",
    "mended": "hazard_mended",
    "reopened": "hazard_reopened",
    "ended": "hazard_ended",
}
_TAKEN = frozenset({"noted", "accepted", "assigned", "reassigned"})
_mine = hazard_contacts.c


async def leave(store: Store, who: Participant, token: str, phone: str) -> str:
    """Takes his phone, by his own consent, for news of this hazard alone; one that he left before is forgotten.

    ``token``: his own, which the messages carry. Returns the phone, masked. Raises InvalidField for what is no phone,
    NotFound for an incident that is none of hazards, Conflict once it is over, where he has withdrawn, where the
    phone was stopped here, or follows as many as the table allows.
    """
    try:
        number = normalise_phone(phone)
    except PhoneRefused as refused:
        raise InvalidField(field="phone", why=refused.why) from None
    indexes = store.vault.indexes("hazard_contacts.phone", number)

    async def work(change: Change) -> str:
        incident = await _followed(change.connection, who)
        await _check(change, incident, indexes)
        await change.connection.execute(_forget(who, change.at))
        row = change.store.ids.row()
        change.writes.add(
            hazard_contacts,
            {
                "id": row,
                "participant_id": who.id,
                "phone_index": indexes[0],
                "phone_sealed": store.vault.seal(PHONE, row, number),
                "token_sealed": store.vault.seal(TOKEN, row, token),
                "left_at": change.at,
            },
        )
        return mask_phone(number)

    return await store.run(work)


async def _followed(connection: AsyncConnection, who: Participant) -> Incident:
    query = (
        select(incidents, participants.c.withdrawn_at)
        .join(participants, participants.c.incident_id == incidents.c.id)
        .where(participants.c.id == who.id)
    )
    row = (await connection.execute(query)).mappings().one()
    incident = from_row(row)
    if incident.kind != "hazard":
        raise NotFound
    if row["withdrawn_at"] is not None:
        raise Conflict(why="withdrawn")
    if incident.status == "closed" and incident.outcome not in {"settled", "resolved"}:
        raise Conflict(why="over")
    return incident


async def _check(change: Change, incident: Incident, indexes: Sequence[bytes]) -> None:
    stopped = (
        select(_mine.id)
        .join(participants, participants.c.id == _mine.participant_id)
        .where(
            participants.c.incident_id == incident.id,
            _mine.phone_index.in_(indexes),
            _mine.stopped_at.is_not(None),
        )
    )
    if (await change.connection.execute(stopped)).first() is not None:
        raise Conflict(why="stopped")
    most = _rule(change, incident, "taken")["hazards_most"]
    followed = select(func.count()).where(_mine.phone_index.in_(indexes), _mine.phone_sealed.is_not(None))
    if (await change.connection.execute(followed)).scalar_one() >= most:
        raise Conflict(why="follows_many", limit=most)


def _forget(who: Participant, at: datetime, *, stopped: bool = False) -> Any:
    values: dict[str, Any] = {"phone_sealed": None, "token_sealed": None}
    if stopped:
        values["stopped_at"] = at
    return (
        update(hazard_contacts)
        .where(_mine.participant_id == who.id, _mine.phone_sealed.is_not(None))
        .values(**values)
    )


async def stop(store: Store, who: Participant) -> None:
    """No more messages: the phone is forgotten, what waits to be sent is not sent, and nobody leaves it here again."""

    async def work(change: Change) -> None:
        waiting = select(_mine.id).where(_mine.participant_id == who.id)
        for row in (await change.connection.execute(waiting)).scalars().all():
            await change.connection.execute(_unsent(row))
        await change.connection.execute(_forget(who, change.at, stopped=True))

    await store.run(work)


def withdrawn(changing: IncidentChange) -> None:
    """Who follows no more takes his phone along."""
    role, _, participant = changing.actor.partition(":")
    if role == "requester":
        mine = (_mine.participant_id == participant, _mine.phone_sealed.is_not(None))
        changing.later(update(hazard_contacts).where(*mine).values(phone_sealed=None, token_sealed=None))


def _unsent(row: str) -> Any:
    return (
        update(notices)
        .where(notices.c.key.startswith(f"follower:{row}:", autoescape=True), notices.c.status == "queued")
        .values(status="cancelled", phone_sealed=None, secret_sealed=None)
    )


async def renew(change: Change, participant: str, token: str) -> None:
    """His link is another one by now: the next message carries that."""
    query = select(_mine.id).where(_mine.participant_id == participant, _mine.phone_sealed.is_not(None))
    for row in (await change.connection.execute(query)).scalars().all():
        sealed = change.store.vault.seal(TOKEN, row, token)
        change.writes.later(update(hazard_contacts).where(_mine.id == row).values(token_sealed=sealed))


async def masked(store: Store, connection: AsyncConnection, participant: str) -> str | None:
    """The phone that he left, masked; None where there is none."""
    query = select(_mine.id, _mine.phone_sealed).where(
        _mine.participant_id == participant, _mine.phone_sealed.is_not(None)
    )
    row = (await connection.execute(query)).first()
    return None if row is None else mask_phone(store.vault.open(PHONE, row.id, bytes(row.phone_sealed)))


async def tell(changing: IncidentChange) -> None:
    """A notice to each follower who left a phone, but not to whoever did it himself.

    What waits to be sent to him is overtaken by it, so that what he reads last is how it is.
    """
    news = _news(changing)
    if news is None:
        return
    rule = _rule(changing.change, changing.now, news)
    if not rule["tell"]:
        return
    rows = await _followers(changing)
    if not rows:
        return
    params = await _params(changing)
    told_today = await _told_today(changing, {bytes(row.phone_index) for row in rows})
    for row in rows:
        if row.told < rule["most"] and told_today.get(bytes(row.phone_index), 0) < rule["most_a_day"]:
            _write(changing, row, news, params, rule)


def _news(changing: IncidentChange) -> str | None:
    names, seen = set(changing.names), changing.seen
    if changing.now.status == "closed":
        if seen is not None and seen.status == "closed":
            return None
        return "mended" if changing.now.outcome in {"settled", "resolved"} else "ended"
    if "reopened" in names:
        return "reopened"
    return "taken" if _TAKEN & names else None


def _rule(change: Change, incident: Incident, news: str) -> Result:
    given = {"event": news, "reason": incident.reason}
    return deciding.ask(change.store, "hazard_notices", incident.district, change.at, given).result


async def _followers(changing: IncidentChange) -> list[Any]:
    """One for each phone, whoever left it; none that was stopped, and nobody who does this himself."""
    query = (
        select(hazard_contacts)
        .join(participants, participants.c.id == _mine.participant_id)
        .where(
            participants.c.incident_id == changing.now.id,
            participants.c.withdrawn_at.is_(None),
        )
        .order_by(_mine.left_at)
    )
    rows = (await changing.change.connection.execute(query)).all()
    stopped = {bytes(row.phone_index) for row in rows if row.stopped_at is not None}
    found = {
        bytes(row.phone_index): row
        for row in rows
        if row.phone_sealed is not None and f"requester:{row.participant_id}" != changing.actor
    }
    return [row for index, row in found.items() if index not in stopped]


async def _told_today(changing: IncidentChange, phones: Iterable[bytes]) -> dict[bytes, int]:
    query = (
        select(_mine.phone_index, func.sum(_mine.told_that_day))
        .where(_mine.phone_index.in_(list(phones)), _mine.told_on == _day(changing.at))
        .group_by(_mine.phone_index)
    )
    rows = (await changing.change.connection.execute(query)).all()
    return {bytes(index): int(count) for index, count in rows}


async def _params(changing: IncidentChange) -> dict[str, Any]:
    """No word of whoever reported it: a stranger's text has no place in a message of the police."""
    query = (
        select(cities.c.platform, cities.c.code)
        .join(districts, districts.c.city_code == cities.c.code)
        .where(districts.c.code == changing.now.district)
    )
    row = (await changing.change.connection.execute(query)).one()
    day = f"{changing.now.requested_at.astimezone(BEIJING):%m-%d}"
    said = {"kind": "hazard", "reason": changing.now.reason, "day": day, "platform": row.platform}
    return {"city": row.code, "said": json.dumps(said, ensure_ascii=False)}


def _write(changing: IncidentChange, row: Any, news: str, params: dict[str, Any], rule: Result) -> None:
    change, store, at = changing.change, changing.change.store, changing.at
    notice = store.ids.row()
    number = store.vault.open(PHONE, row.id, bytes(row.phone_sealed))
    token = store.vault.open(TOKEN, row.id, bytes(row.token_sealed))
    changing.later(_unsent(row.id))
    rung = reach.first(store, changing.now.district, "person", TEMPLATES[news], at)
    apart = timedelta(minutes=rule["apart_minutes"])
    values = {
        "id": notice,
        "key": f"follower:{row.id}:{changing.now.version}:{news}",
        "template": TEMPLATES[news],
        "params": params["said"],
        "city_code": params["city"],
        "phone_sealed": store.vault.seal("notices.phone_sealed", notice, number),
        "secret_sealed": store.vault.seal("notices.secret_sealed", notice, token),
        "channel": rung.channel,
        "step": rung.step,
        "status": "queued",
        "created_at": at,
        "due_at": at if row.told_at is None else max(at, row.told_at + apart),
    }
    changing.later(notices.insert().values(**values))
    today = row.told_that_day if row.told_on == _day(at) else 0
    counted = {"told": row.told + 1, "told_at": at, "told_on": _day(at), "told_that_day": today + 1}
    changing.later(update(hazard_contacts).where(_mine.id == row.id).values(**counted))
    change.notices_written = True


def _day(at: datetime) -> str:
    return at.astimezone(BEIJING).date().isoformat()
