"""All endpoints of the API, those asked most first: that is the order in which routes are tried."""

from __future__ import annotations

from web.api import (
    accounts,
    admin,
    audit,
    bindings,
    connection_token,
    decisions,
    districts,
    duty,
    flags,
    incidents,
    looks,
    move_requests,
    openapi,
    own_sessions,
    photos,
    refusals,
    registrations,
    relief,
    rollouts,
    rosters,
    rule_versions,
    rules,
    second_factor,
    sessions,
    simulator,
    stickers,
    texts,
)
from web.endpoint import Endpoint

_RESOURCES = (
    move_requests,
    incidents,
    decisions,
    refusals,
    connection_token,
    districts,
    duty,
    relief,
    stickers,
    photos,
    looks,
    sessions,
    own_sessions,
    second_factor,
    registrations,
    bindings,
    admin,
    accounts,
    audit,
    rules,
    rule_versions,
    flags,
    rollouts,
    rosters,
    texts,
    simulator,
)

ENDPOINTS: tuple[Endpoint, ...] = (
    *(endpoint for resource in _RESOURCES for endpoint in resource.ENDPOINTS),
    openapi.endpoint({resource.__name__.rpartition(".")[2]: resource.ENDPOINTS for resource in _RESOURCES}),
)
