"""Frames of the client protocol into commands and back; the messages are as official clients send them."""

import pytest

from hub import codes
from hub.protocol import (
    Malformed,
    batch,
    error_reply,
    parse,
    publication,
    publication_push,
    reply,
    unsubscribe_push,
)


def test_a_command_is_read_and_what_we_do_not_know_is_ignored() -> None:
    (command,) = parse(b'{"connect":{"token":"t","name":"js","headers":{}},"id":1,"new":[1]}')
    assert (command.id, command.kind) == (1, "connect")
    assert command.connect is not None
    assert command.connect.token == "t"


def test_several_commands_stand_in_one_frame_one_per_line() -> None:
    commands = parse(b'{"id":1,"ping":{}}\n{"id":2,"unsubscribe":{"channel":"c"}}\n')
    assert [(command.id, command.kind) for command in commands] == [(1, "ping"), (2, "unsubscribe")]


def test_a_subscription_with_a_position() -> None:
    (command,) = parse(b'{"subscribe":{"channel":"district:1","flag":3,"recover":true,"epoch":"Xy"},"id":2}')
    wanted = command.subscribe
    assert wanted is not None
    assert (wanted.channel, wanted.recover, wanted.offset, wanted.epoch) == ("district:1", True, 0, "Xy")


def test_an_empty_command_is_a_pong() -> None:
    (command,) = parse(b"{}")
    assert (command.id, command.kind) == (0, "")


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"id":"1"}',
        b'{"id":1,"subscribe":[]}',
        b'{"id":1,"subscribe":{"channel":5}}',
        b'{"id":1}{"id":2}x',
        b'{"id":1,"connect":{"token":"\xff"}}',
        b'{"id":1,"rpc":' + b'{"data":' + b"[" * 50_000,
    ],
)
def test_anything_else_is_malformed(frame: bytes) -> None:
    if frame == b"":
        assert parse(frame) == []
        return
    with pytest.raises(Malformed):
        parse(frame)


def test_replies_errors_and_pushes_on_the_wire() -> None:
    assert reply(3, "subscribe", {}) == b'{"id":3,"subscribe":{}}'
    assert (
        error_reply(4, codes.PERMISSION_DENIED)
        == b'{"id":4,"error":{"code":103,"message":"permission denied"}}'
    )
    assert error_reply(5, codes.INTERNAL) == (
        b'{"id":5,"error":{"code":100,"message":"internal server error","temporary":true}}'
    )
    assert publication_push("district:1", publication(b'{"a":1}', 4)) == (
        b'{"push":{"channel":"district:1","pub":{"data":{"a":1},"offset":4}}}'
    )
    bare = publication(b"{}", None)
    assert publication_push("board:1", bare) == b'{"push":{"channel":"board:1","pub":{"data":{}}}}'
    assert unsubscribe_push("district:1", codes.INSUFFICIENT_STATE) == (
        b'{"push":{"channel":"district:1","unsubscribe":{"code":2500,"reason":"insufficient state"}}}'
    )
    assert batch([b"{}", b"{}"]) == b"{}\n{}"


def test_codes_say_whether_the_client_comes_back() -> None:
    assert {disconnect.code for disconnect in codes.DISCONNECTS if disconnect.reconnects} == {
        3001,
        3004,
        3005,
        3008,
        3012,
        3013,
    }
    assert {disconnect.code for disconnect in codes.DISCONNECTS if not disconnect.reconnects} == {
        3500,
        3501,
        3502,
        3503,
        3505,
        3506,
        3507,
        3508,
    }
    assert [why.code for why in codes.UNSUBSCRIBES if why.comes_back] == [2500, 2501]
    assert codes.Disconnect(1002, "").reconnects
    assert not codes.Disconnect(1009, "").reconnects
