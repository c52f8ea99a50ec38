"""What a handler gives back, and how it becomes bytes: JSON with every instant already written out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.responses import Response, StreamingResponse

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """``body`` is anything msgspec can write, and is left out where the status says that there is none; ``cookies`` are

    whole Set-Cookie values.
    """

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """Bytes that are not JSON: a photo, a sheet to print; in pieces, what is too large to be made first."""

    content: bytes | AsyncIterator[bytes]
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


def encode(body: Any) -> bytes:
    return msgspec.json.encode(body)


def response(answer: Answer | FileAnswer) -> Response:
    """The response to send; nothing of the API may be kept by a cache unless its headers say so."""
    headers = {"cache-control": "no-store", **answer.headers}
    if isinstance(answer, FileAnswer):
        if not isinstance(answer.content, bytes):
            return StreamingResponse(answer.content, answer.status, headers, answer.media_type)
        return Response(answer.content, answer.status, headers, answer.media_type)
    if answer.status in {204, 304}:
        return Response(status_code=answer.status, headers=headers)
    return json_response(encode(answer.body), answer.status, headers, answer.cookies)


def json_response(
    content: bytes, status: int, headers: Mapping[str, str], cookies: tuple[str, ...] = ()
) -> Response:
    """A response of JSON that is bytes already."""
    made = Response(content, status_code=status, headers=dict(headers), media_type=JSON)
    for cookie in cookies:
        made.headers.append("set-cookie", cookie)
    return made
