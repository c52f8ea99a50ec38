"""A hazard that another program files: its key, its form, and the same call sent again."""

from __future__ import annotations

import math

from starlette.requests import Request

from models.actions import api_keys
from models.actions.api_keys import Key
from models.actions.hazards import HazardReport, district_at, report
from models.errors import InvalidField, TooManyRequests
from models.open311.services import SERVICES, AttributeFaulty, read
from models.queries.open311 import filed_before
from web.open311.reading import (
    LONGEST_DESCRIPTION,
    attributes_of,
    city_of,
    form_of,
    one,
    place_of,
    served,
)
from web.open311.saying import Fault
from web.site import Site, site_of

_SAID = {
    "missing": "is required",
    "unknown": "is none of this service's",
    "value": "has a value that is none of its own",
    "number": "is a number",
    "datetime": "is a time of ISO 8601 with its zone",
    "too_many": "has one value only",
    "too_long": "is too long",
}


async def file(request: Request) -> str:
    """The number of the request that was filed, or of the same one filed just before. Raises Fault.

    What the form says about a person (email, phone, names, device_id, account_id) is not read.
    """
    site, form = site_of(request), await form_of(request)
    store = site.store
    key = await _key(site, one(form, "api_key") or request.query_params.get("api_key"))
    city = city_of(store, one(form, "jurisdiction_id") or request.query_params.get("jurisdiction_id"))
    service = one(form, "service_code")
    if service is None:
        raise Fault(400, "service_code was not provided")
    if service not in SERVICES:
        raise Fault(404, "service_code provided was not found")
    location, words, said = place_of(form)
    async with store.database.read() as connection:
        district = await district_at(store, connection, location, said)
    if district not in served(store, city):
        raise Fault(400, "the location lies in no district that is served here")
    lat, lng = (None, None) if location is None else (location.lat, location.lng)
    before = await filed_before(store, key.digest, service, (lat, lng, words))
    if before is not None:
        return before
    given = HazardReport(
        reason=service,
        location=location,
        place=words,
        district=district,
        message=_message(service, form),
        device=key.digest,
        source="open311",
        most_an_hour=key.most_an_hour,
    )
    try:
        return str((await report(store, given)).view["id"])
    except InvalidField as error:
        raise Fault(400, f"{error.field}: {error.params['why']}") from None


async def _key(site: Site, given: str | None) -> Key:
    if not given:
        raise Fault(400, "api_key was not provided")
    key = await api_keys.known(site.store, "open311", given)
    if key is None:
        raise Fault(403, "Invalid api_key received")
    return key


def _message(service: str, form: dict[str, list[str]] | object) -> str | None:
    """The description, and what was answered beyond it. Raises Fault (400)."""
    assert isinstance(form, dict)
    description = one(form, "description")
    if description is not None and len(description) > LONGEST_DESCRIPTION:
        raise Fault(400, f"description has at most {LONGEST_DESCRIPTION} characters")
    try:
        answered = read(service, attributes_of(form))
    except AttributeFaulty as error:
        raise Fault(400, f"attribute {error.code} {_SAID[error.why]}") from None
    lines = [f"{attribute.code}: {', '.join(values)}" for attribute, values in answered]
    return "\n".join([*([description] if description else []), *lines]) or None


def later(site: Site, error: TooManyRequests) -> Fault:
    """The limit of a key or an address; the specification has no status of its own for it."""
    seconds = 60
    if error.retry_at is not None:
        seconds = max(1, math.ceil((error.retry_at - site.store.clock.now()).total_seconds()))
    return Fault(429, f"too many requests: again in {seconds} s", {"retry-after": str(seconds)})
