"""Anything at all may come over the wire: the pure parts answer it with a documented code, and nothing breaks.

Random bytes, valid commands in any order, valid frames with wrong contents. The sockets' turn is
``test_fuzz_sockets``.
"""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub import codes
from hub.actions import Action, Call, Close, Connected, Send, Subscribe, Unsubscribe
from hub.connection import Connection
from hub.frames import BINARY, CLOSE, PING, PONG, TEXT, FrameReader, Message, Violation
from hub.handshake import LONGEST_HEAD, allowed_origins, open_connection
from hub.protocol import LARGEST_ID, Command, Malformed, TooManyLines, parse
from hub.rights import NAMESPACES, Claims, Revocations, namespace
from hub.rpc import Calls
from hub.standing import MOST_SUBSCRIPTIONS, Terms, TokenRefused
from models.addresses import Proxies
from models.settings import Settings
from tests.support.raw_client import masked

NOW = 1_000_000.0
LIMIT = 300
FAULTS = {fault.code for fault in codes.FAULTS}
DISCONNECTS = set(codes.DISCONNECTS)
ORIGINS = allowed_origins(Settings.from_env({}))

# --- strategies

names = st.sampled_from(
    ["district:1", "district:2", "incident:a", "incident:b", "officer:1", "board:1", "positions:1", "control"]
    + ["district:control", "phones:simulator", "", ":", "district:", "district:1 ", "district:１", "x" * 300]
    + ["district:\0", "incident:\0", "incident:'--", "DISTRICT:1", "district:1:2", "\u202edistrict:1"]
) | st.text(max_size=20)
numbers = st.sampled_from([-1, 0, 1, 2, 2**31, 2**32, 2**53, 2**63 - 1, 2**63, 2**64, 10**30, -(10**30)])
ids = st.integers(1, 50) | numbers
wrong: st.SearchStrategy[Any] = st.sampled_from([None, True, -1, 1.5, "", [], {}, [[]], {"a": {}}, 1e308])
tokens = st.sampled_from(["good", "old", "staff", "served", "bad", ""])
fields: dict[str, st.SearchStrategy[Any]] = {
    "token": tokens,
    "channel": names,
    "offset": numbers,
    "epoch": st.text(max_size=5),
    "recover": st.booleans(),
    "flag": numbers,
    "type": st.integers(-1, 2),
    "join_leave": st.booleans(),
    "tf": wrong,
    "method": st.sampled_from(["seen", "received", "", "\0"]),
    "data": wrong | st.sampled_from([{"offer": "x"}, {"offers": ["\0"] * 60}, {"offer": 1}]),
    "limit": numbers,
    "since": st.fixed_dictionaries({}, optional={"offset": numbers, "epoch": st.text(max_size=3)}),
    "reverse": st.booleans(),
}
requests = st.fixed_dictionaries({}, optional=fields) | st.fixed_dictionaries(
    {}, optional=dict.fromkeys(fields, wrong)
)
kinds = st.sampled_from(
    [
        "connect",
        "subscribe",
        "unsubscribe",
        "publish",
        "presence",
        "presence_stats",
        "history",
        "ping",
        "send",
    ]
    + ["rpc", "refresh", "sub_refresh", "nothing"]
)
commands = st.builds(lambda number, kind, request: {"id": number, kind: request}, ids, kinds, requests)
sane = st.one_of(
    st.builds(lambda n, name: {"id": n, "subscribe": {"channel": name}}, st.integers(1, 99), names),
    st.builds(lambda n, name: {"id": n, "unsubscribe": {"channel": name}}, st.integers(1, 99), names),
    st.builds(lambda n, token: {"id": n, "connect": {"token": token}}, st.integers(1, 99), tokens),
    st.builds(lambda n, token: {"id": n, "refresh": {"token": token}}, st.integers(1, 99), tokens),
    st.just({}),
)
lines = st.one_of(sane, sane, commands).map(lambda command: json.dumps(command).encode())


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Commands of which somebody cut, doubled or changed a few bytes."""
    frame = bytearray(b"\n".join(draw(st.lists(lines, min_size=1, max_size=3))))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(frame)))
        frame[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(frame)


def nested(depth: int, *, mapping: bool = False) -> bytes:
    """JSON as deep as the sender likes."""
    return b'{"x":' * depth + b"1" + b"}" * depth if mapping else b"[" * depth + b"]" * depth


deep = st.builds(
    lambda around, depth, mapping: around % nested(depth, mapping=mapping),
    st.sampled_from([b"%b", b'{"id":1,"rpc":{"data":%b}}', b'{"id":1,"connect":{"data":%b}}', b'{"x":%b}']),
    st.sampled_from([1, 100, 900, 950, 980, 1000, 10_000]),
    st.booleans(),
)
payloads = st.one_of(mutated(), deep, st.binary(max_size=200), st.text(max_size=50).map(str.encode))


# --- frames


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_random_bytes_are_frames_or_a_violation(chunks: list[bytes]) -> None:
    reader = FrameReader(LIMIT)
    code = 0
    try:
        for message in chain.from_iterable(map(reader.feed, chunks)):
            assert message.opcode in (TEXT, BINARY, CLOSE, PING, PONG)
            assert len(message.payload) <= LIMIT
    except Violation as violation:
        code = violation.code
    assert code in (0, 1002, 1009)
    assert len(reader._rest or b"") <= LIMIT + 14 + 50


whole = st.tuples(st.sampled_from([TEXT, BINARY, PING, PONG]), st.binary(max_size=120))


@given(st.lists(whole, max_size=8), st.data())
def test_frames_are_the_same_however_they_are_cut(
    messages: list[tuple[int, bytes]], data: st.DataObject
) -> None:
    stream = b"".join(masked(0x80 | opcode, body) for opcode, body in messages)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    reader = FrameReader(LIMIT)
    heard: list[Message] = []
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        heard += reader.feed(stream[begin:end])
    assert heard == [Message(*message) for message in messages]


# --- commands


@given(payloads)
def test_any_payload_is_commands_or_malformed(payload: bytes) -> None:
    try:
        found = parse(payload)
    except (Malformed, TooManyLines):
        return
    assert all(0 <= command.id <= LARGEST_ID for command in found)
    payload.decode()  # a text message is UTF-8 (RFC 6455 section 8.1)


# --- a connection


def verify(token: str, _now: float) -> Claims:
    """Tokens of one wall, and of an officer who is staff of a district."""
    if token == "old":
        raise TokenRefused(expired=True)
    if token == "served":
        served = {"district:1": b"", "board:1": b"{}"}
        return Claims("wall:1", frozenset(served), NOW - 5, NOW + 600, "", b"{}", served, frozenset(served))
    if token not in ("good", "staff"):
        raise TokenRefused
    channels = {"district:1", "incident:a", "board:1", "district:\0", "phones:simulator"}
    return Claims("wall:1" if token == "good" else "officer:1", frozenset(channels), NOW - 5, NOW + 600)


class Witness:
    """A connection, and what it must never do, whatever it is told."""

    def __init__(self) -> None:
        self.connection = Connection(
            Terms(verify, verify, Revocations(), "wufen", 2, frozenset({"phones"})), "c"
        )
        self.attached: set[str] = set()
        self.closed = False

    def tell(self, payload: bytes) -> None:
        """One text message."""
        try:
            commands = parse(payload)
        except Malformed:
            self.closed = True  # the socket closes with 3501
            return
        was_known = self.connection.claims is not None
        actions = self.connection.receive(commands, NOW)
        for at, action in enumerate(actions):
            assert not self.closed, "nothing follows a close"
            self.look(action)
            if not was_known and isinstance(action, Subscribe | Call):
                assert any(isinstance(one, Connected) for one in actions[:at]), "a stranger was served"
        assert self.connection.subscriptions == self.attached
        assert len(self.attached) <= MOST_SUBSCRIPTIONS

    def look(self, action: Action) -> None:
        """One action; what is sent is a reply or a push with a documented code."""
        if isinstance(action, Send):
            self.read(json.loads(action.message.decode()))
        elif isinstance(action, Close):
            assert action.why in DISCONNECTS
            self.closed = True
        elif isinstance(action, Subscribe):
            assert action.channel not in self.attached
            assert namespace(action.channel) in NAMESPACES
            assert action.since is None or action.since.offset < 2**63
            assert "\0" not in action.channel
            self.attached.add(action.channel)
        elif isinstance(action, Unsubscribe):
            self.attached.remove(action.channel)

    @staticmethod
    def read(message: dict[str, Any]) -> None:
        assert message.keys() <= {"push", "error", *Command.__struct_fields__}
        if "error" in message:
            assert message["error"]["code"] in FAULTS
        if "id" in message:
            assert 1 <= message["id"] <= LARGEST_ID


@settings(max_examples=400)
@given(
    st.lists(payloads | st.lists(lines, min_size=1, max_size=6).map(b"\n".join), max_size=12),
    st.sampled_from(["", "good", "served"]),
)
def test_a_connection_survives_anything_in_any_order(frames: list[bytes], token: str) -> None:
    witness = Witness()
    if token:
        witness.tell(b'{"id":1,"connect":{"token":"%b"}}' % token.encode())
        assert witness.connection.claims is not None
    for payload in frames:
        if witness.closed:
            return
        witness.tell(payload)
    assert witness.connection.visit(NOW) is None


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b'{"id":123456789012345678901234567890,"ping":{}}', 3501),
        (b'{"id":4294967296,"ping":{}}', 3501),
        (b'{"id":2,"subscribe":{"channel":"district:1","recover":true,"offset":9223372036854775808}}', 3501),
        (b'{"id":2,"rpc":{"method":"seen","data":{"offer":"\xff"}}}', 3501),
        (b'{"id":2,"rpc":{"method":"seen","data":{"x":"\xed\xa0\x80"}}}', 3501),
    ],
)
def test_numbers_and_letters_that_are_none_end_the_connection(payload: bytes, code: int) -> None:
    assert code == codes.MALFORMED.code
    with pytest.raises(Malformed):
        parse(payload)


def test_a_frame_of_nothing_but_lines_is_not_looked_at() -> None:
    assert parse(b"{}\n" * 1_000)
    with pytest.raises(TooManyLines):
        parse(b"{}\n" * 1_001)


def test_a_channels_name_holds_no_control_characters() -> None:
    witness = Witness()
    witness.tell(b'{"id":1,"connect":{"token":"good"}}')
    (refused,) = witness.connection.receive(
        parse(b'{"id":2,"subscribe":{"channel":"district:\\u0000"}}'), NOW
    )
    assert isinstance(refused, Send)
    assert json.loads(refused.message)["error"]["code"] == codes.BAD_REQUEST.code


# --- remote calls


async def test_a_call_survives_anything_in_its_data() -> None:
    answers: list[Any] = []

    async def acknowledge(_officer: str, told: list[tuple[str, Any]]) -> int:
        assert all(offer.isprintable() for offer, _ in told)
        return len(told)

    calls = Calls(acknowledge, lambda _socket, _id, answer: answers.append(answer))
    data = [
        b"null",
        b"[]",
        b'{"offer":"\xff"}',
        b'{"offer":"\\ud800"}',
        b'{"offer":"\\u0000"}',
        b'{"offers":[1]}',
    ]
    data += [nested(depth, mapping=True) for depth in range(800, 1000)]
    for number, one in enumerate(data):
        calls.take(None, Call(number, "officer:1", "seen", one))  # type: ignore[arg-type]
    await calls.record()
    assert len(answers) == len(data)
    assert all(answer in (codes.BAD_REQUEST, b"{}") for answer in answers)


# --- the opening


@given(
    st.binary(max_size=LONGEST_HEAD // 32)
    | st.sampled_from([b"GET //[ HTTP/1.1", b"GET http://[:/ HTTP/1.1"])
)
def test_any_head_has_an_answer(head: bytes) -> None:
    opening = open_connection(head + b"\r\n\r\n", ORIGINS, lambda _forwarded, _websocket: None)
    assert opening.page is not None or opening.response.startswith(b"HTTP/1.1 ")


header_names = st.sampled_from(
    ["Host", "Origin", "Connection", "Upgrade", "Sec-WebSocket-Key", "Sec-WebSocket-Version"]
    + [
        "Sec-WebSocket-Extensions",
        "Sec-WebSocket-Protocol",
        "X-Forwarded-For",
        "Content-Length",
        "Transfer-Encoding",
    ]
)
header_values = st.sampled_from(
    ["localhost", "null", "http://localhost:8000", "Upgrade", "websocket", "13", "dGhlIHNhbXBsZSBub25jZQ=="]
    + [
        "permessage-deflate",
        "permessage-deflate; client_max_window_bits",
        "chunked",
        "-1",
        "5",
        "[",
        "é",
        "a,b,,",
    ]
) | st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=20)


@given(
    st.sampled_from(["GET", "POST", "HEAD", "get"]),
    st.lists(st.tuples(header_names, header_values), max_size=10),
)
def test_any_headers_have_an_answer(method: str, headers: list[tuple[str, str]]) -> None:
    head = f"{method} /connection/websocket HTTP/1.1\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n"
    heard: list[str] = []

    def admit(forwarded: Any, _websocket: bool) -> None:
        heard.append(Proxies(["127.0.0.1"]).client("127.0.0.1", forwarded))

    opening = open_connection(head.encode("latin-1"), ORIGINS, admit)
    assert opening.response.startswith(b"HTTP/1.1 ")
    assert b"permessage" not in opening.response
    if opening.accepted:
        assert opening.status == 101
        assert all(value in ("http://localhost:8000",) for name, value in headers if name == "Origin")
