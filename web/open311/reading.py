"""What a call to Open311 says: jurisdiction, dates, lists, the form of a request. Raises Fault with what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from starlette.requests import Request

from models.clock import parse_iso
from models.errors import InvalidField
from models.flags.definitions import module_key
from models.geography import Location, parse_location
from models.open311.services import SERVICES
from models.queries.open311 import SPAN, Filter
from models.store import Store
from web.open311.saying import Fault

LONGEST_DESCRIPTION = 4_000  # characters, by the specification
MOST_FIELDS = 100
MOST_LISTED = 100  # ids or codes in one call
_ATTRIBUTE = re.compile(r"attribute\[([A-Za-z0-9_-]{1,40})\](\[\])?")


def city_of(store: Store, given: str | None) -> str:
    """The jurisdiction: a city by its code. Where there is one only, nobody needs to say which.

    Raises Fault: 400 without one that is needed, 404 for one that is unknown or has no hazards.
    """
    if not given:
        if store.texts.only_city is None:
            raise Fault(400, "jurisdiction_id was not provided: this endpoint serves several")
        given = store.texts.only_city
    if given not in store.texts.cities or not served(store, given):
        raise Fault(404, "jurisdiction_id provided was not found")
    return given


def served(store: Store, city: str) -> list[str]:
    """The districts of a city in which hazards are on for everybody."""
    cities, key = store.flags.set.cities, module_key("hazards")
    return sorted(
        code for code, of in cities.items() if of == city and store.flags.set.stage(key, code).share == 100
    )


def filter_of(request: Request, city: str, now: datetime) -> Filter:
    """Which requests are asked for. Raises Fault (400)."""
    asked = request.query_params
    ids = listed(asked.get("service_request_id"), "service_request_id")
    if ids:
        return Filter(city, ids=ids)
    services = listed(asked.get("service_code"), "service_code")
    if unknown := sorted(set(services) - set(SERVICES)):
        raise Fault(404, f"service_code provided was not found: {unknown[0][:40]}")
    statuses = listed(asked.get("status"), "status")
    if set(statuses) - {"open", "closed"}:
        raise Fault(400, "status is open or closed")
    since, until = (
        _instant(asked.get("start_date"), "start_date"),
        _instant(asked.get("end_date"), "end_date"),
    )
    if since is None:
        since = (until or now) - SPAN
    elif until is None:
        until = min(now, since + SPAN)
    if until is not None and not timedelta(0) <= until - since <= SPAN:
        raise Fault(400, "end_date lies at most 90 days after start_date")
    return Filter(city, services=services, statuses=statuses, since=since, until=until)


def listed(text: str | None, name: str) -> list[str]:
    """Values between commas."""
    found = [one.strip() for one in (text or "").split(",") if one.strip()]
    if len(found) > MOST_LISTED or any("\x00" in one for one in found):
        raise Fault(400, f"{name} has at most {MOST_LISTED} values")
    return found


def _instant(text: str | None, name: str) -> datetime | None:
    try:
        return None if not text else parse_iso(text.replace(" ", "+"))
    except ValueError:
        raise Fault(
            400, f"{name} is a time of ISO 8601 with its zone, like 2026-01-01T00:00:00+08:00"
        ) from None


async def form_of(request: Request) -> Mapping[str, list[str]]:
    """The fields of a form; each may stand there more than once. Raises Fault (400)."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/x-www-form-urlencoded":
        raise Fault(400, "a request is sent as application/x-www-form-urlencoded")
    try:
        pairs = parse_qsl(
            (await request.body()).decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise Fault(400, f"the body is a form in UTF-8 of at most {MOST_FIELDS} fields") from None
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if "\x00" in name + value:
            raise Fault(400, "no field holds a NUL")
        found.setdefault(name, []).append(value)
    return found


def attributes_of(form: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """``attribute[code]=value`` and ``attribute[code][]=value``, by code. Raises Fault (400)."""
    found: dict[str, list[str]] = {}
    for name, values in form.items():
        if not name.startswith("attribute"):
            continue
        match = _ATTRIBUTE.fullmatch(name)
        if match is None:
            raise Fault(400, "an attribute is sent as attribute[code]=value")
        found.setdefault(match[1], []).extend(values)
    return found


def place_of(form: Mapping[str, list[str]]) -> tuple[Location | None, str | None, str | None]:
    """Where it is: WGS-84, the address in words, and the district by its code (``address_id``). Raises Fault (400)."""
    lat, lng = one(form, "lat"), one(form, "long")
    words, district = one(form, "address_string"), one(form, "address_id")
    if bool(lat) != bool(lng):
        raise Fault(400, "lat and long are both needed")
    if not lat and not (words and district):
        raise Fault(
            400, "a location is needed: lat and long, or address_string with address_id (the district)"
        )
    if words and len(words) > 120:
        raise Fault(400, "address_string has at most 120 characters here")
    if not lat or not lng:
        return None, words, district
    try:
        given = {"lat": float(lat), "lng": float(lng), "crs": "wgs84"}
        return parse_location(given, "lat"), words, district
    except (ValueError, InvalidField):
        raise Fault(400, "lat and long are degrees in WGS-84") from None


def one(form: Mapping[str, list[str]], name: str) -> str | None:
    """The one value of a field; None where it is missing or empty. Raises Fault (400) for several."""
    values = form.get(name, [])
    if len(values) > 1:
        raise Fault(400, f"{name} stands there twice")
    return (values[0].strip() or None) if values else None
