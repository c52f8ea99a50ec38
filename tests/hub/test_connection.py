"""One connection: commands and time in, replies and actions out. No socket and no clock."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from hub import codes
from hub.actions import (
    Action,
    Call,
    Close,
    Connected,
    Hold,
    Look,
    Send,
    Since,
    Subscribe,
    Unsubscribe,
    Welcome,
    Who,
)
from hub.connection import Connection
from hub.protocol import parse
from hub.rights import Claims, Revocations
from hub.standing import MOST_COMMANDS, MOST_SUBSCRIPTIONS, Terms, TokenRefused

NOW = 1_000.0
MINE = frozenset({"district:511802", "positions:511802", "officer:zhang", "board:511802", "phones:simulator"})


# Channels that tokens name, by subject and time of issue.
SERVED_BY: dict[str, dict[str, bytes]] = {
    "served/900": {"district:511802": b"", "board:511802": b'{"hello":"wall"}'},
    "served/901": {"district:511802": b"", "board:511802": b"", "officer:zhang": b""},
    "many/900": {f"incident:{n}": b"" for n in range(MOST_SUBSCRIPTIONS + 1)},
    "strange/900": {"news": b""},
}


def verify(token: str, now: float) -> Claims:
    """Tokens of these tests: ``subject/issued at/expires at``."""
    try:
        subject, issued_at, expires_at = token.split("/")
    except ValueError:
        raise TokenRefused from None
    if float(expires_at) <= now:
        raise TokenRefused(expired=True)
    channels = SERVED_BY.get(f"{subject}/{issued_at}", {})
    allowed = MINE.union(channels)
    return Claims(subject, allowed, float(issued_at), float(expires_at), served=channels)


def verify_subscription(token: str, now: float) -> Claims:
    """Subscription tokens of these tests: ``subject/issued at/expires at/channel``."""
    token, _, channel = token.rpartition("/")
    return verify(token, now)._replace(channels=frozenset({channel}), info=b'{"desk":1}')


GOOD = "officer:zhang/900/1600"


class Talk:
    """A connection, and what it was told."""

    def __init__(self, *, refused: frozenset[str] = frozenset(), **terms_: Any) -> None:
        self.revocations = Revocations()
        terms = Terms(verify, verify_subscription, self.revocations, "wufen 0.1.0", 2, refused, **terms_)
        self.connection = Connection(terms, "c1")
        self._next = 0

    def say(self, now: float = NOW, **request: Any) -> list[Action]:
        self._next += 1
        return self.raw({"id": self._next, **request}, now=now)

    def raw(self, *commands: dict[str, Any], now: float = NOW) -> list[Action]:
        frame = "\n".join(json.dumps(command) for command in commands)
        return self.connection.receive(parse(frame.encode()), now)

    def connect(self, token: str = GOOD, now: float = NOW) -> list[Action]:
        return self.say(now, connect={"token": token})

    def subscribe(self, channel: str, **more: Any) -> list[Action]:
        return self.say(subscribe={"channel": channel, **more})


def connected() -> Talk:
    talk = Talk()
    talk.connect()
    return talk


def said(actions: list[Action]) -> list[dict[str, Any]]:
    return [json.loads(action.message) for action in actions if isinstance(action, Send)]


def error(actions: list[Action]) -> int:
    (reply,) = said(actions)
    return int(reply["error"]["code"])


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


# --- channels that the token names


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
