"""An answer of Open311 in the format that was asked for; its errors in the specification's shape."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from models.open311 import xml

TYPES = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}


class Fault(Exception):
    """An error of the specification: an HTTP status and a sentence for whoever wrote the client."""

    def __init__(self, status: int, description: str, headers: dict[str, str] | None = None) -> None:
        self.status = status
        self.description = description
        self.headers = headers or {}
        super().__init__(description)


def split(last: str) -> tuple[str, str]:
    """``x.json`` as name and format; the name of a list is empty. Raises Fault (404) for a format that there is not."""
    name, _, format_ = last.rpartition(".")
    if format_ not in TYPES:
        raise Fault(404, "the address ends with .xml or .json")
    return name, format_


def format_of(request: Request) -> str:
    """The format that an address ends with; XML, which every client reads, where it names none."""
    ending = request.url.path.rpartition(".")[2]
    return ending if ending in TYPES else "xml"


def said(
    format_: str, root: str, value: Any, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """A list or a mapping; in XML inside an element ``root``."""
    content = msgspec.json.encode(value) if format_ == "json" else xml.written(root, value)
    return Response(
        content, status, {"cache-control": "no-store", **(headers or {})}, media_type=TYPES[format_]
    )


def refused(format_: str, fault: Fault) -> Response:
    errors = [{"code": fault.status, "description": fault.description}]
    return said(format_, "errors", errors, fault.status, fault.headers)
