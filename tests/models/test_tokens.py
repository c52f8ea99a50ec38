"""Connection tokens: what was granted and for how long, and no way round the signature."""

import base64
import json
import math
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from models.tokens import (
    ConnectionToken,
    SubscriptionToken,
    TokenExpired,
    TokenInvalid,
    connection_token,
    read_connection_token,
    read_subscription_token,
    subscription_token,
)

SECRET = "s" * 32
NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
TOKEN = connection_token(SECRET, "officer:abc", ["positions:511802", "district:511802"], NOW, 600)


def test_a_token_says_who_may_subscribe_to_what_until_when() -> None:
    assert read_connection_token(SECRET, TOKEN, NOW) == ConnectionToken(
        subject="officer:abc",
        channels=frozenset({"district:511802", "positions:511802"}),
        issued_at=1793606400,
        expires_at=1793607000,
    )


def test_its_claims_are_those_that_every_centrifuge_server_understands() -> None:
    claims = jwt.decode(TOKEN, SECRET, ["HS256"], {"verify_exp": False, "verify_iat": False})
    assert claims == {
        "sub": "officer:abc",
        "iat": 1793606400,
        "exp": 1793607000,
        "info": {},
        "caps": [{"channels": ["district:511802", "positions:511802"], "allow": ["sub"]}],
    }


def test_a_token_ends_at_its_second_by_the_clock_that_is_passed_in() -> None:
    assert read_connection_token(SECRET, TOKEN, NOW + timedelta(seconds=599))
    with pytest.raises(TokenExpired):
        read_connection_token(SECRET, TOKEN, NOW + timedelta(seconds=600))


def forged(header: dict[str, object], claims: dict[str, object]) -> str:
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims)
    ]
    return ".".join([*parts, ""])


def deep_header() -> str:
    """A header of lists in lists, by no key."""
    header = b'{"alg":"HS256","x":' + b"[" * 2_000 + b"]" * 2_000 + b"}"
    return f"{base64.urlsafe_b64encode(header).rstrip(b'=').decode()}.e30.{'A' * 43}"


CLAIMS: dict[str, object] = {"sub": "officer:abc", "iat": 1793606400, "exp": 1793607000, "caps": []}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not a token",
        TOKEN[:-1],
        TOKEN[:-4] + "AAAA",
        "x" * 10_000,
        connection_token("t" * 32, "officer:abc", [], NOW, 600),
        forged({"alg": "none", "typ": "JWT"}, CLAIMS),
        jwt.encode(CLAIMS, SECRET * 2, "HS512"),
        jwt.encode({**CLAIMS, "sub": 7}, SECRET, "HS256"),
        jwt.encode({**CLAIMS, "exp": "never"}, SECRET, "HS256"),
        jwt.encode({**CLAIMS, "caps": "district:511802"}, SECRET, "HS256"),
        jwt.encode({**CLAIMS, "channels": "district:511802"}, SECRET, "HS256"),
        jwt.encode({**CLAIMS, "subs": ["district:511802"]}, SECRET, "HS256"),
        jwt.encode({**CLAIMS, "channel": "district:511802"}, SECRET, "HS256"),
        jwt.encode({**CLAIMS, "nbf": 1793606410}, SECRET, "HS256"),
        jwt.encode({**CLAIMS, "iat": 1793606410}, SECRET, "HS256"),
        jwt.encode({**CLAIMS, "exp": math.nan}, SECRET, "HS256"),
        jwt.encode({**CLAIMS, "exp": math.inf}, SECRET, "HS256"),
        jwt.encode({**CLAIMS, "iat": math.nan}, SECRET, "HS256"),
        jwt.encode({"sub": "officer:abc", "iat": 1793606400}, SECRET, "HS256"),
        jwt.encode({"sub": "officer:abc", "exp": 1793606401 + 86_400}, SECRET, "HS256"),
        jwt.encode(CLAIMS, SECRET, "HS256", headers={"crit": ["b64"], "b64": False}),
        forged({"alg": "HS256", "typ": "JWT"}, CLAIMS),
        forged({"alg": ["HS256"]}, CLAIMS),
        forged({"alg": "hs256"}, CLAIMS),
        deep_header(),
        jwt.encode({**CLAIMS, "info": {"name": "\ud83d"}}, SECRET, "HS256"),
        jwt.encode({**CLAIMS, "exp": 10**400}, SECRET, "HS256"),
        jwt.encode({**CLAIMS, "iat": -(10**400)}, SECRET, "HS256"),
        f" {TOKEN}",
        f"{TOKEN}.",
        TOKEN.replace("_", "/").replace("-", "+") + "=",
    ],
)
def test_whatever_is_no_token_of_ours_is_invalid_and_never_merely_expired(text: str) -> None:
    with pytest.raises(TokenInvalid) as caught:
        read_connection_token(SECRET, text, NOW)
    assert not isinstance(caught.value, TokenExpired)


def test_a_right_other_than_subscribing_grants_no_channel() -> None:
    text = jwt.encode(
        {**CLAIMS, "caps": [{"channels": ["district:511802"], "allow": ["pub"]}]}, SECRET, "HS256"
    )
    assert read_connection_token(SECRET, text, NOW).channels == frozenset()


def test_a_token_of_any_library_needs_no_more_than_who_and_until_when() -> None:
    text = jwt.encode({"sub": "42", "exp": 1793607000}, SECRET, "HS256")
    assert read_connection_token(SECRET, text, NOW) == ConnectionToken("42", frozenset(), 0, 1793607000)


def test_the_claims_that_centrifugo_documents_are_understood_and_others_passed_over() -> None:
    claims = {
        "sub": "42",
        "iat": 1793606400,
        "exp": 1793607000,
        "nbf": 1793606400,
        "aud": ["a", "b"],
        "iss": "somebody",
        "jti": "1",
        "info": {"name": "wall"},
        "channels": ["district:511802"],
        "subs": {"board:511802": {"data": {"hello": 1}, "override": {"presence": {"value": True}}}},
        "meta": {"x": 1},
    }
    assert read_connection_token(SECRET, jwt.encode(claims, SECRET, "HS256"), NOW) == ConnectionToken(
        "42",
        frozenset({"district:511802", "board:511802"}),
        1793606400,
        1793607000,
        info=b'{"name":"wall"}',
        served={"district:511802": b"", "board:511802": b'{"hello":1}'},
    )


def test_a_token_may_end_the_connection_before_itself_and_never_outlives_a_day() -> None:
    ends = {**CLAIMS, "exp": 1793606400 + 10**7}
    read = read_connection_token(SECRET, jwt.encode(ends, SECRET, "HS256"), NOW)
    assert read.expires_at == 1793606400 + 86_400
    ends["expire_at"] = 1793606500
    read = read_connection_token(SECRET, jwt.encode(ends, SECRET, "HS256"), NOW)
    assert read.expires_at == 1793606500
    with pytest.raises(TokenExpired):
        read_connection_token(SECRET, jwt.encode(ends, SECRET, "HS256"), NOW + timedelta(seconds=100))


def test_a_subscription_token_opens_one_channel_and_connects_nobody() -> None:
    text = subscription_token(SECRET, "42", "district:511802", NOW, 600)
    assert read_subscription_token(SECRET, text, NOW) == SubscriptionToken(
        "42", "district:511802", 1793606400, 1793607000
    )
    with pytest.raises(TokenInvalid):
        read_connection_token(SECRET, text, NOW)
    with pytest.raises(TokenInvalid):
        read_subscription_token(SECRET, TOKEN, NOW)
    with pytest.raises(TokenExpired):
        read_subscription_token(SECRET, text, NOW + timedelta(seconds=600))


def test_a_token_without_an_end_is_good_only_where_that_is_allowed() -> None:
    text = jwt.encode({"iat": 1738078824}, SECRET, "HS256")
    with pytest.raises(TokenInvalid):
        read_connection_token(SECRET, text, NOW)
    read = read_connection_token(SECRET, text, NOW, endless=True)
    assert (read.subject, read.expires_at) == ("", math.inf)
    text = jwt.encode({"iat": 1738078824, "channel": "news"}, SECRET, "HS256")
    assert read_subscription_token(SECRET, text, NOW, endless=True).expires_at == math.inf
