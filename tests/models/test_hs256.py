"""Signatures against PyJWT: what we accept, it accepts and reads the same."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import hypothesis.strategies as st
import jwt
import pytest
from hypothesis import given, settings

from models.hs256 import BadSignature, verified_payload

SECRET = "the secret of these tests, 32 ch"


def segment(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def signed(header: object, payload: object = "x") -> str:
    """Signed by PyJWT's own algorithm over any header."""
    text = f"{segment(header)}.{segment(payload)}"
    digest = jwt.get_algorithm_by_name("HS256").sign(text.encode(), SECRET.encode())
    return f"{text}.{urlsafe_b64encode(digest).decode().rstrip('=')}"


def test_what_another_library_signed_is_read() -> None:
    token = jwt.encode({"iss": "joe", "exp": 1300819380}, SECRET, "HS256")
    assert json.loads(verified_payload(SECRET, token)) == {"iss": "joe", "exp": 1300819380}


def test_a_header_may_say_more() -> None:
    assert verified_payload(SECRET, signed({"typ": "JWT", "kid": "1", "alg": "HS256"})) == b'"x"'


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS512"},
        {"alg": "RS256"},
        {"alg": "hs256"},
        {"alg": ["HS256"]},
        {"typ": "JWT"},
        {"alg": "HS256", "crit": ["exp"]},
        {"alg": "HS256", "b64": False},
        "HS256",
    ],
)
def test_another_algorithm_opens_nothing(header: object) -> None:
    with pytest.raises(BadSignature):
        verified_payload(SECRET, signed(header))


@pytest.mark.parametrize(
    "token",
    [
        "",
        "..",
        "a.b",
        "a.b.c.d",
        "\u00e9.b.c",
        jwt.encode({}, SECRET, "HS256") + "=",
        jwt.encode({}, SECRET, "HS256")[:-1],
        jwt.encode({}, SECRET, "HS256").rpartition(".")[0] + ".",
        jwt.encode({}, "another secret of 32 characters!", "HS256"),
    ],
)
def test_what_is_not_signed_opens_nothing(token: str) -> None:
    with pytest.raises(BadSignature):
        verified_payload(SECRET, token)


def test_a_signature_has_one_spelling() -> None:
    """The last of its 43 characters holds four bits: two more would be passed over."""
    token = jwt.encode({}, SECRET, "HS256")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = token[:-1] + alphabet[alphabet.index(token[-1]) + 1]
    assert urlsafe_b64decode(token[-43:] + "=") == urlsafe_b64decode(other[-43:] + "=")
    with pytest.raises(BadSignature):
        verified_payload(SECRET, other)


VALUES = st.dictionaries(
    st.text(max_size=5), st.integers(-9, 9) | st.text(max_size=5) | st.none(), max_size=4
)


@settings(max_examples=300, deadline=None)
@given(claims=VALUES, at=st.integers(0, 200), put=st.text(max_size=2), cut=st.integers(0, 2))
def test_what_we_accept_the_library_accepts(claims: dict[str, object], at: int, put: str, cut: int) -> None:
    token = jwt.encode(claims, SECRET, "HS256")
    assert json.loads(verified_payload(SECRET, token)) == claims
    damaged = token[:at] + put + token[at + cut :]
    try:
        payload = verified_payload(SECRET, damaged)
    except BadSignature:
        return
    assert payload == jwt.PyJWS().decode(damaged, SECRET, ["HS256"])
