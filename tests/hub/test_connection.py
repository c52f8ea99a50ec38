"""One connection: commands and time in, replies and actions out. No socket and no clock."""

from __future__ import annotations

from typing import Any

import pytest

from hub import codes
from hub.actions import (
    Call,
    Close,
    Connected,
    Send,
    Unsubscribe,
)
from hub.standing import MOST_COMMANDS
from tests.hub.talk import (
    GOOD,
    NOW,
    Talk,
    connected,
    error,
    said,
)

# --- connect


def test_a_good_token_connects() -> None:
    actions = Talk().connect()
    assert actions[0] == Connected("officer:zhang")
    assert said(actions) == [
        {
            "id": 1,
            "connect": {
                "client": "c1",
                "version": "wufen 0.1.0",
                "expires": True,
                "ttl": 600,
                "ping": 2,
                "pong": True,
            },
        }
    ]


def test_a_forged_token_or_none_ends_the_connection_for_good() -> None:
    assert Talk().connect("forged") == [Close(codes.INVALID_TOKEN)]
    assert Talk().say(connect={}) == [Close(codes.INVALID_TOKEN)]


def test_an_expired_token_is_an_error_so_that_the_client_brings_another() -> None:
    talk = Talk()
    assert error(talk.connect(now=1600.0)) == 109
    assert said(talk.connect("officer:zhang/1600/2200", now=1600.0))[0]["connect"]["ttl"] == 600


@pytest.mark.parametrize(
    "request_", [{"subscribe": {"channel": "district:511802"}}, {"ping": {}}, {"rpc": {}}]
)
def test_whoever_says_anything_before_connecting_is_cut_off(request_: dict[str, Any]) -> None:
    assert Talk().say(**request_) == [Close(codes.MALFORMED)]


def test_connecting_twice_is_nonsense() -> None:
    assert connected().connect() == [Close(codes.MALFORMED)]


def test_a_command_without_an_id_is_nonsense() -> None:
    assert connected().raw({"ping": {}}) == [Close(codes.MALFORMED)]


def test_nothing_is_obeyed_after_the_end() -> None:
    talk = connected()
    actions = talk.raw({"id": 0, "ping": {}}, {"id": 9, "ping": {}})
    assert actions == [Close(codes.MALFORMED)]


# --- the rest of the protocol


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"publish": {"channel": "district:511802", "data": {}}}, 103),
        ({"presence": {"channel": "district:511802"}}, 103),
        ({"presence_stats": {"channel": "district:511802"}}, 103),
        ({"presence": {"channel": "news"}}, 102),
        ({"history": {"channel": "positions:511802", "limit": 1}}, 108),
        ({"history": {"channel": "district:511803", "limit": 1}}, 103),
        ({"history": {"channel": "news", "limit": 1}}, 102),
        ({"history": {"channel": "district:511802", "limit": 1, "since": {"offset": -1}}}, 107),
        ({"sub_refresh": {"channel": "district:511802", "token": "t"}}, 103),
        ({"dance": {}}, 104),
    ],
)
def test_what_nobody_asked_for_is_refused_and_not_ignored(request_: dict[str, Any], code: int) -> None:
    assert error(connected().say(**request_)) == code


def test_a_message_that_nobody_listens_to_ends_the_connection() -> None:
    assert connected().raw({"send": {"data": {}}}) == [Close(codes.NOT_HANDLED)]


def test_a_remote_call_is_passed_on_with_its_caller() -> None:
    actions = connected().say(rpc={"method": "seen", "data": {"offer": "o1"}})
    assert actions == [Call(2, "officer:zhang", "seen", b'{"offer": "o1"}')]


def test_a_ping_is_answered() -> None:
    assert said(connected().say(ping={})) == [{"id": 2, "ping": {}}]


def test_too_many_commands_at_once_end_the_connection() -> None:
    talk = connected()
    for _ in range(MOST_COMMANDS - 1):
        talk.say(ping={})
    assert talk.say(ping={}) == [Close(codes.TOO_MANY_COMMANDS)]


def test_a_hundred_commands_a_second_are_answered_for_ever() -> None:
    talk = connected()
    for hundredth in range(5 * MOST_COMMANDS):
        assert said(talk.say(NOW + hundredth / 100, ping={}))


def test_waiting_for_a_visit_does_not_make_room_for_more() -> None:
    talk = connected()
    for _ in range(MOST_COMMANDS - 1):
        talk.say(ping={})
    talk.connection.visit(NOW)
    assert talk.say(ping={}) == [Close(codes.TOO_MANY_COMMANDS)]


def test_without_limits_nobody_counts() -> None:
    talk = Talk(most_commands=None)
    talk.connect()
    for _ in range(2 * MOST_COMMANDS):
        assert said(talk.say(ping={}))


def test_a_subject_with_too_many_connections_is_told_to_try_again() -> None:
    talk = Talk(crowded=lambda subject: subject == "officer:zhang")
    (refused,) = said(talk.connect())
    assert (refused["error"]["code"], refused["error"]["temporary"]) == (111, True)
    assert talk.connection.claims is None
    assert talk.connect("officer:li/900/1600")[0] == Connected("officer:li")


# --- time


def test_a_stranger_has_a_few_visits_to_show_his_token() -> None:
    connection = Talk().connection
    assert [connection.visit(NOW) for _ in range(4)] == [None, None, None, codes.STALE]


def test_a_client_that_answers_no_ping_is_given_up() -> None:
    connection = connected().connection
    assert [connection.visit(NOW) for _ in range(3)] == [None, None, codes.NO_PONG]


def test_any_word_is_a_sign_of_life() -> None:
    talk = connected()
    for _ in range(10):
        assert talk.connection.visit(NOW) is None
        assert talk.raw({}) == []


def test_a_connection_outlives_its_token_only_by_a_grace() -> None:
    connection = connected().connection
    assert connection.visit(1625.0) is None
    assert connection.visit(1625.1) == codes.EXPIRED


def test_a_new_token_keeps_the_connection() -> None:
    talk = connected()
    actions = talk.say(now=1590.0, refresh={"token": "officer:zhang/1590/2190"})
    assert said(actions)[0]["refresh"] == {
        "client": "c1",
        "version": "wufen 0.1.0",
        "expires": True,
        "ttl": 600,
    }
    assert talk.connection.visit(1700.0) is None


@pytest.mark.parametrize(
    ("token", "why"),
    [
        ("forged", codes.INVALID_TOKEN),
        ("officer:li/1590/2190", codes.INVALID_TOKEN),
        ("officer:zhang/900/1500", codes.EXPIRED),
    ],
)
def test_a_refresh_with_a_wrong_token(token: str, why: codes.Disconnect) -> None:
    assert connected().say(now=1590.0, refresh={"token": token}) == [Close(why)]


# --- what is taken back


def test_the_end_of_a_shift_ends_the_districts_channels_for_good() -> None:
    talk = connected()
    for channel in ("district:511802", "positions:511802", "officer:zhang", "incident:i1"):
        talk.subscribe(channel)
    talk.revocations.off_duty("officer:zhang", "511802", 950.0)
    actions = talk.connection.off_duty(["district:511802", "positions:511802"])
    gone = ["district:511802", "incident:i1", "positions:511802"]
    assert [action for action in actions if not isinstance(action, Send)] == [
        Unsubscribe(name) for name in gone
    ]
    assert said(actions) == [
        {"push": {"channel": name, "unsubscribe": {"code": 2000, "reason": "off duty"}}} for name in gone
    ]
    assert talk.connection.subscriptions == {"officer:zhang"}
    assert error(talk.subscribe("district:511802")) == 103
    assert error(talk.subscribe("incident:i1")) == 103


def test_a_refresh_after_the_shift_does_not_keep_what_its_token_no_longer_opens() -> None:
    talk = connected()
    talk.subscribe("district:511802")
    talk.revocations.off_duty("officer:zhang", "511802", 1000.0)
    actions = talk.say(refresh={"token": "officer:zhang/950/1600"})
    assert Unsubscribe("district:511802") in actions


def test_a_revoked_token_is_refused_on_every_way_in() -> None:
    talk = Talk()
    talk.revocations.revoke("officer:zhang", 950.0)
    assert talk.connect() == [Close(codes.INVALID_TOKEN)]
    assert Connected("officer:zhang") in Talk().connect()
    other = connected()
    other.revocations.revoke("officer:zhang", 950.0)
    assert other.say(refresh={"token": GOOD}) == [Close(codes.INVALID_TOKEN)]


def test_a_token_of_the_second_of_the_revocation_has_to_be_brought_anew() -> None:
    talk = Talk()
    talk.revocations.revoke("officer:zhang", 900.5)
    assert error(talk.connect()) == 109
    assert Connected("officer:zhang") in talk.connect("officer:zhang/901/1600")
