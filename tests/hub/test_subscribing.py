"""One connection subscribes: by its own token, or one for the channel, and asks who is there. No socket, no clock."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub import codes
from hub.actions import (
    Look,
    Since,
    Subscribe,
    Unsubscribe,
    Who,
)
from hub.standing import MOST_SUBSCRIPTIONS
from tests.hub.talk import (
    NOW,
    Talk,
    connected,
    error,
    said,
)

# --- subscribe


def test_a_subscription_is_passed_on() -> None:
    assert connected().subscribe("district:511802") == [Subscribe(2, "district:511802")]


def test_a_subscription_with_a_position_asks_for_what_was_missed() -> None:
    actions = connected().subscribe("district:511802", recover=True, offset=7, epoch="Xy1", flag=3)
    assert actions == [Subscribe(2, "district:511802", Since(7, "Xy1"), reject_unrecovered=True)]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"channel": "district:511803"}, 103),
        ({"channel": "officer:li"}, 103),
        ({"channel": "control:1"}, 102),
        ({"channel": "control"}, 102),
        ({"channel": "news"}, 102),
        ({"channel": ""}, 107),
        ({"channel": "district:" + "5" * 250}, 107),
        ({"channel": "district:511802", "offset": -1}, 107),
        ({"channel": "district:511802", "token": "t"}, 103),
        ({"channel": "district:511802", "tf": {"op": "eq"}}, 108),
        ({"channel": "district:511802", "join_leave": True}, 108),
        ({"channel": "district:511802", "type": 1}, 108),
    ],
)
def test_what_may_not_be_subscribed_is_refused(request_: dict[str, Any], code: int) -> None:
    talk = connected()
    assert error(talk.say(subscribe=request_)) == code
    assert talk.connection.subscriptions == set()


def test_the_same_channel_twice_is_an_error() -> None:
    talk = connected()
    talk.subscribe("district:511802")
    assert error(talk.subscribe("district:511802")) == 105


def test_subscriptions_are_limited() -> None:
    talk = connected()
    talk.connection.subscriptions = {f"incident:{n}" for n in range(MOST_SUBSCRIPTIONS)}
    assert error(talk.subscribe("district:511802")) == 106


def test_a_namespace_that_this_hub_does_not_have_is_unknown() -> None:
    talk = Talk(refused=frozenset({"phones"}))
    talk.connect()
    assert error(talk.subscribe("phones:simulator")) == 102


def test_staff_of_a_district_may_follow_an_incident_if_it_belongs_to_it() -> None:
    assert connected().subscribe("incident:i1") == [Subscribe(2, "incident:i1", within=frozenset({"511802"}))]


def test_unsubscribing_and_subscribing_again() -> None:
    talk = connected()
    talk.subscribe("district:511802")
    actions = talk.say(unsubscribe={"channel": "district:511802"})
    assert actions[0] == Unsubscribe("district:511802")
    assert said(actions) == [{"id": 3, "unsubscribe": {}}]
    assert isinstance(talk.subscribe("district:511802")[0], Subscribe)
    assert said(talk.say(unsubscribe={"channel": "never"})) == [{"id": 5, "unsubscribe": {}}]


def test_a_subscription_that_failed_can_be_tried_again() -> None:
    talk = connected()
    talk.subscribe("district:511802")
    assert error(talk.connection.not_subscribed("district:511802", 2, codes.INTERNAL)) == 100
    assert isinstance(talk.subscribe("district:511802")[0], Subscribe)


# --- subscription tokens


def test_a_subscription_token_opens_a_channel_that_the_connection_token_does_not_name() -> None:
    talk = connected()
    actions = talk.subscribe("district:511803", token="officer:zhang/950/1300/district:511803")
    assert actions == [Subscribe(2, "district:511803")]
    (answer,) = talk.connection.subscribed(Subscribe(2, "district:511803"), {"offset": 7}, NOW)
    assert said([answer]) == [{"id": 2, "subscribe": {"offset": 7, "expires": True, "ttl": 300}}]
    assert msgspec.json.encode(talk.connection.info("district:511803")) == (
        b'{"user":"officer:zhang","client":"c1","chan_info":{"desk":1}}'
    )
    again = talk.subscribe("district:511803", token="officer:zhang/950/1400/district:511803")
    assert error(again) == 105
    assert talk.connection.lapse(1326.0)[0] == Unsubscribe("district:511803")


def test_history_may_be_read_where_a_subscription_token_opened_the_channel() -> None:
    talk = connected()
    talk.subscribe("district:511803", token="officer:zhang/950/1300/district:511803")
    assert talk.say(history={"channel": "district:511803"}) == [Look(3, "district:511803", 0)]


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("forged", 103),
        ("officer:li/950/1300/district:511803", 103),
        ("officer:zhang/950/1300/district:511804", 103),
        ("officer:zhang/950/1000/district:511803", 109),
        ("officer:zhang/899/1300/district:511803", 103),
        ("officer:zhang/900/1300/district:511803", 109),
    ],
)
def test_a_subscription_token_of_somebody_else_or_something_else_opens_nothing(token: str, code: int) -> None:
    talk = connected()
    talk.revocations.revoke("officer:zhang", 900.5)
    assert error(talk.subscribe("district:511803", token=token)) == code
    assert talk.connection.subscriptions == set()
    assert error(talk.say(history={"channel": "district:511803"})) == 103


def test_a_subscription_token_from_before_the_end_of_the_shift_opens_the_district_no_more() -> None:
    talk = connected()
    talk.revocations.off_duty("officer:zhang", "511803", 960.0)
    refused = talk.subscribe("district:511803", token="officer:zhang/950/1300/district:511803")
    assert error(refused) == 103


def test_a_subscription_ends_with_its_token_and_a_grace_unless_it_is_renewed() -> None:
    talk = connected()
    talk.subscribe("district:511803", token="officer:zhang/950/1300/district:511803")
    assert talk.connection.lapse(1325.0) == []
    renewed = talk.say(
        now=1290.0,
        sub_refresh={"channel": "district:511803", "token": "officer:zhang/1290/1590/district:511803"},
    )
    assert said(renewed) == [{"id": 3, "sub_refresh": {"expires": True, "ttl": 300}}]
    assert talk.connection.lapse(1600.0) == []
    ended = talk.connection.lapse(1615.1)
    assert ended[0] == Unsubscribe("district:511803")
    push = {"channel": "district:511803", "unsubscribe": {"code": 2501, "reason": "subscription expired"}}
    assert said(ended) == [{"push": push}]
    assert error(talk.subscribe("district:511803")) == 103


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"channel": "district:511803", "token": "officer:zhang/950/1300/district:511803"}, 103),
        ({"channel": "district:511802", "token": "officer:zhang/950/1300/district:511802"}, 107),
        ({"channel": "positions:511802"}, 107),
        ({"channel": "positions:511802", "token": "forged"}, 103),
        ({"channel": "positions:511802", "token": "officer:zhang/950/999/positions:511802"}, 109),
    ],
)
def test_only_a_subscription_that_came_with_a_token_is_renewed_by_one(
    request_: dict[str, Any], code: int
) -> None:
    talk = connected()
    talk.subscribe("district:511802")
    talk.subscribe("positions:511802", token="officer:zhang/950/1300/positions:511802")
    assert error(talk.say(sub_refresh=request_)) == code


# --- who is there


def test_who_is_there_is_told_only_where_the_token_says_so_and_as_long_as_it_opens_the_channel() -> None:
    talk = connected()
    claims = talk.connection.claims
    assert claims is not None
    talk.connection.claims = claims._replace(watched=frozenset({"district:511802", "district:511803"}))
    assert talk.say(presence={"channel": "district:511802"}) == [Who(2, "presence", "district:511802")]
    asked = talk.say(presence_stats={"channel": "district:511802"})
    assert asked == [Who(3, "presence_stats", "district:511802")]
    assert error(talk.say(presence={"channel": "district:511803"})) == 103
    talk.revocations.off_duty("officer:zhang", "511802", 950.0)
    assert error(talk.say(presence={"channel": "district:511802"})) == 103
