"""The opening: whose pages may connect, and what is answered to everything else."""

from collections.abc import Sequence

import pytest

from hub import handshake
from hub.admission import Refusal
from hub.handshake import Opening, allowed_origins
from models.settings import Settings


def request(path: str = "/connection/websocket", *, method: str = "GET", **headers: str) -> bytes:
    fields = {
        "Host": "localhost:8001",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
        **headers,
    }
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items() if value)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def let_in(_forwarded: Sequence[str], _websocket: bool) -> None:
    """There is room for everybody."""


def open_connection(head: bytes, origins: Sequence[str | None]) -> Opening:
    return handshake.open_connection(head, origins, let_in)


def settings(**variables: str) -> Settings:
    return Settings.from_env(variables)


def test_a_native_app_sends_no_origin_and_is_welcome() -> None:
    opening = open_connection(request(), allowed_origins(settings()))
    assert opening.accepted
    assert opening.response.startswith(b"HTTP/1.1 101 ")
    # The key of RFC 6455 section 1.3, and its answer.
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in opening.response


def test_no_compression_is_agreed() -> None:
    opening = open_connection(
        request(**{"Sec-WebSocket-Extensions": "permessage-deflate"}), allowed_origins(settings())
    )
    assert opening.accepted
    assert b"Sec-WebSocket-Extensions" not in opening.response


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:8000", 101),
        ("http://127.0.0.1:8000", 101),
        ("http://localhost:8002", 403),
        ("https://localhost:8000", 403),
        ("http://evil.example", 403),
        ("http://localhost:8000.evil.example", 403),
        ("http://[::1]:8000", 101),
        ("null", 403),  # a sandboxed frame, a file, a redirect from elsewhere
        (" ", 403),
        ("HTTP://LOCALHOST:8000", 403),  # no browser writes it so
        ("http://LOCALHOST:8000", 403),
        ("http://localhost", 403),
        ("http://localhost:80000", 403),
        ("http://localhost:8000/", 403),
        ("http://localhost:8000@evil.example", 403),
        ("http://evil.example@localhost:8000", 403),
        ("http://evil.example#http://localhost:8000", 403),
        ("http://localhost:8000,http://evil.example", 403),
        ("http://localhost:8000 http://evil.example", 403),
        ("http://localhost.:8000", 403),
        ("http://127.0.0.1.evil.example:8000", 403),
        ("http://127.1:8000", 403),
        ("http://\u0131ocalhost:8000", 403),
        ("ws://localhost:8000", 403),
        ("file://", 403),
    ],
)
def test_a_foreign_page_is_refused(origin: str, status: int) -> None:
    opening = open_connection(request(Origin=origin), allowed_origins(settings()))
    assert opening.status == status
    assert opening.accepted == (status == 101)


def test_two_origins_are_none() -> None:
    head = request(Origin="http://localhost:8000").replace(
        b"\r\n\r\n", b"\r\nOrigin: http://evil.example\r\n\r\n"
    )
    opening = open_connection(head, allowed_origins(settings()))
    assert not opening.accepted
    assert opening.status in (400, 403)


def test_the_public_url_and_further_origins_are_ours() -> None:
    origins = allowed_origins(
        settings(WUFEN_PUBLIC_URL="https://wufen.example", WUFEN_ORIGINS="https://wall.example:8443")
    )
    for origin in ("https://wufen.example", "https://wall.example:8443"):
        assert open_connection(request(Origin=origin), origins).accepted
    for origin in ("http://wufen.example", "https://wall.example", "http://localhost:8000"):
        assert open_connection(request(Origin=origin), origins).status == 403


def test_a_plain_request_is_for_the_pages() -> None:
    opening = open_connection(request("/healthz?x=1", Connection="", Upgrade=""), allowed_origins(settings()))
    assert (opening.page, opening.accepted) == ("/healthz", False)


def test_a_websocket_elsewhere_is_not_opened() -> None:
    assert open_connection(request("/elsewhere"), allowed_origins(settings())).page == "/elsewhere"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (request(Upgrade="", Connection=""), 426),
        (request(**{"Sec-WebSocket-Version": "12"}), 400),
        (request(**{"Sec-WebSocket-Key": "short"}), 400),
        (request("/healthz", method="POST"), 405),
        (b"\x16\x03\x01 not HTTP at all\r\n\r\n", 400),
        (b"GET /connection/websocket HTTP/1.0\r\n\r\n", 505),
    ],
)
def test_what_is_no_handshake_has_its_answer(head: bytes, status: int) -> None:
    opening = open_connection(head, allowed_origins(settings()))
    assert opening.status == status
    assert not opening.accepted
    assert opening.response.startswith(b"HTTP/1.1 %d " % status)


def test_whoever_is_not_admitted_is_told_when_to_come_back() -> None:
    asked: list[tuple[list[str], bool]] = []

    def refuse(forwarded: Sequence[str], websocket: bool) -> Refusal:
        asked.append((list(forwarded), websocket))
        return Refusal("address_handshakes", 429, 7)

    # A page's own origin does not matter: nothing of the request is looked at any more.
    head = request(**{"X-Forwarded-For": "203.0.113.9", "Origin": "http://evil.example"})
    opening = handshake.open_connection(head, allowed_origins(settings()), refuse)
    assert (opening.status, opening.accepted) == (429, False)
    assert opening.response.startswith(b"HTTP/1.1 429 Too Many Requests\r\n")
    assert b"\r\nRetry-After: 7\r\n" in opening.response
    handshake.open_connection(request("/metrics"), allowed_origins(settings()), refuse)
    assert asked == [(["203.0.113.9"], True), ([], False)]


@pytest.mark.parametrize("target", ["//[", "http://[::1/connection/websocket", "//[x]/", "*"])
def test_a_target_that_is_no_url_is_nobodys_page(target: str) -> None:
    opening = open_connection(request(target), allowed_origins(settings()))
    assert not opening.accepted
