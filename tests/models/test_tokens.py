"""Connection tokens: what was granted and for how long, and no way round the signature."""

import base64
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from models.tokens import ConnectionToken, TokenExpired, TokenInvalid, connection_token, read_connection_token

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
        jwt.encode({"sub": "officer:abc", "exp": 1793607000}, SECRET, "HS256"),
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
