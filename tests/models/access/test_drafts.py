"""Nothing of an auxiliary officer's has effect before an officer countersigned it."""

from __future__ import annotations

import pytest

from models.access.drafts import countersigned, handed_in
from models.errors import Conflict, Forbidden, SecondPersonNeeded


def test_an_auxiliary_officers_draft_waits_and_an_officers_counts() -> None:
    assert handed_in("draft", "auxiliary") == "waits"
    assert handed_in("draft", "police") == "effective"
    assert handed_in("draft", "commander") == "effective"


@pytest.mark.parametrize("role", ["requester", "owner", "administrator", "auditor", "wall", "anyone"])
def test_nobody_else_drafts_or_countersigns(role: str) -> None:
    with pytest.raises(Forbidden):
        handed_in("draft", role)  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        countersigned("waits", author_id="a", by_id="b", by=role, approve=True)  # type: ignore[arg-type]


def test_an_officer_says_yes_or_no() -> None:
    assert countersigned("waits", author_id="aux", by_id="zhang", by="police", approve=True) == "effective"
    assert countersigned("waits", author_id="aux", by_id="zhang", by="police", approve=False) == "rejected"


def test_an_auxiliary_officer_countersigns_nothing_not_even_a_colleagues() -> None:
    with pytest.raises(Forbidden):
        countersigned("waits", author_id="aux", by_id="other-aux", by="auxiliary", approve=True)


def test_whoever_was_promoted_meanwhile_does_not_countersign_his_own() -> None:
    with pytest.raises(SecondPersonNeeded):
        countersigned("waits", author_id="li", by_id="li", by="police", approve=True)


@pytest.mark.parametrize("state", ["draft", "effective", "rejected"])
def test_only_what_waits_is_countersigned(state: str) -> None:
    with pytest.raises(Conflict):
        countersigned(state, author_id="a", by_id="b", by="police", approve=True)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", ["waits", "effective", "rejected"])
def test_what_is_handed_in_is_not_handed_in_again(state: str) -> None:
    with pytest.raises(Conflict):
        handed_in(state, "auxiliary")  # type: ignore[arg-type]
