"""What is taken for a database that is away, and what is not."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from models.away import is_away, is_crossed


class Said(Exception):
    """What a driver says, with its SQLSTATE."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("said")
        self.sqlstate = sqlstate


@pytest.mark.parametrize("state", ["57P01", "57P02", "57P03", "53300", "08006", "08001"])
def test_a_server_that_recovers_or_has_no_room_is_away(state: str) -> None:
    assert is_away(DBAPIError("SELECT 1", None, Said(state)))


@pytest.mark.parametrize("state", [None, "22P02", "42P01", "57014", "23505"])
def test_a_statement_that_is_wrong_is_our_own_mistake(state: str | None) -> None:
    assert not is_away(DBAPIError("SELECT 1", None, Said(state)))


def test_what_no_answer_came_from_is_away() -> None:
    assert is_away(OperationalError("SELECT 1", None, Said(None)))
    assert is_away(DBAPIError("SELECT 1", None, Said(None), connection_invalidated=True))
    assert is_away(PoolTimeout("no connection"))
    assert is_away(ConnectionRefusedError())


def test_what_broke_a_rule_is_not_away() -> None:
    assert not is_away(IntegrityError("INSERT", None, Said("23505")))
    assert not is_away(KeyError("x"))


@pytest.mark.parametrize("state", ["40001", "40P01", "55P03"])
def test_who_met_somebody_else_may_try_again(state: str) -> None:
    error = DBAPIError("UPDATE", None, Said(state))
    assert is_crossed(error)
    assert not is_away(error)


@pytest.mark.parametrize("state", [None, "23505", "57P03"])
def test_what_is_wrong_or_away_did_not_meet_anybody(state: str | None) -> None:
    assert not is_crossed(DBAPIError("UPDATE", None, Said(state)))
    assert not is_crossed(ConnectionRefusedError())
