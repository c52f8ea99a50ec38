"""The section ``agencies``: the bodies that answer for the city's roads, and how each hears of a hazard.

Whom to call there and the key of its endpoint are no part of a bundle.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.agencies import CHANNELS
from models.city.places import DISTRICT_CODE, names_of, read_names
from models.city.reading import Fields
from models.city.sections import Entries, Value, Values, Writing
from models.incident.kinds import REASONS
from models.rules.definitions import BODIES
from models.tables import agencies

CODE = re.compile(r"[a-z0-9_-]{1,20}")
# Hazards are filed where nobody listens on the way; a program of the same machine is the exception.
ENDPOINT = re.compile(r"https://[!-~]{1,180}|http://(127\.0\.0\.1|localhost)(:\d+)?[!-~]{0,150}")
SERVICE = re.compile(r"[!-~]{1,60}")
NAME, MOST_AGENCIES = 40, 200
_NAMED = BODIES[1:]  # officers are no agency


class AgenciesSection:
    """One entry an agency, by its code. An agency that a bundle does not name stays."""

    name = "agencies"
    label = "agency"

    def read(self, fields: Fields, city: str) -> Entries:
        found: dict[str, Values] = {}
        for one in fields.items(self.name):
            code = one.text("code", longest=20, pattern=CODE)
            values = _values(one)
            one.end()
            if code in found:
                one.wrong("code", f"agency {code} stands here twice")
            found[code] = values
        if len(found) > MOST_AGENCIES:
            fields.wrong(self.name, f"a city has at most {MOST_AGENCIES} agencies")
        return found

    async def held(self, connection: AsyncConnection, city: str, wanted: Entries | None = None) -> Entries:
        query = (
            select(agencies).where(agencies.c.city_code == city, agencies.c.active).order_by(agencies.c.code)
        )
        columns = ("name", "name_en", "body", "district", "channel", "endpoint", "jurisdiction", "services")
        return {
            row.code: {name: getattr(row, name) for name in columns}
            for row in await connection.execute(query)
        }

    def shown(self, entries: Entries) -> Any:
        return [_shown(code, values) for code, values in entries.items()]

    async def conflicts(self, connection: AsyncConnection, city: str, wanted: Entries) -> list[str]:
        return []

    async def write(self, writing: Writing, key: str, values: Values, *, new: bool) -> None:
        mine = (agencies.c.city_code == writing.city, agencies.c.code == key)
        done = await writing.connection.execute(update(agencies).where(*mine).values(active=True, **values))
        if done.rowcount == 0:
            row = {"id": writing.ids.new(), "city_code": writing.city, "code": key, **values}
            await writing.connection.execute(insert(agencies).values(**row))


def _values(one: Fields) -> dict[str, Value]:
    body, channel = one.text("body", longest=20), one.text("channel", longest=10)
    if body and body not in _NAMED:
        one.wrong("body", f"{body!r} is none of {', '.join(_NAMED)}")
    if channel and channel not in CHANNELS:
        one.wrong("channel", f"{channel!r} is none of {', '.join(CHANNELS)}")
    endpoint = one.optional_text("endpoint", longest=200)
    if endpoint is not None and not ENDPOINT.fullmatch(endpoint):
        one.wrong("endpoint", "an endpoint is an https:// address (http:// on this machine only)")
    if channel == "open311" and endpoint is None:
        one.wrong("endpoint", "an agency with the channel open311 has an endpoint")
    return {
        **read_names(one, NAME),
        "body": body,
        "district": one.optional_text("district", longest=6, pattern=DISTRICT_CODE),
        "channel": channel,
        "endpoint": endpoint,
        "jurisdiction": one.optional_text("jurisdiction", longest=80),
        "services": _services(one),
    }


def _services(one: Fields) -> str | None:
    """Its codes by our categories."""
    if not one.has("services"):
        return None
    given = one.fields("services")
    if given is None:
        return None
    found = {}
    for reason in REASONS["hazard"]:
        code = given.optional_text(reason, longest=60, pattern=SERVICE)
        if code is not None:
            found[reason] = code
    given.end()
    return msgspec.json.encode(found).decode()


def _shown(code: str, values: Values) -> dict[str, Any]:
    shown: dict[str, Any] = {"code": code, "body": values["body"], "name": names_of(values)}
    for name in ("district", "channel", "endpoint", "jurisdiction"):
        if values[name] is not None:
            shown[name] = values[name]
    if values["services"] is not None:
        shown["services"] = msgspec.json.decode(str(values["services"]))
    return shown
