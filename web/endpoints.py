"""All endpoints of the API, those asked most first: that is the order in which routes are tried."""

from __future__ import annotations

from web.api import (
    admin,
    bindings,
    connection_token,
    decisions,
    districts,
    duty,
    flags,
    incidents,
    move_requests,
    openapi,
    photos,
    refusals,
    relief,
    rollouts,
    rosters,
    rule_versions,
    rules,
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
    sessions,
    bindings,
    admin,
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
