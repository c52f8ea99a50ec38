"""Grave accidents as messages of CAP: made of the event log alone, so that each message is the same whoever asks when.

The first event of gravity is the alert, each later one after which it reads otherwise an update, and the end withdraws
the alert or says that it is over. Leaves to others: XML (``models.cap.message``), keys.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from models.cap.message import Kind, Message, Sent, Status, Text
from models.store import Store
from models.tables import districts, events, incidents

GRAVE = 3  # the priority from which an accident is one
MOST = 200  # accidents in a feed
SINCE = timedelta(days=3)
RADIUS_KM = 0.5
_STATUSES: dict[str, Status] = {"test": "Test", "exercise": "Exercise", "actual": "Actual"}
# The alert was wrong, or goes on under another number: it is withdrawn.
WITHDRAWN = frozenset({"cancelled", "rejected", "duplicate"})


async def messages_of(store: Store, incident_id: str) -> list[Message]:
    """All messages about one accident, the oldest first; none for one that is not grave, or no accident."""
    return (await _messages(store, incidents.c.id == incident_id)).get(incident_id, [])


async def current(store: Store) -> list[Message]:
    """The newest message of each grave accident of the last three days, the newest first."""
    found = await _messages(store, incidents.c.requested_at >= store.clock.now() - SINCE)
    newest = [messages[-1] for messages in found.values() if messages]
    return sorted(newest, key=lambda one: one.sent.at, reverse=True)


async def _messages(store: Store, condition: Any) -> dict[str, list[Message]]:
    grave = (
        select(incidents.c.id)
        .where(incidents.c.kind == "accident", incidents.c.priority >= GRAVE, condition)
        .order_by(incidents.c.requested_at.desc())
        .limit(MOST)
    )
    async with store.database.read() as connection:
        ids = list((await connection.execute(grave)).scalars())
        rows = (
            await connection.execute(
                select(
                    events.c.incident_id, events.c.name, events.c.at, events.c.data, events.c.incident_offset
                )
                .where(events.c.incident_id.in_(ids))
                .order_by(events.c.incident_id, events.c.incident_offset)
            )
        ).all()
        names = {row.code: row for row in await connection.execute(select(districts))}
    by_incident: dict[str, list[Any]] = {}
    for row in rows:
        by_incident.setdefault(row.incident_id, []).append(row)
    return {one: _told(store, by_incident.get(one, []), names) for one in ids}


def _told(store: Store, rows: Sequence[Any], names: dict[str, Any]) -> list[Message]:
    found: list[Message] = []
    for row in rows:
        view = json.loads(row.data)["incident"]
        if view["priority"] < GRAVE and not found:
            continue
        sent = Sent(f"{row.incident_id}.{row.incident_offset}", row.at)
        message = _message(store, view, sent, tuple(one.sent for one in found), names[view["district"]])
        if not found or _says(message) != _says(found[-1]):
            found.append(message)
    return found


def _says(message: Message) -> tuple[Any, ...]:
    """What of it is new to whoever broadcasts it: an event that changes nothing of this is no message."""
    return message.texts, message.severity, message.over, message.place, message.district


def _message(
    store: Store, view: dict[str, Any], sent: Sent, before: tuple[Sent, ...], district: Any
) -> Message:
    over = view["status"] == "closed"
    state = "over" if over else "there" if view["status"] == "on_scene" else "now"
    kind: Kind = "Alert" if not before else "Update"
    if over and view["outcome"] in WITHDRAWN and before:
        kind = "Cancel"
    place = view["location"]
    return Message(
        sender=sender_of(store),
        status=status_of(store),
        kind=kind,
        sent=sent,
        before=before,
        texts=tuple(_text(store, view, language, district, state) for language in ("zh", "en")),
        severity=_severity(view),
        over=over,
        place=None if place is None else (place["lat"], place["lng"], RADIUS_KM),
        district=view["district"],
    )


def _severity(view: dict[str, Any]) -> Any:
    return "Extreme" if view["reason"] == "dangerous_goods" else "Severe"


def _text(store: Store, view: dict[str, Any], language: Any, district: Any, state: str) -> Text:
    said = store.texts.in_district(view["district"])
    name = district.name if language == "zh" else district.name_en
    place = f"{name} {view['place']}" if view["place"] else name
    params = {"place": place, "what": said.say(language, f"cap.reason.{view['reason']}")}
    calm = "over" if state == "over" else "now"
    return Text(
        language="zh-CN" if language == "zh" else "en",
        event=said.say(language, "cap.event"),
        headline=said.say(language, f"cap.headline.{calm}", params),
        description=said.say(language, f"cap.description.{state}", params),
        instruction=said.say(language, f"cap.instruction.{calm}", params),
        area=place,
    )


def sender_of(store: Store) -> str:
    """Who sends it: the host of the public address, without blanks, commas and what XML escapes."""
    return store.settings.public_url.partition("://")[2]


def status_of(store: Store) -> Status:
    """Only a production says ``Actual``, and only where its operator has said so."""
    wanted = _STATUSES[store.settings.cap_status]
    return wanted if store.settings.production or wanted != "Actual" else "Test"


def updated(messages: Sequence[Message], now: datetime) -> datetime:
    """When the newest of them was sent; ``now`` where there is none."""
    return max((one.sent.at for one in messages), default=now)
