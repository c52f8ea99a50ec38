"""An agency's Open311 endpoint as tests need it: keeps to GeoReport v2 and can be told to be slow, to fail, to wait."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from xml.etree import ElementTree

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.support.ports import free_port

KEY = "agency-key"


@dataclass
class Agency:
    """``filed``: the forms by number. ``answers``: what the next calls are answered instead, the first one first."""

    url: str = ""
    tokens: bool = False
    filed: dict[str, dict[str, str]] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)
    expected: str = ""
    ready: set[str] = field(default_factory=set)
    answers: list[Response] = field(default_factory=list)
    # Files the next request and then breaks the line: the caller never hears of it.
    swallow: bool = False
    calls: list[str] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v2/requests.xml", self._post, methods=["POST"]),
                Route("/v2/requests.xml", self._list),
                Route("/v2/requests/{last}", self._one),
                Route("/v2/tokens/{last}", self._token),
            ]
        )

    async def _post(self, request: Request) -> Response:
        self.calls.append("POST")
        form = {name: str(value) for name, value in (await request.form()).items()}
        if self.answers:
            return self.answers.pop(0)
        if form.get("api_key") != KEY:
            return error(403, "Invalid api_key received -- can't proceed with create_request.")
        number = str(1000 + len(self.filed))
        self.filed[number], self.status[number] = form, "open"
        if self.swallow:
            self.swallow = False
            return error(503, "the line broke")
        if self.tokens:
            return document([{"token": f"t{number}"}])
        return document([{"service_request_id": number, "service_notice": "", "account_id": ""}])

    async def _list(self, request: Request) -> Response:
        self.calls.append("GET")
        code = request.query_params["service_code"]
        found = [self._view(number) for number, form in self.filed.items() if form["service_code"] == code]
        return document(found)

    async def _one(self, request: Request) -> Response:
        self.calls.append("GET one")
        if self.answers:
            return self.answers.pop(0)
        number = request.path_params["last"].removesuffix(".xml")
        return document([self._view(number)]) if number in self.filed else error(404, "not found")

    async def _token(self, request: Request) -> Response:
        self.calls.append("GET token")
        token = request.path_params["last"].removesuffix(".xml")
        known = {"service_request_id": token[1:]} if token in self.ready else {"service_request_id": ""}
        return document([{**known, "token": token}])

    def _view(self, number: str) -> dict[str, str]:
        form = self.filed[number]
        return {
            "service_request_id": number,
            "status": self.status[number],
            "service_code": form["service_code"],
            "description": form["description"],
            "expected_datetime": self.expected,
        }


def document(found: list[dict[str, str]]) -> Response:
    root = ElementTree.Element("service_requests")
    for one in found:
        element = ElementTree.SubElement(root, "request")
        for name, value in one.items():
            ElementTree.SubElement(element, name).text = value
    return Response(ElementTree.tostring(root, "utf-8", xml_declaration=True), media_type="text/xml")


def error(status: int, description: str) -> Response:
    root = ElementTree.Element("errors")
    one = ElementTree.SubElement(root, "error")
    ElementTree.SubElement(one, "code").text = str(status)
    ElementTree.SubElement(one, "description").text = description
    return Response(ElementTree.tostring(root, "utf-8", xml_declaration=True), status, media_type="text/xml")


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()


@asynccontextmanager
async def running_agency() -> AsyncIterator[Agency]:
    """It answers on a port of this machine until the end of the block."""
    agency, port = Agency(), free_port()
    agency.url = f"http://127.0.0.1:{port}/v2"
    server = _Server(uvicorn.Config(agency.app(), port=port, lifespan="off", log_config=None, ws="none"))
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve())
        await server.listens.wait()
        try:
            yield agency
        finally:
            server.should_exit = True
