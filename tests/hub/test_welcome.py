"""One connection whose token names channels: they are subscribed before connecting is answered. No socket, no clock."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hub import codes
from hub.actions import (
    Action,
    Close,
    Connected,
    Hold,
    Since,
    Subscribe,
    Unsubscribe,
    Welcome,
)
from tests.hub.talk import (
    NOW,
    Talk,
    error,
    said,
)

SERVED = "served/900/1600"


def served(**had: Any) -> tuple[Talk, list[Action]]:
    talk = Talk()
    return talk, talk.say(connect={"token": SERVED, "subs": had})


def test_the_reply_to_connect_waits_for_the_channels_that_the_token_names() -> None:
    talk, actions = served()
    district, board = Subscribe(0, "district:511802"), Subscribe(0, "board:511802", Since(0, ""))
    assert actions == [Connected("served"), Hold(), district, board]
    connection = talk.connection
    assert connection.subscribed(board, {}, NOW) == []
    (welcome,) = connection.subscribed(district, {"offset": 3, "epoch": "Xy1"}, NOW)
    assert isinstance(welcome, Welcome)
    assert json.loads(welcome.message)["connect"] == {
        "client": "c1",
        "version": "wufen 0.1.0",
        "expires": True,
        "ttl": 600,
        "ping": 2,
        "pong": True,
        "subs": {
            "board:511802": {"data": {"hello": "wall"}},
            "district:511802": {"offset": 3, "epoch": "Xy1"},
        },
    }
    assert error(talk.subscribe("district:511802")) == 105


def test_a_client_that_was_there_before_recovers_them_and_nothing_else() -> None:
    had = {"recover": True, "offset": 3, "epoch": "Xy1"}
    _, actions = served(**{"district:511802": had, "officer:zhang": had})
    assert actions[2:] == [
        Subscribe(0, "district:511802", Since(3, "Xy1")),
        Subscribe(0, "board:511802", Since(0, "")),  # the latest figures are for everybody
    ]


@pytest.mark.parametrize(
    ("fault", "why"),
    [(codes.INTERNAL, codes.SERVER_ERROR), (codes.UNKNOWN_CHANNEL, codes.FORBIDDEN)],
)
def test_without_one_of_them_there_is_no_connection(fault: codes.Fault, why: codes.Disconnect) -> None:
    talk, _ = served()
    assert talk.connection.not_subscribed("district:511802", 0, fault) == [Close(why)]


def test_one_that_is_taken_away_meanwhile_is_not_waited_for() -> None:
    talk, _ = served()
    connection = talk.connection
    connection.subscribed(Subscribe(0, "board:511802"), {}, NOW)
    gone, welcome = connection.withdraw(["district:511802"], codes.OFF_DUTY)
    assert gone == Unsubscribe("district:511802")
    assert isinstance(welcome, Welcome)
    assert list(json.loads(welcome.message)["connect"]["subs"]) == ["board:511802"]


def test_what_was_taken_back_since_the_token_was_issued_is_not_served() -> None:
    talk = Talk()
    talk.revocations.off_duty("served", "511802", 950.0)
    assert talk.connect(SERVED) == [Connected("served"), Hold(), Subscribe(0, "board:511802", Since(0, ""))]


def test_one_cannot_be_left_before_it_is_there() -> None:
    talk, _ = served()
    assert said(talk.say(unsubscribe={"channel": "district:511802"})) == [{"id": 2, "unsubscribe": {}}]
    assert "district:511802" in talk.connection.subscriptions


@pytest.mark.parametrize(
    ("token", "why"), [("many/900/1600", codes.MOST_CHANNELS), ("strange/900/1600", codes.FORBIDDEN)]
)
def test_a_token_that_names_too_many_or_impossible_channels_connects_nobody(
    token: str, why: codes.Disconnect
) -> None:
    assert Talk().connect(token) == [Close(why)]


def test_a_new_token_that_names_another_channel_subscribes_to_it() -> None:
    talk = Talk()
    talk.connect("served/900/1600")
    talk.connection.subscribed(Subscribe(0, "board:511802"), {}, NOW)
    talk.connection.subscribed(Subscribe(0, "district:511802"), {}, NOW)
    actions = talk.say(refresh={"token": "served/901/1601"})
    (more,) = [action for action in actions if isinstance(action, Subscribe)]
    assert more == Subscribe(0, "officer:zhang")
    pushed = said(talk.connection.subscribed(more, {"offset": 1, "epoch": "Xy1"}, NOW))
    assert pushed == [{"push": {"channel": "officer:zhang", "subscribe": {"offset": 1, "epoch": "Xy1"}}}]
    assert talk.connection.not_subscribed("officer:zhang", 0, codes.INTERNAL) == []
