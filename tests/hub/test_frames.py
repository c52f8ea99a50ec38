"""WebSocket frames as RFC 6455 draws them; the bytes are written by hand."""

import pytest

from hub.frames import (
    BINARY,
    CLOSE,
    PING,
    TEXT,
    FrameReader,
    Message,
    Violation,
    close_frame,
    pong_frame,
    text_frame,
)
from tests.support.raw_client import masked

HELLO = bytes.fromhex("818537fa213d7f9f4d5158")  # the masked "Hello" of RFC 6455 section 5.7


def test_the_example_of_the_standard_is_read() -> None:
    assert list(FrameReader(100).feed(HELLO)) == [Message(TEXT, b"Hello")]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 70000])
def test_a_message_of_any_length_is_read(size: int) -> None:
    payload = bytes(at % 251 for at in range(size))
    assert list(FrameReader(100_000).feed(masked(0x82, payload))) == [Message(BINARY, payload)]


def test_frames_may_arrive_byte_by_byte() -> None:
    reader = FrameReader(100)
    data = HELLO + masked(0x89, b"hi") + masked(0x81, b"x" * 3)
    messages = [message for byte in data for message in reader.feed(bytes((byte,)))]
    assert messages == [Message(TEXT, b"Hello"), Message(PING, b"hi"), Message(TEXT, b"xxx")]


def test_several_frames_may_arrive_at_once_with_half_of_another() -> None:
    reader = FrameReader(100)
    assert list(reader.feed(HELLO + HELLO + HELLO[:4])) == [Message(TEXT, b"Hello")] * 2
    assert list(reader.feed(HELLO[4:] + HELLO)) == [Message(TEXT, b"Hello")] * 2


def test_a_fragmented_message_is_put_together_with_a_ping_in_between() -> None:
    reader = FrameReader(100)
    data = masked(0x01, b"Hel") + masked(0x89, b"?") + masked(0x00, b"l") + masked(0x80, b"o")
    assert list(reader.feed(data)) == [Message(PING, b"?"), Message(TEXT, b"Hello")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x81\x05Hello", 1002),  # not masked
        (masked(0xC1, b"x"), 1002),  # a reserved bit
        (masked(0x83, b"x"), 1002),  # an unknown opcode
        (masked(0x8B, b"x"), 1002),  # an unknown control opcode
        (masked(0x09, b"x"), 1002),  # a fragmented control frame
        (masked(0x89, b"x" * 126), 1002),  # a control frame too long
        (masked(0x80, b"x"), 1002),  # the end of nothing
        (masked(0x01, b"a") + masked(0x81, b"b"), 1002),  # a message inside a message
        (masked(0x81, b"x" * 101), 1009),
        (masked(0x01, b"x" * 60) + masked(0x80, b"x" * 60), 1009),
    ],
)
def test_what_breaks_the_rules_is_refused(data: bytes, code: int) -> None:
    with pytest.raises(Violation) as refused:
        list(FrameReader(100).feed(data))
    assert refused.value.code == code


def test_a_message_in_endless_empty_pieces_is_refused() -> None:
    with pytest.raises(Violation):
        list(FrameReader(100).feed(masked(0x01, b"") + masked(0x00, b"") * 1_000))


def test_a_length_that_is_too_long_is_refused_before_the_message_is_there() -> None:
    with pytest.raises(Violation):
        list(FrameReader(100).feed(b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff"))


def test_nothing_is_kept_between_whole_frames() -> None:
    reader = FrameReader(100)
    list(reader.feed(HELLO))
    assert reader._rest is None
    assert reader._parts is None


@pytest.mark.parametrize(
    ("size", "head"),
    [(5, b"\x81\x05"), (126, b"\x81\x7e\x00\x7e"), (65536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00")],
)
def test_text_is_framed_unmasked(size: int, head: bytes) -> None:
    assert text_frame(b"x" * size) == head + b"x" * size


def test_control_frames_of_the_hub() -> None:
    assert pong_frame(b"hi") == b"\x8a\x02hi"
    assert close_frame(3001, "shutdown") == b"\x88\x0a\x0b\xb9shutdown"
    assert len(close_frame(3001, "x" * 500)) == 2 + 125
    assert list(FrameReader(100).feed(masked(0x88, b"\x03\xe8"))) == [Message(CLOSE, b"\x03\xe8")]


def test_what_was_whole_before_a_violation_is_given_out() -> None:
    messages = FrameReader(100).feed(HELLO + b"\x81\x05Hello")
    assert next(messages) == Message(TEXT, b"Hello")
    with pytest.raises(Violation):
        next(messages)


def test_whoever_stops_listening_in_between_finds_the_rest_later() -> None:
    reader = FrameReader(100)
    for message in reader.feed(HELLO + masked(0x88, b"") + HELLO[:3]):
        assert message == Message(TEXT, b"Hello")
        break
    assert list(reader.feed(HELLO[3:])) == [Message(CLOSE, b""), Message(TEXT, b"Hello")]


def test_a_new_message_in_pieces_has_the_whole_limit() -> None:
    reader = FrameReader(100)
    pieces = masked(0x01, b"a" * 60) + masked(0x80, b"b" * 40)
    assert list(reader.feed(pieces * 3)) == [Message(TEXT, b"a" * 60 + b"b" * 40)] * 3
