"""The API described for programs: an OpenAPI 3.1 document, made of the very endpoints that answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from models.access.rights import is_open
from models.errors import (
    Forbidden,
    IdempotencyMismatch,
    InvalidField,
    InvalidJson,
    PayloadTooLarge,
    Unauthenticated,
    Unavailable,
    UnsupportedMedia,
    WufenError,
)
from web.answers import Answer
from web.endpoint import Call, Endpoint, Nothing

VERSION = "0.1.0"
REF = "#/components/schemas/{name}"
Json = dict[str, Any]

_ABOUT = (
    'Times are ISO 8601 in UTC with `Z`. Every refusal is `{"error": {"code", "message", "field"?}}`; '
    "`code` is stable, `message` is in the caller's language (`?lang=`, cookie, Accept-Language; zh or en). "
    "Calls that change something may carry an `Idempotency-Key`: the same key and body give the first answer "
    "again for seven days. Unknown fields are refused."
)
_ERROR: Json = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string", "description": "Stable; for programs."},
                "message": {"type": "string", "description": "A sentence in the caller's language."},
                "field": {"type": "string", "description": "The input that is meant, dotted."},
                "retry_at": {"type": "string", "format": "date-time"},
            },
        }
    },
}
_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": "Makes the call safe to repeat; scoped to caller and route, kept for seven days.",
}
_HEALTH = {
    "/healthz": ("Is the process alive?", (200,)),
    "/readyz": ("Is it ready: database, clock?", (200, 503)),
    "/metrics": ("Prometheus figures of all web processes of the machine.", (200,)),
}


def endpoint(resources: Mapping[str, Sequence[Endpoint]]) -> Endpoint:
    """The endpoint that tells the document of ``resources`` (by tag), and of itself."""

    async def tell(call: Call[Nothing]) -> Answer:
        return Answer(whole, headers={"cache-control": "public, max-age=60"})

    own = Endpoint(
        method="GET",
        path="/api/openapi.json",
        name="openapi",
        handler=tell,
        summary="This document.",
        module="platform",
        answers={200: None},
    )
    whole = document({**resources, "openapi": [own]})
    return own


def document(resources: Mapping[str, Sequence[Endpoint]]) -> Json:
    """The OpenAPI document."""
    every = [one for group in resources.values() for one in group]
    shapes = {one.body for one in every if one.body is not None}
    shapes |= {shape for one in every for shape in one.answers.values() if shape is not None}
    _, schemas = msgspec.json.schema_components(
        sorted(shapes, key=lambda shape: shape.__name__), ref_template=REF
    )
    paths: dict[str, Json] = {}
    for tag, group in resources.items():
        for one in group:
            paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, tag)
    for path, (summary, statuses) in _HEALTH.items():
        paths[path] = {"get": _health(path, summary, statuses)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Wufen", "version": VERSION, "description": _ABOUT, "license": _LICENSE},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in [*resources, "health"]],
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Error": _ERROR},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "wufen_session"},
            },
        },
    }


_LICENSE: Json = {"name": "Apache-2.0", "identifier": "Apache-2.0"}


def _operation(one: Endpoint, tag: str) -> Json:
    operation: Json = {
        "operationId": one.name,
        "summary": one.summary,
        "tags": [tag],
        "parameters": _parameters(one),
        "responses": _responses(one),
        "security": _security(one),
    }
    if one.body is not None:
        operation["requestBody"] = {
            "required": bool(one.body.__struct_fields__),
            "content": {"application/json": {"schema": {"$ref": REF.format(name=one.body.__name__)}}},
        }
    if one.upload is not None:
        picture = {
            "type": "object",
            "required": [one.upload],
            "properties": {one.upload: {"type": "string", "contentMediaType": "image/*"}},
        }
        operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": picture}}}
    return operation


def _parameters(one: Endpoint) -> list[Json]:
    found: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)", one.path)
    ]
    found.extend(
        {"name": name, "in": "query", "required": False, "schema": {"type": "string"}, "description": text}
        for name, text in one.query.items()
    )
    return [*found, _KEY] if one.repeatable else found


def _security(one: Endpoint) -> list[Json]:
    if is_open(one.name):
        return [{}]
    return [{"bearer": []}] if one.own_token else [{"bearer": []}, {"cookie": []}]


def _responses(one: Endpoint) -> Json:
    responses: Json = {}
    for status, shape in one.answers.items():
        schema: Json = {"type": "object"}
        if shape is not None:
            schema = {"$ref": REF.format(name=shape.__name__)}
        elif one.media != "application/json":
            schema = {"type": "string", "contentMediaType": one.media}
        responses[str(status)] = {"description": one.summary, "content": {one.media: {"schema": schema}}}
    by_status: dict[int, list[str]] = {}
    for error in _errors(one):
        by_status.setdefault(error.status, []).append(error.code)
    for status, codes in sorted(by_status.items()):
        responses[str(status)] = {
            "description": ", ".join(f"`{code}`" for code in sorted(set(codes))),
            "content": {"application/json": {"schema": {"$ref": REF.format(name="Error")}}},
        }
    return responses


def _errors(one: Endpoint) -> list[type[WufenError]]:
    """Those of the endpoint, and those that every one of its kind may meet."""
    met: list[type[WufenError]] = [*one.errors, Unavailable]
    if one.body is not None:
        met += [InvalidJson, InvalidField, PayloadTooLarge, UnsupportedMedia]
    if one.upload is not None:
        met += [InvalidField]
    if one.query:
        met += [InvalidField]
    if one.repeatable:
        met += [IdempotencyMismatch]
    if not is_open(one.name):
        met += [Unauthenticated, Forbidden]
    return met


def _health(path: str, summary: str, statuses: tuple[int, ...]) -> Json:
    media = "text/plain" if path == "/metrics" else "application/json"
    schema = {"type": "string"} if path == "/metrics" else {"type": "object"}
    return {
        "operationId": path[1:],
        "summary": summary,
        "tags": ["health"],
        "security": [{}],
        "responses": {
            str(status): {"description": summary, "content": {media: {"schema": schema}}}
            for status in statuses
        },
    }
