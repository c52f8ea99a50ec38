"""Passwords: argon2id with the recommended costs, and nobody's password is never right."""

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from models.passwords import PasswordRefused, hash_password, needs_rehash, verify_password


def test_a_password_is_recognised_and_another_is_not() -> None:
    kept = hash_password("correct horse")
    assert verify_password(kept, "correct horse")
    assert not verify_password(kept, "correct horsE")
    assert not verify_password(kept, "")
    assert not needs_rehash(kept)


def test_two_hashes_of_one_password_differ() -> None:
    assert hash_password("五分钟五分钟五分") != hash_password("五分钟五分钟五分")


def test_the_costs_are_those_that_owasp_recommends() -> None:
    costs = extract_parameters(hash_password("correct horse"))
    assert (costs.type, costs.memory_cost, costs.time_cost, costs.parallelism) == (Type.ID, 19456, 2, 1)


def test_an_account_that_does_not_exist_costs_a_whole_check_and_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked = []

    class Counting:
        def verify(self, kept: str, password: str) -> bool:
            checked.append(extract_parameters(kept).memory_cost)
            return True

    monkeypatch.setattr("models.passwords._HASHER", Counting())
    assert not verify_password(None, "correct horse")
    assert checked == [19456]


@pytest.mark.parametrize("kept", ["", "plain", "$argon2id$v=19$m=19456,t=2,p=1$broken"])
def test_a_damaged_hash_matches_nothing(kept: str) -> None:
    assert not verify_password(kept, "correct horse")


@pytest.mark.parametrize(("password", "why"), [("seven77", "too_short"), ("x" * 257, "too_long")])
def test_a_password_too_short_or_too_long_is_refused(password: str, why: str) -> None:
    with pytest.raises(PasswordRefused) as caught:
        hash_password(password)
    assert caught.value.why == why


def test_a_hash_of_weaker_costs_asks_to_be_made_again() -> None:
    assert needs_rehash(
        "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21l$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g"
    )
