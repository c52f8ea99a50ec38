"""Heads of requests, by hand and against the parser of the ``websockets`` library: what we let in, it lets in too."""

from __future__ import annotations

import logging

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings
from websockets.http11 import Request as LibraryRequest
from websockets.server import ServerProtocol
from websockets.typing import Origin

from hub.handshake import WEBSOCKET_PATH, open_connection
from hub.request import read_request

ORIGIN = "http://localhost:8000"
_silent = logging.getLogger("tests.hub.request")
_silent.setLevel(logging.CRITICAL)


def head(*lines: bytes) -> bytes:
    return b"".join(line + b"\r\n" for line in (*lines, b""))


def test_a_request_is_read_into_its_parts() -> None:
    request = read_request(
        head(b"GET /a?b=1 HTTP/1.1", b"Host: x", b"Accept:a", b"ACCEPT: \t b ", b"Empty:", b"X: \xe9")
    )
    assert request is not None
    assert (request.method, request.target, request.minor) == (b"GET", "/a?b=1", b"1")
    assert request.fields == {b"host": [b"x"], b"accept": [b"a", b"b"], b"empty": [b""], b"x": [b"\xe9"]}
    assert (request.only(b"host"), request.only(b"accept"), request.only(b"none")) == (b"x", None, None)


@pytest.mark.parametrize(
    ("value", "tokens"),
    [
        (b"Upgrade", [b"upgrade"]),
        (b"keep-alive, Upgrade", [b"keep-alive", b"upgrade"]),
        (b"a ,\tb", [b"a", b"b"]),
        (b"", []),
        (b"a,,b", []),
        (b"a;q=1", []),
    ],
)
def test_a_list_is_read_whole_or_not_at_all(value: bytes, tokens: list[bytes]) -> None:
    request = read_request(head(b"GET / HTTP/1.1", b"Host: x", b"Connection: " + value))
    assert request is not None
    assert request.tokens(b"connection") == tokens


@pytest.mark.parametrize(
    "lines",
    [
        (b"GET /",),
        (b"GET  / HTTP/1.1", b"Host: x"),
        (b"GET / HTTP/2.0", b"Host: x"),
        (b"GET /\xc3\xa9 HTTP/1.1", b"Host: x"),
        (b"GET / HTTP/1.1",),
        (b"GET / HTTP/1.1", b"Host: x", b"Host: y"),
        (b"GET / HTTP/1.1", b"Host: x", b" folded"),
        (b"GET / HTTP/1.1", b"Host: x", b"Name : space before the colon"),
        (b"GET / HTTP/1.1", b"Host: x", b": no name"),
        (b"GET / HTTP/1.1", b"Host: x", b"X: a\nY: b"),
        (b"GET / HTTP/1.1", b"Host: x", b"X: a\rb"),
        (b"GET / HTTP/1.1", b"Host: x", b"X: a\0b"),
        (b"GET / HTTP/1.1", b"Host: x", b"Transfer-Encoding: chunked"),
        (b"GET / HTTP/1.1", b"Host: x", b"Content-Length: 5"),
        (b"GET / HTTP/1.1", b"Host: x", *(b"X-%d: y" % n for n in range(128))),
    ],
)
def test_what_breaks_a_rule_is_no_request(lines: tuple[bytes, ...]) -> None:
    assert read_request(head(*lines)) is None


def test_a_head_that_almost_fits_everywhere_is_refused_at_once() -> None:
    """Each of these would take a backtracking pattern a time that grows with the square of its length."""
    for line in (b"X:" + b" " * 16_000 + b"\0", b"Connection: " + b"a," * 8_000, b"x" * 16_000):
        assert not opened(head(b"GET / HTTP/1.1", b"Host: x", line))


def opened(data: bytes) -> bool:
    return open_connection(data, (None, ORIGIN), lambda *_: None).accepted


def opened_by_the_library(data: bytes) -> bool:
    protocol = ServerProtocol(origins=(None, Origin(ORIGIN)), logger=_silent)
    protocol.receive_data(data)
    requests = protocol.events_received()
    if not requests or not isinstance(requests[0], LibraryRequest):
        return False
    return (
        requests[0].path.partition("?")[0] == WEBSOCKET_PATH
        and protocol.accept(requests[0]).status_code == 101
    )


GOOD = (
    b"Host: localhost:8001",
    b"Connection: Upgrade",
    b"Upgrade: websocket",
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    b"Sec-WebSocket-Version: 13",
)
ODD = st.sampled_from(
    [
        b"Connection: keep-alive, upgrade",
        b"connection: close",
        b"Connection: ,",
        b"Connection: a b",
        b"Upgrade: WebSocket",
        b"Upgrade: websocket, h2c",
        b"Upgrade: h2c/1",
        b"sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==",
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAA=",
        b"Sec-WebSocket-Key: A===",
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ*==",
        b"Sec-WebSocket-Version: 8",
        b"Sec-WebSocket-Version: 13, 8",
        b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
        b"Origin: http://localhost:8000",
        b"Origin: http://evil.example",
        b"Origin: null",
        b"Content-Length: 0",
        b"Content-Length: 1",
        b"Transfer-Encoding: chunked",
        b"X: \xff\x80",
        b"X:",
        b"X : y",
        b"X",
        b" X: y",
    ]
)
START = st.sampled_from(
    [b"GET /connection/websocket HTTP/1.1"] * 6
    + [
        b"GET /connection/websocket?x=1 HTTP/1.1",
        b"POST /connection/websocket HTTP/1.1",
        b"GET /connection/websocket HTTP/1.0",
        b"GET /connection/websocket HTTP/1.1 ",
        b"GET /connection/websocket/ HTTP/1.1",
    ]
)
HEADS = st.builds(
    lambda start, missing, odd: head(start, *(line for line in GOOD if line is not missing), *odd),
    START,
    st.sampled_from([None, None, None, *GOOD[1:]]),
    st.lists(ODD, max_size=3),
)


@settings(max_examples=500, deadline=None)
@given(data=HEADS)
def test_whole_lines_are_judged_as_the_library_does(data: bytes) -> None:
    assert opened(data) == opened_by_the_library(data)


@settings(max_examples=300, deadline=None)
@given(data=HEADS, at=st.integers(0, 400), inserted=st.binary(max_size=3), cut=st.integers(0, 3))
@example(data=head(b"GET /connection/websocket HTTP/1.1", *GOOD), at=0, inserted=b"", cut=0)
def test_whatever_is_let_in_the_library_lets_in_too(data: bytes, at: int, inserted: bytes, cut: int) -> None:
    damaged = data[:at] + inserted + data[at + cut :]
    end = damaged.find(b"\r\n\r\n")
    if end >= 0 and opened(damaged[: end + 4]):
        assert opened_by_the_library(damaged[: end + 4])
