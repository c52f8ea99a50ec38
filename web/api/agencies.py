"""The administrator's part of what other bodies and programs have to do with: agencies' secrets, and keys."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from models.actions import agencies, api_keys
from models.errors import Conflict, InvalidField, NotFound
from models.queries.agencies import of_districts
from web.answers import Answer
from web.api.hazards import AgencyView
from web.endpoint import Call, Endpoint, Nothing, Shape


class Agencies(Shape):
    agencies: list[AgencyView]


class AgencySecrets(Shape):
    """Empty takes it away, missing leaves it as it is."""

    contact: Annotated[str, Meta(max_length=200)] | None = None
    key: Annotated[str, Meta(max_length=200)] | None = None


class NewKey(Shape):
    """``agency``: by its id, whose file a key of that purpose opens."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    purpose: Literal["open311", "cap", "agency"]
    most_an_hour: Annotated[int, Meta(ge=1, le=100_000)] = 600
    agency: Annotated[str, Meta(max_length=26)] | None = None


class KeyMade(Shape):
    """``key`` is told only now."""

    id: str
    key: str


class KeyView(Shape):
    id: str
    name: str
    purpose: str
    most_an_hour: int
    agency: str | None
    created_at: str
    revoked_at: str | None


class Keys(Shape):
    keys: list[KeyView]


async def listed(call: Call[Nothing]) -> Answer:
    return Answer({"agencies": await of_districts(call.site.store, call.officer.districts)})


async def set_secrets(call: Call[AgencySecrets]) -> Answer:
    await agencies.set_secrets(
        call.site.store, call.path("id"), call.officer, contact=call.body.contact, key=call.body.key
    )
    return Answer(status=204)


async def keys(call: Call[Nothing]) -> Answer:
    return Answer({"keys": await api_keys.listed(call.site.store)})


async def make_key(call: Call[NewKey]) -> Answer:
    body = call.body
    made = await api_keys.make(
        call.site.store, call.officer, body.name, body.purpose, body.most_an_hour, body.agency
    )
    return Answer(KeyMade(id=made[0], key=made[1]), 201)


async def revoke_key(call: Call[Nothing]) -> Answer:
    await api_keys.revoke(call.site.store, call.officer, call.path("id"))
    return Answer(status=204)


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/admin/agencies",
        name="agencies",
        handler=listed,
        summary="The agencies of one's districts; which of them have a contact and a key.",
        module="platform",
        answers={200: Agencies},
    ),
    Endpoint(
        method="PUT",
        path="/api/v1/admin/agencies/{id}",
        name="set_agency",
        handler=set_secrets,
        summary="Whom to call at an agency, and the key of its endpoint. Both are sealed and told to nobody.",
        module="platform",
        body=AgencySecrets,
        answers={204: None},
        errors=(NotFound, InvalidField),
    ),
    Endpoint(
        method="GET",
        path="/api/v1/admin/api-keys",
        name="api_keys",
        handler=keys,
        summary="The keys of other programs, without the keys themselves.",
        module="platform",
        answers={200: Keys},
    ),
    Endpoint(
        method="POST",
        path="/api/v1/admin/api-keys",
        name="make_api_key",
        handler=make_key,
        summary="A key for a program: files hazards (open311), reads grave accidents (cap), fetches a file (agency).",
        module="platform",
        body=NewKey,
        answers={201: KeyMade},
        errors=(InvalidField, Conflict),
    ),
    Endpoint(
        method="DELETE",
        path="/api/v1/admin/api-keys/{id}",
        name="revoke_api_key",
        handler=revoke_key,
        summary="The key opens nothing any more.",
        module="platform",
        answers={204: None},
        errors=(NotFound,),
    ),
]
